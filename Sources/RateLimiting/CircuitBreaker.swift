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
        /// One is on its way to try: the trial of this number.
        case halfOpen(trial: Int, since: Instant, times: Int)
    }

    /// Whether a call may be made.
    public enum Admission: Hashable, Sendable {
        /// Yes; as the trial of this number where it is one.
        case go(trial: Int?)
        /// No; ask again then.
        case refused(until: Instant)
    }

    /// What it lets through now.
    public private(set) var state = State.closed(failures: 0)
    private var trials = 0
    private let threshold: Int
    private let pause: Backoff

    /// - Parameters:
    ///   - threshold: the failures in a row after which it opens.
    ///   - pause: how long it stays open.
    public init(threshold: Int, pause: Backoff) {
        self.threshold = threshold
        self.pause = pause
    }

    /// Asks for a call to be made.
    public mutating func admit(at now: Instant) -> Admission {
        switch state {
        case .closed: return .go(trial: nil)
        case .open(let until, let times):
            return until <= now ? begin(times, now) : .refused(until: until)
        case .halfOpen(_, let since, let times):
            // A trial of which nothing was heard for so long is over.
            let patience = max(pause.longest, CircuitBreaker.longestTrial)
            return since + patience <= now ? begin(times, now) : .refused(until: now + pause.initial)
        }
    }

    /// A call was answered, with whatever.
    public mutating func succeeded() {
        state = .closed(failures: 0)
    }

    /// A call was not answered, or with a failure that is the provider's own.
    ///
    /// - Parameters:
    ///   - trial: the number with which it was admitted.
    ///   - jitter: a random number from 0 up to 1.
    public mutating func failed(trial: Int?, at now: Instant, jitter: Double) {
        switch state {
        case .closed(let failures) where failures + 1 < threshold: state = .closed(failures: failures + 1)
        case .closed: open(1, now, jitter)
        case .halfOpen(trial, _, let times): open(times + 1, now, jitter)
        // A call that was on its way when it opened.
        case .halfOpen, .open: break
        }
    }

    /// A call ended without saying anything about the provider.
    ///
    /// - Parameter trial: the number with which it was admitted.
    public mutating func inconclusive(trial: Int?, at now: Instant) {
        if case .halfOpen(trial, _, let times) = state { state = .open(until: now, times: times) }
    }

    /// No call takes longer with all its attempts.
    private static let longestTrial = Duration.seconds(60)

    private mutating func begin(_ times: Int, _ now: Instant) -> Admission {
        trials += 1
        state = .halfOpen(trial: trials, since: now, times: times)
        return .go(trial: trials)
    }

    private mutating func open(_ times: Int, _ now: Instant, _ jitter: Double) {
        // Not less than half the pause: it is there to spare the provider, the jitter to keep nodes apart.
        state = .open(until: now + pause.pause(attempt: times, jitter: 0.5 + jitter / 2), times: times)
    }
}
