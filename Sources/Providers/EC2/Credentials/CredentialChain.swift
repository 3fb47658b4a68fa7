import Curl
import Pool

/// The places where credentials are looked for, in the order of the AWS SDKs (AWS SDKs and Tools Reference Guide,
/// "Standardized credential providers"): environment, web identity, shared files, container endpoint, instance role.
///
/// A place that is not set up is passed over. One that is set up and does not work ends the search: the node must not
/// go on as somebody else.
struct CredentialChain: Sendable {
    struct Link: Sendable {
        /// As a sentence has it: `the environment`.
        var name: String
        var issue: @Sendable () async throws(CredentialProblem) -> IssuedCredentials
    }

    let links: [Link]

    init(_ links: [Link]) {
        self.links = links
    }

    /// - Throws: a ``ProviderError`` that says of every place why it has no credentials.
    func issue() async throws(ProviderError) -> IssuedCredentials {
        var passed: [String] = []
        for link in links {
            do throws(CredentialProblem) {
                return try await link.issue()
            } catch {
                passed.append("\(link.name): \(error.reason)")
                switch error {
                case .notConfigured: continue
                case .unusable: throw .invalidCredentials(CredentialChain.sentence(passed))
                case .unreachable: throw .unreachable(CredentialChain.sentence(passed))
                }
            }
        }
        throw .invalidCredentials(CredentialChain.sentence(passed))
    }

    /// The place that decided comes first, those before it explain why it was asked.
    private static func sentence(_ passed: [String]) -> String {
        "no AWS credentials: \(passed.reversed().joined(separator: "; "))"
    }
}

extension CredentialChain {
    /// - Parameters:
    ///   - environment: the process's variables, as far as they concern AWS, and `HOME`.
    ///   - client: for STS and the container endpoint.
    ///   - metadata: for the instance role.
    init(environment: [String: String], client: HTTPClient, metadata: InstanceMetadata) {
        let variables = AWSVariables(environment)
        let sts = SecurityTokenService(variables, client: client)
        let files = SharedFiles(variables)
        let container = ContainerCredentials(variables, client: client)
        self.init([
            Link(name: "the environment") { () throws(CredentialProblem) in try variables.credentials() },
            Link(name: "the web identity") { () async throws(CredentialProblem) in
                try await sts.issue(WebIdentity(variables))
            },
            Link(name: "the shared files") { () async throws(CredentialProblem) in
                try await files.issue(sts)
            },
            Link(name: "the container endpoint") { () async throws(CredentialProblem) in
                try await container.issue()
            },
            Link(name: "the instance role") { () async throws(CredentialProblem) in
                try await metadata.issue(variables)
            },
        ])
    }
}
