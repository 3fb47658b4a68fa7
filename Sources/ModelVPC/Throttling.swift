import RateLimiting
import Timekeeping

extension ModelVPC {
    /// How often the account to which the VPC belongs may call; every instance draws from the same buckets.
    ///
    /// Source: EC2 developer guide, "Request throttling for the Amazon EC2 API".
    public struct Throttling: Hashable, Codable, Sendable {
        /// For the calls that change something; `nil`: without limit.
        public var mutating: TokenBucket?
        /// For the calls that only describe; `nil`: without limit.
        public var nonMutating: TokenBucket?
        /// For actions with a bucket of their own, which then do not draw from the two others.
        public var perAction: [Action: TokenBucket]

        /// No limit but those given.
        public init(
            mutating: TokenBucket? = nil, nonMutating: TokenBucket? = nil, perAction: [Action: TokenBucket] = [:]
        ) {
            self.mutating = mutating
            self.nonMutating = nonMutating
            self.perAction = perAction
        }

        mutating func take(for action: Action, at now: Instant) throws(Failure) {
            let answer =
                if perAction[action] != nil {
                    perAction[action]?.take(at: now)
                } else if action.isMutating {
                    self.mutating?.take(at: now)
                } else {
                    nonMutating?.take(at: now)
                }
            if case .refused(let retryAfter)? = answer { throw .requestLimitExceeded(retryAfter: retryAfter) }
        }
    }
}
