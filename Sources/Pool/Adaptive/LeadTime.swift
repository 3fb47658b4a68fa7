import Timekeeping

/// How long something takes on average, the latest counting most.
struct LeadTime: Hashable, Sendable {
    /// A sample moves the estimate by one part in so many of the difference.
    private static let inertia = 16

    /// The average.
    private(set) var estimate: Duration

    /// Begins with what is usual.
    init(usual: Duration) {
        estimate = usual
    }

    /// It took so long once.
    mutating func note(_ sample: Duration) {
        estimate += (sample - estimate) / LeadTime.inertia
    }
}
