import Pool

/// A bearer token (RFC 6750).
public enum BearerToken: Sendable {
    /// One that stays the same.
    case text(String)
    /// What a file holds. It is read for each request, so that a token that was replaced, as Kubernetes does with projected
    /// service account tokens, is used from the next request on.
    case file(path: String)

    /// The token as it is now.
    ///
    /// - Throws: ``ProviderError/invalidCredentials(_:)`` with the file's name, but never with what is in it.
    func current() async throws(ProviderError) -> String {
        switch self {
        case .text(let token): return token
        case .file(let path):
            do throws(CredentialProblem) {
                return try await CredentialFile.token(path)
            } catch {
                throw .invalidCredentials("the bearer token: \(error.reason)")
            }
        }
    }
}

extension BearerToken: CustomStringConvertible, CustomReflectable {
    /// Without the token, so that no log shows it.
    public var description: String {
        switch self {
        case .text: "a bearer token"
        case .file(let path): "the bearer token in \(path)"
        }
    }

    public var customMirror: Mirror { Mirror(self, children: []) }
}
