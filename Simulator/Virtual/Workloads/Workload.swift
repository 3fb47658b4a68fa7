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
    /// Pods of deployments, replaced by new ones in four waves, again and again.
    case rollingUpdate(pods: Int, every: Duration)
    /// Now and then a pipeline starts many jobs at once; sizes are random and now and then large.
    case burst(every: Duration, meanSize: Double, maximum: Int, lifetime: Duration)
    /// Every node is replaced by a new one, which gets the old one's pods at once.
    case nodeReplacement(pods: Int, every: Duration)

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
        case .rollingUpdate(let pods, let pause):
            return rollingUpdate(nodes, pods, pause, duration, &dice)
        case .nodeReplacement(let pods, let pause):
            return nodeReplacement(nodes, pods, pause, duration, &dice)
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

    mutating func happens(_ probability: Double) -> Bool {
        random.nextFraction() < probability
    }

    mutating func index(below count: Int) -> Int {
        Int(random.next() % UInt64(count))
    }
}
