import Timekeeping

/// How long to wait after a failure: twice as long after each further one, with full jitter, so that many who failed at
/// the same moment do not come back at the same moment.
///
/// Source of full jitter: AWS Architecture Blog, "Exponential Backoff And Jitter", 2015.
public struct Backoff: Hashable, Codable, Sendable {
    /// The longest pause after a first failure.
    public var initial: Duration
    /// The longest pause after any.
    public var longest: Duration

    public init(initial: Duration, longest: Duration) {
        self.initial = initial
        self.longest = longest
    }

    /// The pause after the `attempt`-th failure in a row: between a tenth of ``initial`` and what doubling has come to.
    ///
    /// - Parameters:
    ///   - attempt: 1 for the first failure.
    ///   - jitter: a random number from 0 up to 1.
    public func pause(attempt: Int, jitter: Double) -> Duration {
        let doubled = initial.inSeconds * Double(1 << min(attempt - 1, 16))
        let ceiling = min(doubled, longest.inSeconds)
        return .nanoseconds(Int64(max(ceiling * jitter, initial.inSeconds / 10) * 1e9))
    }
}
