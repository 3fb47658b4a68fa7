/// An HTTP client: one thread with one libcurl multi handle, for any number of requests at once.
///
/// Connections are kept and used again, and HTTP/2 is spoken where a TLS server offers it. Certificates are always
/// verified, and nothing older than TLS 1.2 is spoken. Redirects are not followed. A request that may not be repeated
/// (POST, PATCH) is sent at most once, whatever becomes of its connection.
///
/// ```swift
/// let client = HTTPClient()
/// let response = try await client.send(HTTPRequest(.get, "https://example.org/"))
/// ```
///
/// A client that nobody holds any more ends its thread by itself; ``shutdown()`` also waits for that.
public final class HTTPClient: Sendable {
    private let engine: TransferEngine
    private let configuration: HTTPClientConfiguration

    /// - Parameter log: gets one line per exchange: method, host, path, status, bytes and time, or the error; never a
    ///   header, a body or a value of the query. It is called on the I/O thread, so it must not block.
    public init(_ configuration: HTTPClientConfiguration = .init(), log: (@Sendable (String) -> Void)? = nil) {
        self.configuration = configuration
        engine = TransferEngine(configuration, log: log)
    }

    deinit {
        engine.stop()
    }

    /// Sends a request and waits for the whole reply, of whatever status.
    ///
    /// Cancelling the task ends the transfer: the connection is closed (with HTTP/2, the stream is reset).
    ///
    /// - Throws: an ``HTTPError`` where there is no reply.
    public func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let exchange = try Exchange(request, timeouts: request.timeouts ?? configuration.timeouts)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                engine.start(exchange, continuation)
            }
        } onCancel: {
            engine.cancel(exchange)
        }
        return try result.get()
    }

    /// Ends all requests with ``HTTPError/shutDown``, as every later one, and returns when the I/O thread has ended.
    public func shutdown() async {
        await engine.shutdown()
    }
}
