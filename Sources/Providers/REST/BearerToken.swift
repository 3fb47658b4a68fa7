import Pool

/// A bearer token (RFC 6750) in a file. It is read for each request, so that a token that was replaced, as Kubernetes does
/// with projected service account tokens, is used from the next request on.
public struct BearerToken: Sendable {
    private let path: String

    public init(file path: String) {
        self.path = path
    }

    /// The token as it is now.
    ///
    /// - Throws: ``ProviderError/invalidCredentials(_:)`` with the file's name, but never with what is in it.
    func current() async throws(ProviderError) -> String {
        do throws(CredentialProblem) {
            return try await CredentialFile.token(path)
        } catch {
            throw .invalidCredentials("the bearer token: \(error.reason)")
        }
    }
}
