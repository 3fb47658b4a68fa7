/// A token of another identity provider that stands for a role, as Kubernetes gives it to a service account (IRSA).
struct WebIdentity: Sendable {
    /// Is read anew for every use, because it is rotated.
    var tokenFile: String
    /// The role's ARN.
    var role: String
    /// What the role's session is called in AWS's logs.
    var session: String

    /// - Parameter session: nil for `warmpool`.
    init(tokenFile: String, role: String, session: String?) {
        self.tokenFile = tokenFile
        self.role = role
        self.session = session ?? "warmpool"
    }

    /// The one of the environment.
    init(_ variables: AWSVariables) throws(CredentialProblem) {
        let tokenFile = try variables.require("AWS_WEB_IDENTITY_TOKEN_FILE")
        guard let role = variables["AWS_ROLE_ARN"] else {
            throw .unusable("AWS_WEB_IDENTITY_TOKEN_FILE is set, AWS_ROLE_ARN is not")
        }
        self.init(tokenFile: tokenFile, role: role, session: variables["AWS_ROLE_SESSION_NAME"])
    }
}
