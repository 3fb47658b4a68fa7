import Timekeeping

/// A token bucket of a caller that heeds the server: halved when the server throttles, and refilled faster again with
/// every call that goes well, up to its own limit. Source of the scheme: the additive increase and multiplicative
/// decrease of TCP, RFC 5681.
struct AdaptiveBucket: Hashable, Sendable {
    /// The least share of the limit to which throttling can bring it.
    private static let floor = 1.0 / 64
    /// The share of the limit that a call gives back.
    private static let recovery = 1.0 / 16

    let limit: CallLimit
    private(set) var bucket: TokenBucket
    private var slowedAt: Instant?
    /// Until when the server wants no call.
    private(set) var closedUntil = Instant.origin

    init(_ limit: CallLimit) {
        self.limit = limit
        bucket = TokenBucket(capacity: limit.burst, refillPerSecond: limit.perSecond)
    }

    var isSlowed: Bool { bucket.refillPerSecond < limit.perSecond }

    /// The server throttled a call that was made at `start`. Calls that were on their way already when another was
    /// throttled say nothing new.
    mutating func throttled(start: Instant, retryAfter: Duration?, at now: Instant) {
        closedUntil = max(closedUntil, now + (retryAfter ?? .zero))
        bucket.drain(until: closedUntil, at: now)
        guard start >= slowedAt ?? .origin else { return }
        slowedAt = now
        bucket.setRefill(max(bucket.refillPerSecond / 2, limit.perSecond * AdaptiveBucket.floor), at: now)
    }

    mutating func succeeded(at now: Instant) {
        guard isSlowed else { return }
        let faster = bucket.refillPerSecond + limit.perSecond * AdaptiveBucket.recovery
        bucket.setRefill(min(faster, limit.perSecond), at: now)
    }

    mutating func take(at now: Instant, patience: Duration) -> TokenBucket.Answer {
        bucket.take(at: now, patience: patience)
    }
}

/// How often a caller makes a call.
public struct CallLimit: Hashable, Codable, Sendable {
    /// How many at once after a while of rest.
    public var burst: Int
    /// How many a second in the long run.
    public var perSecond: Double

    public init(burst: Int, perSecond: Double) {
        self.burst = burst
        self.perSecond = perSecond
    }
}
