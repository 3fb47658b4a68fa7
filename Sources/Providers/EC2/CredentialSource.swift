import Pool

/// What requests are signed with.
public struct AWSCredentials: Hashable, Sendable {
    public var accessKeyID: String
    public var secretAccessKey: String
    /// Of temporary credentials.
    public var sessionToken: String?

    public init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }
}

extension AWSCredentials: CustomStringConvertible, CustomReflectable {
    /// Without the secrets, so that no log shows one.
    public var description: String { "AWS credentials \(accessKeyID)" }

    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Where the credentials come from.
public protocol CredentialSource: Sendable {
    /// Credentials that are valid now.
    ///
    /// - Throws: ``ProviderError/invalidCredentials(_:)`` where there are none, and ``ProviderError/unreachable(_:)``
    ///   where their source gives no answer.
    func credentials() async throws(ProviderError) -> AWSCredentials

    /// Fresh credentials, because these were refused: the same again where the source has no others.
    ///
    /// - Throws: as ``credentials()``.
    func credentials(insteadOf refused: AWSCredentials) async throws(ProviderError) -> AWSCredentials
}
