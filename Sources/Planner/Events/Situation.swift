import InstanceLimits
import Pool

/// A cluster on its way through a plan: its nodes, its pods, and what makes pods.
struct Situation {
    /// A node.
    struct Node {
        var node: ClusterNode
        /// What its instance type allows; `nil` where that is unknown, and its addresses are not counted.
        let limits: NodeLimits?
        /// An autoscaler started it.
        let isAdded: Bool
        /// It is no longer there.
        var isGone = false
    }

    /// A pod.
    struct Pod {
        let namespace: String
        let name: String
        let workload: WorkloadID?
        /// The number of its kind in ``Situation/kinds``.
        let kind: Int
        /// The index of its node; `nil` while it has none.
        var node: Int?
        /// In which settling it got its node; 0 for the nodes that pods had from the start.
        var since = 0
        /// The only node that may run it.
        var pinnedTo: String?
        /// Why it has no node.
        var cause: PendingCause?
    }

    let plan: Plan
    let types: [String: InstanceType]
    var kinds = PodClasses()
    var nodes: [Node] = []
    var pods: [Pod] = []
    var workloads: [Workload]
    /// How often it has settled.
    var settlings = 0
    /// How many nodes each group has in each zone, and how many it ever had.
    private var zoneCounts: [String: [String: Int]] = [:]
    private var made: [String: Int] = [:]
    private var names: Set<String> = []
    /// The pods of the input that are bound to a node which is not in it.
    private(set) var homeless: [String] = []
    /// The kind of each workload's pods.
    var workloadKinds: [WorkloadID: Int] = [:]
    /// Pods of the host's network that every node runs and the input does not have: they take room of kubelet's max-pods.
    let unlistedHostPods: Int

    /// The CNI's pod and kube-proxy's (source: Amazon EKS user guide, the 2 of the max-pods formula).
    private static let usualHostPods = 2

    /// The cluster with the nodes that the plan's groups have beside it.
    init(_ cluster: Cluster, _ plan: Plan) throws(PlanProblem) {
        self.plan = plan
        workloads = cluster.workloads
        let isListed = !cluster.nodes.isEmpty || workloads.contains(where: \.template.usesHostNetwork)
        unlistedHostPods = isListed ? 0 : Situation.usualHostPods
        types = try Situation.types(cluster, plan)
        addNodes(of: cluster)
        addPods(of: cluster)
        for workload in workloads {
            let template = workload.id.kind == .daemonSet ? workload.template.ofDaemon : workload.template
            workloadKinds[workload.id] = kinds.number(workload.id.namespace, template)
        }
    }

    /// The cluster's pods, but for those of DaemonSets on nodes that are not there any more.
    private mutating func addPods(of cluster: Cluster) {
        let numbers = Dictionary(nodes.indices.map { (nodes[$0].node.name, $0) }) { first, _ in first }
        let leftOut = Set(cluster.nodes.map(\.name)).subtracting(numbers.keys)
        for pod in cluster.pods {
            let isDaemon = pod.workload?.kind == .daemonSet
            var pinnedTo = pod.pinnedTo
            if isDaemon {
                pinnedTo = pinnedTo ?? pod.node
                if let node = pod.node, numbers[node] == nil { continue }
                if let pinnedTo, leftOut.contains(pinnedTo) { continue }
            }
            if let node = pod.node, numbers[node] == nil, !leftOut.contains(node) {
                homeless.append("\(pod.namespace)/\(pod.name)")
            }
            pods.append(
                Pod(
                    namespace: pod.namespace, name: pod.name, workload: pod.workload,
                    kind: kinds.number(pod.namespace, isDaemon ? pod.template.ofDaemon : pod.template),
                    node: pod.node.flatMap { numbers[$0] },
                    pinnedTo: pinnedTo))
        }
    }

    /// The instance types of the plan's groups, which must be known, and of the nodes.
    private static func types(_ cluster: Cluster, _ plan: Plan) throws(PlanProblem) -> [String: InstanceType] {
        var types: [String: InstanceType] = [:]
        for group in plan.groups where types[group.instanceType] == nil {
            do throws(UnknownInstanceType) {
                types[group.instanceType] = try InstanceType(named: group.instanceType)
            } catch {
                throw .instanceType(group: group.name, error.description)
            }
        }
        for name in Set(cluster.nodes.compactMap(\.instanceType)) where types[name] == nil {
            types[name] = try? InstanceType(named: name)
        }
        return types
    }

    /// The cluster's nodes as far as the groups have them, and the others that the groups have.
    private mutating func addNodes(of cluster: Cluster) {
        let groups = Dictionary(plan.groups.map { ($0.name, $0) }) { first, _ in first }
        var counts: [String: Int] = [:]
        for node in cluster.nodes {
            if let count = groups[node.group]?.count, counts[node.group, default: 0] >= count { continue }
            counts[node.group, default: 0] += 1
            var node = node
            let limits = node.instanceType.flatMap { types[$0] }.map(NodeLimits.init)
            node.maxPods = groups[node.group]?.maxPods ?? node.maxPods ?? limits.map { plan.pool.kubeletMaxPods($0) }
            add(Node(node: node, limits: limits, isAdded: false))
        }
        for group in plan.groups {
            while counts[group.name, default: 0] < max(group.count ?? 0, group.min) {
                addNode(to: group, isAdded: false)
                counts[group.name, default: 0] += 1
            }
        }
    }

    /// Adds a node to a group, in the zone where it has fewest unless one is given.
    mutating func addNode(to group: NodeGroup, in zone: String? = nil, isAdded: Bool) {
        guard let node = newNode(of: group, in: zone) else { return }
        add(Node(node: node, limits: types[group.instanceType].map(NodeLimits.init), isAdded: isAdded))
    }

    /// The node that a group would get next.
    func newNode(of group: NodeGroup, in zone: String? = nil) -> ClusterNode? {
        guard let type = types[group.instanceType] else { return nil }
        let counts = zoneCounts[group.name] ?? [:]
        let zone = zone ?? group.zones.min { counts[$0] ?? 0 < counts[$1] ?? 0 }
        var number = (made[group.name] ?? 0) + 1
        while names.contains("\(group.name)-\(number)") { number += 1 }
        let usual = max(0, plan.pool.kubeletMaxPods(NodeLimits(type)) - unlistedHostPods)
        return ClusterNode(group, number: number, zone: zone, type, maxPods: group.maxPods ?? usual)
    }

    private mutating func add(_ node: Node) {
        nodes.append(node)
        names.insert(node.node.name)
        made[node.node.group, default: 0] += 1
        if let zone = node.node.zone { zoneCounts[node.node.group, default: [:]][zone, default: 0] += 1 }
    }

    /// Takes a node away; its pods have none.
    mutating func remove(_ gone: Set<Int>) {
        for node in gone {
            nodes[node].isGone = true
            if let zone = nodes[node].node.zone { zoneCounts[nodes[node].node.group]?[zone, default: 0] -= 1 }
        }
        pods.removeAll { $0.workload?.kind == .daemonSet && ($0.node.map(gone.contains) ?? false) }
        for index in pods.indices where pods[index].node.map(gone.contains) ?? false { pods[index].node = nil }
    }
}
