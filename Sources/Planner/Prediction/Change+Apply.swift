import Addressing
import Pool

extension Change {
    /// The cluster and the plan with the change made.
    func applied(to cluster: Cluster, _ plan: Plan) -> (Cluster, Plan) {
        var (cluster, plan) = (cluster, plan)
        switch self {
        case .prefixDelegation:
            plan.pool.prefixDelegation = true
            if case .enis = plan.pool.target {
                plan.pool.target = .classic(warmENI: nil, warmIP: nil, minimumIP: nil, prefixDelegation: true)
            }
        case .warmTarget(let target): plan.pool.target = target
        case .instanceType(let group, _, let type):
            plan.change(group, of: cluster) { planned, nodes in
                planned.instanceType = type
                planned.count = planned.count ?? nodes.count
                planned.maxPods = nil
                planned.allocatable = nil
            }
            cluster.nodes.removeAll { $0.group == group }
        case .moreNodes(let group, let count):
            plan.change(group, of: cluster) { planned, nodes in
                planned.count = (planned.count ?? nodes.count) + count
                planned.max = planned.max.map { max($0, planned.count ?? 0) }
            }
        case .moreSubnets(let subnets, let length): plan.addSubnets(beside: subnets, prefixLength: length)
        case .maxPods(let group, _, let count):
            plan.change(group, of: cluster) { planned, _ in planned.maxPods = count }
        }
        return (cluster, plan)
    }
}

extension Plan {
    /// Changes a group, which is added where the cluster alone has it.
    fileprivate mutating func change(
        _ name: String, of cluster: Cluster, _ change: (inout NodeGroup, [ClusterNode]) -> Void
    ) {
        let nodes = cluster.nodes.filter { $0.group == name }
        if !groups.contains(where: { $0.name == name }), let group = NodeGroup(of: nodes) { groups.append(group) }
        guard let index = groups.firstIndex(where: { $0.name == name }) else { return }
        change(&groups[index], nodes)
    }

    /// Adds subnets out of the range that is shared by carriers, which no VPC routes elsewhere (source: RFC 6598).
    fileprivate mutating func addSubnets(beside others: [SubnetID], prefixLength: Int) {
        let range = IPv4Network(containing: IPv4Address(bits: 100 << 24 | 64 << 16), prefixLength: 10)
        var free = (0..<(1 << (prefixLength - range.prefixLength))).lazy
            .map { IPv4Network(containing: range[$0 << (32 - prefixLength)], prefixLength: prefixLength) }
            .filter { [subnets] network in !subnets.contains { $0.cidr.overlaps(network) } }
            .prefix(others.count).makeIterator()
        for other in subnets where others.contains(other.id) {
            guard let cidr = free.next() else { return }
            let id = SubnetID("\(other.id)-more")
            subnets.append(PlannedSubnet(id: id, cidr: cidr, zone: other.zone, isForPods: other.isForPods))
            pool.placement.add(id, beside: other.id)
        }
    }
}

extension Placement {
    /// Names another subnet wherever one is named.
    fileprivate mutating func add(_ new: SubnetID, beside other: SubnetID) {
        func added(_ networks: [String: PodSubnets]) -> [String: PodSubnets] {
            networks.mapValues { network in
                guard network.subnets.contains(other) else { return network }
                return PodSubnets(subnets: network.subnets + [new], securityGroups: network.securityGroups)
            }
        }
        switch self {
        case .custom(.zone(let networks)): self = .custom(.zone(added(networks)))
        case .custom(.named(let name, let networks)): self = .custom(.named(name, added(networks)))
        case .custom(.discovery), .node: break
        }
    }
}

extension NodeGroup {
    /// The group that nodes of a cluster look to be; `nil` where they are of no or of several types.
    init?(of nodes: [ClusterNode]) {
        let types = Set(nodes.map(\.instanceType))
        guard let first = nodes.first, types.count == 1, let type = first.instanceType else { return nil }
        let own = [NodeLabel.hostname, NodeLabel.zone, NodeLabel.instanceType]
        let labels = first.labels.filter { label in
            !own.contains(label.key) && nodes.allSatisfy { $0.labels[label.key] == label.value }
        }
        let limits = Set(nodes.map(\.maxPods))
        self.init(
            name: first.group, instanceType: type, zones: Set(nodes.compactMap(\.zone)).sorted(), labels: labels,
            taints: first.taints.filter { taint in nodes.allSatisfy { $0.taints.contains(taint) } },
            maxPods: limits.count == 1 ? first.maxPods : nil, allocatable: first.allocatable)
    }
}
