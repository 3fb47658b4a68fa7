/// A point on some clock's time line, as the time since that clock's origin.
///
/// The core has no clock of its own: whoever drives it says what time it is. The daemon counts from the boot of the
/// machine, the simulator from the start of its run; instants of two clocks are never compared.
///
/// ```swift
/// let until = now + .seconds(30)
/// if until <= now { … }
/// ```
public struct Instant: InstantProtocol, Hashable, Codable, Sendable {
    /// Nanoseconds since the clock's origin.
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// The clock's origin.
    public static let origin = Instant(nanoseconds: 0)

    /// Later than every instant that a clock can show.
    public static let distantFuture = Instant(nanoseconds: .max)

    /// The instant a duration later; saturated where the clock could not show it.
    public func advanced(by duration: Duration) -> Instant {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(duration.nanoseconds)
        return overflow ? (duration > .zero ? .distantFuture : Instant(nanoseconds: .min)) : Instant(nanoseconds: sum)
    }

    /// The time from here to another instant; negative where that is earlier.
    public func duration(to other: Instant) -> Duration {
        .nanoseconds(other.nanoseconds) - .nanoseconds(nanoseconds)
    }

    public static func < (left: Instant, right: Instant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    public static func + (instant: Instant, duration: Duration) -> Instant {
        instant.advanced(by: duration)
    }

    public static func - (left: Instant, right: Instant) -> Duration {
        right.duration(to: left)
    }

    public init(from decoder: any Decoder) throws {
        nanoseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(nanoseconds)
    }
}
