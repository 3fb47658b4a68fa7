import ModelVPC
import Pool
import Timekeeping

/// How pods come and go on the nodes of a cluster: the standard patterns. Rates and sizes are per node.
public enum Workload: Hashable, Sendable {
    /// Pods that stay; now and then one is replaced.
    case steady(pods: Int, lifetime: Duration)
    /// Pods arrive independently of each other, and live for a random time.
    case churn(perMinute: Double, lifetime: Duration)
    /// Like churn, with a rate that swings between these two once in a period.
    case diurnal(perMinute: ClosedRange<Double>, period: Duration, lifetime: Duration)
    /// Pods of deployments, replaced by new ones in four waves, again and again. With surge, the new pods come before the
    /// old ones end, to any node; without, as on full nodes, each takes the place of an old one that has ended.
    case rollingUpdate(pods: Int, every: Duration, surge: Bool = true)
    /// Now and then a pipeline starts many jobs at once; sizes are random and now and then large.
    case burst(every: Duration, meanSize: Double, maximum: Int, lifetime: Duration)
    /// Every node is replaced by a new one, which gets the old one's pods at once.
    case nodeReplacement(pods: Int, every: Duration)
    /// Pods that come within a time after their node joined, and then stay, or all live so long.
    case fill(pods: Int, at: Duration, over: Duration, lifetime: Duration?)
    /// Pods that end soon after they got their address, and come back after a pause, which doubles up to the longest.
    case crashLoop(pods: Int, lifetime: Duration, pause: Duration, longestPause: Duration)

    /// The plan for a number of nodes.
    ///
    /// - Parameter seed: the same seed gives the same plan.
    public func plan(nodes: Int, duration: Duration, seed: UInt64) -> Plan {
        var dice = Dice(seed: seed)
        switch self {
        case .steady(let pods, let lifetime):
            return perNode(nodes) { steady(pods, lifetime, duration, &dice) }
        case .churn(let perMinute, let lifetime):
            return perNode(nodes) { arrivals(perMinute...perMinute, duration, lifetime, duration, &dice) }
        case .diurnal(let perMinute, let period, let lifetime):
            return perNode(nodes) { arrivals(perMinute, period, lifetime, duration, &dice) }
        case .burst(let pause, let meanSize, let maximum, let lifetime):
            return perNode(nodes) { bursts(pause, meanSize, maximum, lifetime, duration, &dice) }
        case .rollingUpdate(let pods, let pause, let surge):
            return rollingUpdate(nodes, pods, pause, surge, duration, &dice)
        case .nodeReplacement(let pods, let pause):
            return nodeReplacement(nodes, pods, pause, duration, &dice)
        case .fill(let pods, let at, let over, let lifetime):
            return perNode(nodes) { fill(pods, at, over, lifetime, &dice) }
        case .crashLoop(let pods, let lifetime, let pause, let longestPause):
            return perNode(nodes) { crashLoop(pods, lifetime, pause, longestPause, &dice) }
        }
    }

    /// An arrival on some node, with the pod's end.
    typealias Arrival = (at: Duration, ends: Plan.Pod.End)

    private func perNode(_ nodes: Int, _ arrivals: () -> [Arrival]) -> Plan {
        var pods: [Plan.Pod] = []
        for node in 0..<nodes {
            pods += arrivals().map { Plan.Pod(arrives: .origin + $0.at, node: node, ends: $0.ends) }
        }
        return Plan(nodes: Array(repeating: Plan.Node(), count: nodes), pods: pods)
    }
}

/// The randomness of a workload.
struct Dice {
    private var random: Random

    init(seed: UInt64) {
        random = Random(seed: seed)
    }

    /// Evenly between two durations.
    mutating func duration(_ range: ClosedRange<Duration>) -> Duration {
        let span = (range.upperBound - range.lowerBound).inSeconds
        return range.lowerBound + .nanoseconds(Int64(span * random.nextFraction() * 1e9))
    }

    /// Exponentially distributed, as the pauses between independent events and the lives of things that do not age.
    mutating func exponential(mean: Duration) -> Duration {
        .nanoseconds(Int64(-logarithm(1 - random.nextFraction()) * mean.inSeconds * 1e9))
    }

    /// Geometrically distributed from 1 on.
    mutating func size(mean: Double, maximum: Int) -> Int {
        var size = 1
        while size < maximum, random.nextFraction() >= 1 / mean { size += 1 }
        return size
    }

    /// Any number.
    mutating func word() -> UInt64 { random.next() }

    mutating func happens(_ probability: Double) -> Bool {
        random.nextFraction() < probability
    }

    mutating func index(below count: Int) -> Int {
        Int(random.next() % UInt64(count))
    }
}
