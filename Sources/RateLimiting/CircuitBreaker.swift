import Timekeeping

/// Keeps calls from a provider that fails: after some failures in a row none is made for a while, then a single one
/// tries whether it works again.
public struct CircuitBreaker: Hashable, Sendable {
    /// What it lets through.
    public enum State: Hashable, Sendable {
        /// Every call; so many have failed in a row.
        case closed(failures: Int)
        /// None before an instant; it opened so many times in a row.
        case open(until: Instant, times: Int)
        /// One is on its way to try.
        case halfOpen(since: Instant, times: Int)
    }

    /// What it lets through now.
    public private(set) var state = State.closed(failures: 0)
    private let threshold: Int
    private let pause: Backoff

    /// - Parameters:
    ///   - threshold: the failures in a row after which it opens.
    ///   - pause: how long it stays open.
    public init(threshold: Int, pause: Backoff) {
        self.threshold = threshold
        self.pause = pause
    }

    /// Whether a call may be made.
    ///
    /// - Returns: `nil` for yes; otherwise when to ask again.
    public mutating func admit(at now: Instant) -> Instant? {
        switch state {
        case .closed: return nil
        case .open(let until, let times):
            guard until <= now else { return until }
            state = .halfOpen(since: now, times: times)
            return nil
        case .halfOpen(let since, let times):
            // A trial of which nothing was heard for so long is over.
            guard since + pause.longest <= now else { return now + pause.initial }
            state = .halfOpen(since: now, times: times)
            return nil
        }
    }

    /// A call that was admitted was not made.
    public mutating func abandoned(at now: Instant) {
        if case .halfOpen(_, let times) = state { state = .open(until: now, times: times) }
    }

    /// A call was answered, with whatever.
    public mutating func succeeded() {
        state = .closed(failures: 0)
    }

    /// A call was not answered, or with a failure that is the provider's own.
    ///
    /// - Parameter jitter: a random number from 0 up to 1.
    public mutating func failed(at now: Instant, jitter: Double) {
        switch state {
        case .closed(let failures) where failures + 1 < threshold: state = .closed(failures: failures + 1)
        case .closed: open(1, now, jitter)
        case .halfOpen(_, let times): open(times + 1, now, jitter)
        // A call that was on its way when it opened.
        case .open: break
        }
    }

    private mutating func open(_ times: Int, _ now: Instant, _ jitter: Double) {
        // Not less than half the pause: it is there to spare the provider, the jitter to keep nodes apart.
        state = .open(until: now + pause.pause(attempt: times, jitter: 0.5 + jitter / 2), times: times)
    }
}
