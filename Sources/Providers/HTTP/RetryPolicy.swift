import RateLimiting

/// How often and how long a dialect tries again what is safe to try again.
public struct RetryPolicy: Hashable, Sendable {
    /// The most requests for one call.
    public var attempts: Int
    /// The pauses between them.
    public var backoff: Backoff
    /// The longest that one attempt waits for its reply.
    public var attemptTimeout: Duration
    /// The longest that a call takes with all its attempts and pauses, and a mutation with all looks at its result.
    public var budget: Duration

    public init(
        attempts: Int = 3, backoff: Backoff = Backoff(initial: .milliseconds(200), longest: .seconds(2)),
        attemptTimeout: Duration = .seconds(10), budget: Duration = .seconds(25)
    ) {
        self.attempts = attempts
        self.backoff = backoff
        self.attemptTimeout = attemptTimeout
        self.budget = budget
    }
}

/// The attempts of one call, counted against its policy.
struct Attempts {
    let policy: RetryPolicy
    let started = ContinuousClock.now
    /// When the budget is used up.
    let deadline: ContinuousClock.Instant
    private(set) var count = 0

    /// - Parameter deadline: that of the mutation which the call is a part of; `nil` where the call is all of it.
    init(_ policy: RetryPolicy, until deadline: ContinuousClock.Instant? = nil) {
        self.policy = policy
        self.deadline = deadline ?? started + policy.budget
    }

    var elapsed: Duration { ContinuousClock.now - started }

    /// How long the next attempt may wait for its reply.
    var timeout: Duration {
        min(policy.attemptTimeout, max(deadline - ContinuousClock.now, .milliseconds(1)))
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
        let pause = policy.backoff.pause(attempt: max(count, 1), jitter: .random(in: 0..<1))
        guard ContinuousClock.now + pause < deadline else { return false }
        return (try? await Task.sleep(for: pause)) != nil
    }
}
