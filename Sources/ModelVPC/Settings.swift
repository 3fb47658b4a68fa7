import Timekeeping

extension ModelVPC {
    /// How long something takes: between two durations, drawn evenly.
    public struct Delay: Hashable, Codable, Sendable {
        /// The shortest and the longest; never negative.
        public let range: ClosedRange<Duration>

        /// A negative duration counts as none.
        public init(_ range: ClosedRange<Duration>) {
            self.range = max(range.lowerBound, .zero)...max(range.upperBound, .zero)
        }

        /// Always the same time.
        public init(_ duration: Duration) {
            self.init(duration...duration)
        }

        /// No delay at all.
        public static let none = Delay(.zero)

        func drawn(from random: inout Random) -> Duration {
            let low = range.lowerBound.nanoseconds
            let span = range.upperBound.nanoseconds - low
            return .nanoseconds(span == 0 ? low : low + Int64(random.next() % (UInt64(span) + 1)))
        }
    }

    /// How slow and how consistent the cloud is. All of it is zero by default: everything at once.
    public struct Settings: Hashable, Codable, Sendable {
        /// From a call to its answer. What the call does is done at its beginning.
        public var latency: Delay = .none
        /// For actions that differ from ``latency``.
        public var latencyPerAction: [Action: Delay] = [:]
        /// From the call to attach until the interface is attached.
        public var attachDelay: Delay = .none
        /// From attached until the instance sees the interface.
        public var appearDelay: Delay = .none
        /// From the call to detach, with which the instance loses the interface, until it is detached.
        public var detachDelay: Delay = .none
        /// How long describing leaves out a new interface, and a new address of an interface.
        public var consistencyDelay: Delay = .none
        /// How long a token is remembered. EC2 does for a day; the default suffices for every retry, and keeps the
        /// state small.
        public var tokenLifetime: Duration = .seconds(600)

        /// No delays.
        public init() {}
    }
}
