import Synchronization

/// One call of ``HTTPClient/send(_:)``, as its task and the I/O thread share it.
final class Exchange: Sendable {
    typealias Continuation = CheckedContinuation<Result<HTTPResponse, HTTPError>, Never>

    let request: HTTPRequest
    /// What the request's URL says; canonical where it is signed.
    let target: RequestTarget
    let timeouts: HTTPTimeouts
    let start: ContinuousClock.Instant
    let deadline: ContinuousClock.Instant
    private let cancelled = Atomic(false)

    /// - Throws: ``HTTPError/invalidRequest(_:)``.
    init(_ request: HTTPRequest, timeouts: HTTPTimeouts) throws(HTTPError) {
        guard request.body == nil || request.method.takesBody else {
            throw .invalidRequest("a \(request.method.rawValue) has no body")
        }
        guard timeouts.connect > .zero, timeouts.total > .zero, timeouts.idle > .zero else {
            throw .invalidRequest("a timeout is not positive")
        }
        var target = try RequestTarget(request.url)
        if let signature = request.signature {
            try signature.check(request)
            target = try target.canonical()
        }
        self.request = request
        self.target = target
        self.timeouts = timeouts
        start = .now
        deadline = start + timeouts.total
    }

    /// Whether the task was cancelled. Is set before the I/O thread is told, so that it finds out even where it hears
    /// of the cancellation before it hears of the exchange.
    var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

    func markCancelled() {
        cancelled.store(true, ordering: .releasing)
    }
}
