/// A warm target that learns what the node needs: how its pods arrive, bursts included, and how long the provider takes
/// to deliver, throttling included. It keeps just enough warm for a chosen wait.
///
/// Addresses come a lead time L after they were asked for, an ENI L′ after. A pod waits longer than τ when more pods
/// came in the L − τ before it, itself included, than there were warm addresses. The number of pods that came in the T
/// before a pod, itself included, has a mean m(T) and a standard deviation s(T) over the node's pods, in which pods of
/// ten minutes ago count half; since pods come in bursts, its tail is taken for an exponential one, so that a share p
/// of the pods does not find more than q(T) = m(T) + (ln(1 / (1 − p)) − 1) · s(T): for p99, m + 3.6 s. With it the pool
/// keeps
///
/// ```text
/// warm  = max(q(L − τ), min(q(3 L), 4))     always: what the chosen wait needs, and up to four addresses, so that
///                                           single pods do not wait at all
///       ≥ q(3 L) − pods of the last 3 L     while pods arrive: the rest of the wave is asked for with its first pod
/// slots = q′(L′ − τ)                        room on the attached ENIs, so that no pod waits for an ENI: one without
///                                           addresses is attached ahead of time; q′ is for a tenth of 1 − p
/// ```
///
/// Addresses that end their cooldown within L count as warm. The pool never holds less than ``minimum`` addresses, nor
/// more than max-pods can use. A node that has seen nothing yet expects a wave of 13 pods.
public struct AdaptiveTarget: Hashable, Codable, Sendable {
    /// The wait τ for an address that a pod may have.
    public var wait: Duration
    /// For how many of a hundred pods it is not exceeded, above 0 and below 100.
    public var percentile: Double
    /// The least number of addresses in all.
    public var minimum: Int

    /// A second at most for 99 of a hundred pods, unless chosen otherwise.
    public init(wait: Duration = .seconds(1), percentile: Double = 99, minimum: Int = 0) {
        self.wait = wait
        self.percentile = percentile
        self.minimum = minimum
    }

    /// Addresses that are kept so that single pods do not wait at all, whatever wait is allowed.
    static let promptLimit = 4

    /// What it comes to where nothing has been learnt.
    var unlearnt: WarmTarget { .addresses(warm: AdaptiveTarget.promptLimit, minimum: minimum) }

    /// The share of the pods that may wait longer.
    var excess: Double { 1 - percentile / 100 }
}
