import Timekeeping

/// When a caller reads the server's view again: after the interval that was chosen, and after twice as long for every
/// reading that the server throttles, so that many callers who share a limit leave room for those who need their first
/// view. Every reading that goes well takes a little of that back.
public struct ReadingPace: Hashable, Sendable {
    /// The most times that the interval is stretched.
    private static let longest = 32.0
    /// What a reading that goes well leaves of the stretch: slowly, since each further throttling costs others a call.
    private static let recovery = 15.0 / 16

    private let interval: Duration
    private var stretch = 1.0

    public init(_ interval: Duration) {
        self.interval = interval
    }

    /// Whether the server throttled so lately that readings are put off.
    public var isStretched: Bool { stretch > 1 }

    /// The view was read.
    public mutating func answered() {
        stretch = max(1, stretch * ReadingPace.recovery)
    }

    /// A reading was throttled.
    public mutating func throttled() {
        stretch = min(stretch * 2, ReadingPace.longest)
    }

    /// The time from one reading to the next: exactly the interval while nothing is throttled, and after that up to a
    /// quarter more or less, so that callers who started together come apart.
    ///
    /// - Parameter jitter: a random number from 0 up to 1.
    public func pause(jitter: Double) -> Duration {
        guard isStretched else { return interval }
        return .nanoseconds(Int64(interval.inSeconds * stretch * (0.75 + jitter / 2) * 1e9))
    }
}
