import Timekeeping

/// The calls of a cloud provider, each of which is limited by itself, as clouds do.
public enum ProviderCall: String, Hashable, CaseIterable, Sendable {
    case describeNode, interfaces, subnets
    case createInterface, attach, detach, delete, setDeleteOnTermination, assign, unassign

    /// Whether the call may change something.
    public var isMutating: Bool {
        switch self {
        case .describeNode, .interfaces, .subnets: false
        case .createInterface, .attach, .detach, .delete, .setDeleteOnTermination, .assign, .unassign: true
        }
    }
}

/// How a node treats its provider.
public struct CallPolicy: Hashable, Codable, Sendable {
    /// For each of the calls that change something.
    public var mutating = CallLimit(burst: 20, perSecond: 5)
    /// For each of the calls that only describe.
    public var describing = CallLimit(burst: 20, perSecond: 5)
    /// How long a call waits for its turn; one that would have to wait longer fails at once.
    public var longestWait = Duration.seconds(10)
    /// The failures in a row after which no call is made for a while.
    public var failureThreshold = 5
    /// How long none is made then.
    public var pause = Backoff(initial: .seconds(5), longest: .seconds(60))

    public init() {}
}

/// Decides when a node may call its provider: a token bucket for each call, slowed down by the provider's throttling,
/// and one circuit breaker for all.
///
/// A value without a clock, which daemon and simulator drive alike.
///
/// ```swift
/// switch governor.admit(.assign, at: now) {
/// case .go(let permit): …        // make the call at permit.at, then tell how it ended
/// case .refused(let refusal): …  // do not make it
/// }
/// governor.ended(permit, start: start, .answered, jitter: 0.4, at: now)
/// ```
public struct CallGovernor: Hashable, Sendable {
    /// Whether a call may be made.
    public enum Admission: Hashable, Sendable {
        case go(Permit)
        case refused(Refusal)
    }

    /// That a call may be made.
    public struct Permit: Hashable, Sendable {
        /// The call.
        public let call: ProviderCall
        /// When: not before it was asked for.
        public let at: Instant
        /// The number of the circuit breaker's trial that it is.
        let trial: Int?
    }

    /// Why no call is made.
    public enum Refusal: Hashable, Sendable {
        /// Too many of this call wait for their turn.
        case limited(retryAfter: Duration?)
        /// Likewise, because the provider has slowed the call down or asked for a pause.
        case throttled(retryAfter: Duration?)
        /// The provider has been failing.
        case suspended(retryAfter: Duration)
    }

    /// How a call ended.
    public enum Ending: Hashable, Sendable {
        /// With an answer, be it a refusal.
        case answered
        case throttled(retryAfter: Duration?)
        /// Without an answer, or with a failure of the provider itself.
        case failed
        /// Not made, or failed by what is the node's own: it says nothing about the provider.
        case inconclusive
    }

    /// What it lets through.
    public private(set) var breaker: CircuitBreaker
    private let policy: CallPolicy
    private var buckets: [ProviderCall: AdaptiveBucket]

    public init(_ policy: CallPolicy) {
        self.policy = policy
        breaker = CircuitBreaker(threshold: policy.failureThreshold, pause: policy.pause)
        buckets = Dictionary(
            uniqueKeysWithValues: ProviderCall.allCases.map {
                ($0, AdaptiveBucket($0.isMutating ? policy.mutating : policy.describing))
            })
    }

    /// Asks for a call to be made. Every one that may go must be reported by ``ended(_:start:_:jitter:at:)``.
    public mutating func admit(_ call: ProviderCall, at now: Instant) -> Admission {
        // The bucket first: a call that has no token must not become the one that tries.
        guard var bucket = buckets[call] else { return .refused(.limited(retryAfter: nil)) }
        switch bucket.take(at: now, patience: policy.longestWait) {
        case .refused(let retryAfter):
            let isThrottled = bucket.isSlowed || bucket.closedUntil > now
            return .refused(isThrottled ? .throttled(retryAfter: retryAfter) : .limited(retryAfter: retryAfter))
        case .taken(let at):
            switch breaker.admit(at: now) {
            case .refused(let until): return .refused(.suspended(retryAfter: until - now))
            case .go(let trial):
                buckets[call] = bucket
                return .go(Permit(call: call, at: at, trial: trial))
            }
        }
    }

    /// Whether a call that has waited for its turn may still be made; the provider may have failed others meanwhile.
    ///
    /// - Returns: `nil` for yes. Without it the call has ended as ``Ending/inconclusive``.
    public mutating func confirm(_ permit: Permit, at now: Instant) -> Refusal? {
        guard permit.trial == nil, case .open(let until, _) = breaker.state, until > now else { return nil }
        return .suspended(retryAfter: until - now)
    }

    /// A call has ended.
    ///
    /// - Parameters:
    ///   - start: when it was made.
    ///   - jitter: a random number from 0 up to 1.
    public mutating func ended(_ permit: Permit, start: Instant, _ ending: Ending, jitter: Double, at now: Instant) {
        switch ending {
        case .answered:
            breaker.succeeded()
            buckets[permit.call]?.succeeded(at: now)
        case .throttled(let retryAfter):
            breaker.succeeded()
            buckets[permit.call]?.throttled(start: start, retryAfter: retryAfter, at: now)
        case .failed: breaker.failed(trial: permit.trial, at: now, jitter: jitter)
        case .inconclusive: breaker.inconclusive(trial: permit.trial, at: now)
        }
    }

    /// A call that goes slower than the policy would have it.
    public struct Slowed: Hashable, Sendable {
        public let call: ProviderCall
        /// How many a second are made in the long run.
        public let perSecond: Double
        /// Until when none is made at all.
        public let closedUntil: Instant?
    }

    /// The calls that the provider has slowed down, in the order of their declaration.
    public func slowed(at now: Instant) -> [Slowed] {
        ProviderCall.allCases.compactMap { call in
            guard let bucket = buckets[call], bucket.isSlowed || bucket.closedUntil > now else { return nil }
            return Slowed(
                call: call, perSecond: bucket.bucket.refillPerSecond,
                closedUntil: bucket.closedUntil > now ? bucket.closedUntil : nil)
        }
    }
}
