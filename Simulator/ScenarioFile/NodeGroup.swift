import CloudSettings
import InstanceLimits
import ModelVPC
import ModelViews
import Pool
import PoolSettings
import Settings
import Timekeeping
import VirtualSimulator

/// Nodes that are alike, with the pods that come to them.
public struct NodeGroup: Hashable, Sendable {
    /// When the nodes of a group do something: one after another, evenly over a time.
    public struct Span: Hashable, Sendable {
        /// When the first one does.
        public var at: Duration
        /// How much later the last one does; zero for all at once.
        public var over: Duration

        public init(at: Duration = .zero, over: Duration = .zero) {
            self.at = at
            self.over = over
        }

        /// When one of so many nodes does.
        func instant(of index: Int, among count: Int) -> Instant {
            .origin + at + (count > 1 ? over * index / (count - 1) : .zero)
        }
    }

    public var name: String
    public var instanceType: InstanceType
    public var count: Int
    /// Where the nodes are started.
    public var subnet: SubnetID
    /// When the daemons start.
    public var joins: Span
    /// When the machines are terminated; `nil` for never.
    public var leaves: Span?
    public var pool: PoolConfiguration
    /// Kubelet's `--max-pods`; `nil` for the number that goes with the pool's configuration.
    public var maxPods: Int?
    /// The patterns in which pods come, all at the same time.
    public var workloads: [Workload]

    /// Kubelet's `--max-pods`, less the two pods that use the host's network.
    public var mostPods: Int { NodeGroup.mostPods(maxPods, pool, instanceType) }

    private static func mostPods(_ maxPods: Int?, _ pool: PoolConfiguration, _ type: InstanceType) -> Int {
        max((maxPods ?? pool.kubeletMaxPods(NodeLimits(ModelVPC.Limits(type)))) - PoolConfiguration.hostNetworkPods, 1)
    }

    /// Reads a group, and asks for every key of its mapping.
    ///
    /// - Parameters:
    ///   - subnets: where nodes can be; the first one is meant where the group names none.
    ///   - pool: the file's section `pool`, of which the group's own can change keys.
    ///   - usual: the file's list `workloads`, for a group without its own.
    ///   - isTraced: whether a trace says which nodes and pods come and go.
    /// - Returns: `nil` where something is wrong that makes it no group; the reader reports it.
    init?(
        _ reader: SettingsReader, subnets: [SubnetID], pool base: SettingsReader?, usual: [SettingsReader],
        isTraced: Bool
    ) {
        defer { reader.finish() }
        reader.require("name", "a group of nodes has name and instanceType")
        reader.require("instanceType", "the type of the group's instances, such as m5.large")
        let name = reader.string("name")
        let type = reader.string("instanceType").flatMap { NodeGroup.readType($0, reader) }
        let count = reader.integer("count", in: 1...1_000_000)
        self.count = count ?? 1
        subnet = reader.string("subnet").map(SubnetID.init) ?? subnets.first ?? Scenario.usualSubnet.id
        let (joins, leaves) = (NodeGroup.readSpan("joins", reader), NodeGroup.readSpan("leaves", reader))
        (self.joins, self.leaves) = (joins ?? Span(), leaves)
        let pool = NodeGroup.readPool(reader, base)
        let maxPods = reader.integer("maxPods", in: 1...10_000)
        (self.pool, self.maxPods) = (pool, maxPods)
        let own = reader.nestedList("workloads")
        let mostPods = type.map { NodeGroup.mostPods(maxPods, pool, $0) } ?? 1
        if isTraced {
            let given = [
                "count": count != nil, "joins": joins != nil, "leaves": leaves != nil, "workloads": !own.isEmpty,
            ]
            for key in given.filter(\.value).keys.sorted() { reader.refuse(key, "the trace says so; remove it") }
        }
        workloads = (own.isEmpty ? usual : own).compactMap { Workload($0, mostPods: mostPods) }
        if !subnets.contains(subnet) {
            let known = subnets.map { "\($0)" }.joined(separator: ", ")
            reader.refuse("subnet", "there is no subnet \(subnet) for nodes; there are \(known)")
        }
        guard let name, let type else { return nil }
        self.name = name
        instanceType = type
        check(reader, hasOwnWorkloads: !own.isEmpty)
    }

