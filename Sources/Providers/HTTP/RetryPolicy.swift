/// How often and how long a dialect tries again what is safe to try again.
public struct RetryPolicy: Hashable, Sendable {
    /// The most requests for one call.
    public var attempts: Int
    /// The longest pause before the second attempt; it doubles with every further one.
    public var basePause: Duration
    /// No pause is longer.
    public var longestPause: Duration
    /// The longest that one attempt waits for its reply.
    public var attemptTimeout: Duration
    /// The longest that a call takes with all its attempts and pauses.
    public var budget: Duration

    public init(
        attempts: Int = 3, basePause: Duration = .milliseconds(200), longestPause: Duration = .seconds(2),
        attemptTimeout: Duration = .seconds(10), budget: Duration = .seconds(25)
    ) {
        self.attempts = attempts
        self.basePause = basePause
        self.longestPause = longestPause
        self.attemptTimeout = attemptTimeout
        self.budget = budget
    }

    /// The pause after so many attempts: anything from nothing to the bound (full jitter), so that nodes that failed
    /// together don't come back together.
    func pause(after attempts: Int) -> Duration {
        let bound = min(basePause * (1 << min(max(attempts - 1, 0), 20)), longestPause)
        return bound * Double.random(in: 0..<1)
    }
}

/// The attempts of one call, counted against its policy.
struct Attempts {
    let policy: RetryPolicy
    let started = ContinuousClock.now
    private(set) var count = 0

    init(_ policy: RetryPolicy) {
        self.policy = policy
    }

    var elapsed: Duration { ContinuousClock.now - started }

    /// How long the next attempt may wait for its reply.
    var timeout: Duration {
        min(policy.attemptTimeout, max(policy.budget - elapsed, .milliseconds(1)))
    }

    mutating func begin() {
        count += 1
    }

    /// Pauses before another attempt.
    ///
    /// - Parameter limited: whether the number of attempts counts, or the budget alone.
    /// - Returns: whether there may be another attempt: false, without a pause, when attempts or time are used up, and
    ///   when the task is cancelled.
    func pauseForNext(limited: Bool = true) async -> Bool {
        guard !limited || count < policy.attempts else { return false }
        let pause = policy.pause(after: count)
        guard elapsed + pause < policy.budget else { return false }
        return (try? await Task.sleep(for: pause)) != nil
    }
}
