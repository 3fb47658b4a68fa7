import Timekeeping

/// A token bucket: full at first, refilled evenly, one token for each call.
///
/// Clouds limit their callers so; callers that know better limit themselves.
public struct TokenBucket: Hashable, Codable, Sendable {
    /// Whether there is a token.
    public enum Answer: Hashable, Sendable {
        /// Taken: the call may be made at this instant, which is not before now.
        case taken(Instant)
        /// None: not before so long; `nil` where no waiting helps.
        case refused(retryAfter: Duration?)
    }

    /// The most tokens that it holds: the calls that can be made at once.
    public let capacity: Int
    /// Tokens added per second; 0: never refilled.
    public private(set) var refillPerSecond: Double
    private var tokens: Double
    /// Until when tokens have been added; in the future while none are.
    private var refilled: Instant = .origin

    /// A full bucket.
    public init(capacity: Int, refillPerSecond: Double) {
        self.capacity = capacity
        self.refillPerSecond = refillPerSecond
        tokens = Double(capacity)
    }

    /// Takes a token, or one that is yet to come.
    ///
    /// - Parameter patience: how far in the future the token may lie. Whoever took one first goes first.
    public mutating func take(at now: Instant, patience: Duration = .zero) -> Answer {
        refill(now)
        // Refilled in many small steps, a whole token can be short of 1 by rounding errors.
        let whole = 1 - 1e-9
        if tokens >= whole, refilled <= now {
            tokens = max(0, tokens - 1)
            return .taken(now)
        }
        guard refillPerSecond > 0, capacity > 0 else { return .refused(retryAfter: nil) }
        let nanoseconds = (max(1 - tokens, 0) / refillPerSecond * 1e9).rounded(.up)
        let wait = max(refilled - now, .zero) + .nanoseconds(Int64(min(nanoseconds, 9e18)))
        guard wait <= patience else { return .refused(retryAfter: wait) }
        tokens -= 1
        return .taken(now + wait)
    }

    /// From now on so many tokens are added per second.
    public mutating func setRefill(_ perSecond: Double, at now: Instant) {
        refill(now)
        refillPerSecond = perSecond
    }

    /// Takes the tokens that are there away; none is added before an instant.
    public mutating func drain(until instant: Instant, at now: Instant) {
        refill(now)
        tokens = min(tokens, 0)
        refilled = max(refilled, instant)
    }

    private mutating func refill(_ now: Instant) {
        guard now > refilled else { return }
        tokens = min(Double(capacity), tokens + (now - refilled).inSeconds * refillPerSecond)
        refilled = now
    }
}