    private static func readType(_ name: String, _ reader: SettingsReader) -> InstanceType? {
        do throws(UnknownInstanceType) {
            return try InstanceType(named: name)
        } catch {
            reader.refuse("instanceType", "\(error)")
            return nil
        }
    }

    private static func readPool(_ reader: SettingsReader, _ base: SettingsReader?) -> PoolConfiguration {
        let own = if let base { reader.nested("pool", over: base) } else { reader.nested("pool") }
        defer { own?.finish() }
        return (own ?? base).map { PoolConfiguration($0) } ?? PoolConfiguration()
    }

    private static func readSpan(_ key: String, _ reader: SettingsReader) -> Span? {
        guard let keys = reader.nested(key) else { return nil }
        defer { keys.finish() }
        let month = Duration.zero ... .seconds(31 * 86_400)
        return Span(at: keys.duration("at", in: month) ?? .zero, over: keys.duration("over", in: month) ?? .zero)
    }

    /// Reports what cannot go together.
    private func check(_ reader: SettingsReader, hasOwnWorkloads: Bool) {
        let key = hasOwnWorkloads ? "workloads" : "name"
        for workload in workloads {
            if workload.movesPods, joins.over > .zero || leaves != nil {
                reader.refuse(
                    key, "rollingUpdate and nodeReplacement need nodes that all join at once and do not leave")
            }
            if let maxPods, let pods = workload.podsPerNode, pods > mostPods {
                reader.refuse(
                    "maxPods",
                    "\(pods) pods are more than kubelet starts on a node: \(maxPods) less "
                        + "\(PoolConfiguration.hostNetworkPods) on the host's network")
            }
        }
        if workloads.count > 1, workloads.contains(where: { $0.makesNodes }) {
            reader.refuse(key, "nodeReplacement makes the nodes, so it cannot be together with other workloads")
        }
        if let leaves, leaves.at < joins.at || leaves.at + leaves.over < joins.at + joins.over {
            reader.refuse("leaves", "nodes cannot leave before they join")
        }
    }
}

extension NodeGroup {
    /// The group's nodes and pods, each pattern by a seed of its own.
    func plan(index group: Int, duration: Duration, seeds: inout Random) -> Plan {
        let joining = (0..<count).map { node in
            Plan.Node(
                joins: joins.instant(of: node, among: count), leaves: leaves?.instant(of: node, among: count),
                group: group)
        }
        var plan = Plan(nodes: joining, pods: [])
        for workload in workloads {
            let made = workload.plan(nodes: count, duration: duration, seed: seeds.next())
            if workload.makesNodes {
                plan = made.moved(by: joins.at, group: group)
            } else {
                plan = Plan(nodes: joining, pods: plan.pods + made.pods(afterJoinsOf: joining))
            }
        }
        return plan
    }
}

extension Plan {
    /// The plan later by a time, with its nodes in a group.
    fileprivate func moved(by delay: Duration, group: Int) -> Plan {
        let moved = nodes.map { Node(joins: $0.joins + delay, leaves: $0.leaves.map { $0 + delay }, group: group) }
        return Plan(nodes: moved, pods: pods.map { $0.moved(by: delay, node: $0.node) })
    }

    /// The pods later by when their nodes join.
    fileprivate func pods(afterJoinsOf nodes: [Node]) -> [Pod] {
        pods.map { $0.moved(by: nodes[$0.node].joins - .origin, node: $0.node) }
    }

    /// Several plans side by side, the nodes of each after those of the ones before.
    static func joined(_ plans: [Plan]) -> Plan {
        var nodes: [Node] = []
        var pods: [Pod] = []
        for plan in plans {
            pods += plan.pods.map { $0.moved(by: .zero, node: $0.node + nodes.count) }
            nodes += plan.nodes
        }
        return Plan(nodes: nodes, pods: pods)
    }
}

extension Plan.Pod {
    fileprivate func moved(by delay: Duration, node: Int) -> Plan.Pod {
        var pod = self
        pod.node = node
        pod.arrives = arrives + delay
        if case .at(let instant) = ends { pod.ends = .at(instant + delay) }
        return pod
    }
}
