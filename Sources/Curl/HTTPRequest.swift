import HTTPTypes

/// One HTTP request.
///
/// ```swift
/// let token = try await client.send(
///     HTTPRequest(.put, "http://169.254.169.254/latest/api/token", headers: [ttl: "21600"]))
/// ```
public struct HTTPRequest: Sendable {
    public enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    public var method: Method
    /// An absolute `http://` or `https://` URL, percent-encoded, without credentials.
    public var url: String
    /// What is sent beside the headers that libcurl writes itself (`Host`, `Accept`, `Accept-Encoding`,
    /// `Content-Length`, `User-Agent`).
    public var headers: HTTPFields
    /// The body; a POST, PUT or PATCH without one sends an empty one. GET and HEAD have none.
    public var body: [UInt8]?
    /// Nil for the client's.
    public var timeouts: HTTPTimeouts?
    /// Nil for a request that is not signed.
    public var signature: AWSSignature?
    /// Whether it goes to the server directly even where the client has a proxy, as what is served on the link itself
    /// (an instance metadata service) needs.
    public var bypassesProxy: Bool

    public init(
        _ method: Method, _ url: String, headers: HTTPFields = [:], body: [UInt8]? = nil,
        timeouts: HTTPTimeouts? = nil, signature: AWSSignature? = nil, bypassesProxy: Bool = false
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeouts = timeouts
        self.signature = signature
        self.bypassesProxy = bypassesProxy
    }
}

extension HTTPRequest.Method {
    /// Whether the request may be repeated when nobody knows whether it reached the server (RFC 9110, 9.2.2).
    var isIdempotent: Bool {
        switch self {
        case .get, .head, .put, .delete: true
        case .post, .patch: false
        }
    }

    /// Whether the request may have a body.
    var takesBody: Bool {
        switch self {
        case .get, .head: false
        case .post, .put, .patch, .delete: true
        }
    }
}

/// How long a request may take.
public struct HTTPTimeouts: Hashable, Sendable {
    /// For the name, the connection and the TLS handshake together; rounded up to milliseconds.
    public var connect: Duration
    /// From the call to the last byte of the reply, the time in the queue included.
    public var total: Duration
    /// How long a connected server may leave the transfer without a byte; rounded up to seconds. libcurl takes the mean
    /// of some seconds, so after a burst it sees silence up to 5 s late. It ends a request of HTTP/2 without its
    /// connection, which `total` closes.
    public var idle: Duration

    public init(connect: Duration = .seconds(5), total: Duration = .seconds(60), idle: Duration = .seconds(20)) {
        self.connect = connect
        self.total = total
        self.idle = idle
    }
}
