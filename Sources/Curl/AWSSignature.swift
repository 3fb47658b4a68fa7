/// What a request is signed with: AWS Signature Version 4, which libcurl computes.
///
/// libcurl signs the request as it is written, where the rules ask for a canonical form. What it can't sign rightly is
/// refused by ``HTTPClient/send(_:)`` with ``HTTPError/invalidRequest(_:)`` before anything is sent: a path with other
/// characters than letters, digits and `-._~/`, a body without `Content-Type`, headers that are repeated or empty. The
/// query string is brought into the canonical form.
public struct AWSSignature: Sendable {
    public var accessKeyID: String
    public var secretAccessKey: String
    /// Of temporary credentials.
    public var sessionToken: String?
    /// Such as `eu-central-1`.
    public var region: String
    /// Such as `ec2`.
    public var service: String
    /// The server's clock less this machine's, added to the latter for the time of the signature.
    public var clockOffset: Duration

    public init(
        accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil, region: String, service: String,
        clockOffset: Duration = .zero
    ) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.region = region
        self.service = service
        self.clockOffset = clockOffset
    }
}

extension AWSSignature: CustomStringConvertible {
    /// Without the secrets, so that a log of a request shows none.
    public var description: String { "AWS4-HMAC-SHA256 of \(accessKeyID) for \(service) in \(region)" }
}

extension AWSSignature: CustomDebugStringConvertible, CustomReflectable {
    public var debugDescription: String { description }

    public var customMirror: Mirror { Mirror(self, children: []) }
}
