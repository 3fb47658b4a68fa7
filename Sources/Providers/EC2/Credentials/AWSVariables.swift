/// The environment variables that AWS's tools have in common; an empty one counts as absent.
struct AWSVariables: Sendable {
    private let environment: [String: String]

    init(_ environment: [String: String]) {
        self.environment = environment
    }

    subscript(name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The value of a variable without which a source is not set up.
    func require(_ name: String) throws(CredentialProblem) -> String {
        guard let value = self[name] else { throw .notConfigured("\(name) is not set") }
        return value
    }

    /// The region that the environment names.
    var region: String? { self["AWS_REGION"] ?? self["AWS_DEFAULT_REGION"] }

    /// The credentials that are in the environment itself.
    func credentials() throws(CredentialProblem) -> IssuedCredentials {
        let accessKeyID = try require("AWS_ACCESS_KEY_ID")
        guard let secretAccessKey = self["AWS_SECRET_ACCESS_KEY"] else {
            throw .unusable("AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not")
        }
        return IssuedCredentials(
            credentials: AWSCredentials(
                accessKeyID: accessKeyID, secretAccessKey: secretAccessKey, sessionToken: self["AWS_SESSION_TOKEN"]),
            source: "the environment")
    }
}
