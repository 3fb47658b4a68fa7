/// How long a pod may wait for an address, from which the pool finds out how many to keep ready.
public struct AdaptiveTarget: Hashable, Sendable {
    /// The longest wait that is wanted.
    public var wait: Duration
    /// The percentage of pods that wait no longer, such as 99.
    public var percentile: Double

    public init(wait: Duration, percentile: Double) {
        self.wait = wait
        self.percentile = percentile
    }
}
