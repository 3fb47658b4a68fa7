/// Why there is no response. What the server replied, whatever its status, is no error.
public enum HTTPError: Error, Hashable, Sendable {
    /// The request can't be sent; nothing was.
    case invalidRequest(String)
    /// The server's name, or the proxy's, has no address, or nobody could be asked.
    case nameNotResolved(String)
    /// There was no connection, in time or at all, so that no request was sent.
    case connectionFailed(String)
    /// There was no TLS session: a certificate was refused, or can't be read.
    case tls(String)
    /// The request was sent, and the reply did not come or did not end in time.
    case timedOut(String)
    /// The connection broke, or what came was no HTTP, after the request was sent, perhaps in part.
    case interrupted(String)
    /// The reply's body, decompressed, or its headers have more bytes than this.
    case responseTooLarge(limit: Int)
    /// The task was cancelled.
    case cancelled
    /// The client was shut down.
    case shutDown

    /// Whether the server may have seen the request, and acted on it: false only where it is certain that it has not.
    public var mayHaveReachedServer: Bool {
        switch self {
        case .invalidRequest, .nameNotResolved, .connectionFailed, .tls: false
        case .timedOut, .interrupted, .responseTooLarge, .cancelled, .shutDown: true
        }
    }
}

extension HTTPError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .invalidRequest(let reason): "the request can't be sent: \(reason)"
        case .nameNotResolved(let reason): "the name could not be resolved: \(reason)"
        case .connectionFailed(let reason): "no connection: \(reason)"
        case .tls(let reason): "no TLS session: \(reason)"
        case .timedOut(let reason): "the reply took too long: \(reason)"
        case .interrupted(let reason): "the exchange was interrupted: \(reason)"
        case .responseTooLarge(let limit): "the reply is larger than the limit of \(limit) bytes"
        case .cancelled: "the request was cancelled"
        case .shutDown: "the HTTP client was shut down"
        }
    }
}
