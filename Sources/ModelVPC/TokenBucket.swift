import Timekeeping

extension ModelVPC {
    /// A token bucket: full at first, refilled evenly, one token for each call.
    public struct TokenBucket: Hashable, Codable, Sendable {
        /// The most tokens that it holds: the calls that can be made at once.
        public let capacity: Int
        /// Tokens added per second; 0: never refilled.
        public let refillPerSecond: Double
        private var tokens: Double
        private var refilled: Instant = .origin

        /// A full bucket.
        public init(capacity: Int, refillPerSecond: Double) {
            self.capacity = capacity
            self.refillPerSecond = refillPerSecond
            tokens = Double(capacity)
        }

        /// Takes a token.
        ///
        /// - Throws: ``Failure/requestLimitExceeded(retryAfter:)`` with the time until there is one.
        mutating func take(at now: Instant) throws(Failure) {
            tokens = min(Double(capacity), tokens + (now - refilled).inSeconds * refillPerSecond)
            refilled = now
            // Refilled in many small steps, a whole token can be short of 1 by rounding errors.
            let whole = 1 - 1e-9
            if tokens >= whole {
                tokens = max(0, tokens - 1)
            } else if refillPerSecond > 0, capacity > 0 {
                let nanoseconds = ((1 - tokens) / refillPerSecond * 1e9).rounded(.up)
                throw .requestLimitExceeded(retryAfter: .nanoseconds(Int64(min(nanoseconds, 9e18))))
            } else {
                throw .requestLimitExceeded(retryAfter: nil)
            }
        }
    }

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
            if perAction[action] != nil {
                try perAction[action]?.take(at: now)
            } else if action.isMutating {
                try self.mutating?.take(at: now)
            } else {
                try nonMutating?.take(at: now)
            }
        }
    }
}
