/// How long a pod may wait for an address, from which the pool finds out how many to keep ready.
public struct AdaptiveTarget: Hashable, Sendable {
    /// The longest wait that is wanted.
    public var wait: Duration
    /// The share of pods that wait no longer, such as 0.99.
    public var share: Double
    /// The least number of addresses in all.
    public var minimum: Int

    public init(wait: Duration = .seconds(1), share: Double = 0.99, minimum: Int = 0) {
        self.wait = wait
        self.share = share
        self.minimum = minimum
    }
}
