import Timekeeping

/// How far a simulation has come.
public struct Progress: Hashable, Sendable {
    /// The virtual time.
    public let now: Instant
    /// When the simulation ends.
    public let end: Instant
    /// How many events were handled.
    public let events: Int
    /// How many pods kubelet began to start.
    public let podsStarted: Int
}
