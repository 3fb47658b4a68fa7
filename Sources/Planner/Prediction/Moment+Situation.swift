import Pool

extension Moment {
    /// The situation with its addresses: every node has what its pool holds, and every pod that has a node asks for an
    /// address in the order in which it came.
    ///
    /// - Parameter cooling: how many addresses rest on each node while the pods of the last settling start.
    init(
        _ kind: Kind, _ situation: Situation, cooling: [Int: Int] = [:], memory: GrowthMemory
    ) throws(PlanProblem) {
        let configuration = situation.plan.pool
        var ledger = try AddressLedger(situation.plan.subnets, configuration, memory: memory)
        let numbers = ledger.start(situation.nodes)
        var groups = GroupTally(situation)
        var refused: [(pod: Int, cause: PendingCause)] = []
        var isResting = cooling.isEmpty
        for index in situation.inOrder(situation.pods.indices) {
            let pod = situation.pods[index]
            if !isResting, pod.since == situation.settlings {
                isResting = true
                ledger.rest(cooling, numbers)
            }
            guard let node = pod.node else {
                refused.append((index, pod.cause ?? .noNode))
                continue
            }
            let isOnHost = situation.kinds.all[pod.kind].template.usesHostNetwork
            let cause = isOnHost ? nil : numbers[node].flatMap { ledger.add(to: $0) }
            groups.count(on: node, isOnHost: isOnHost, hasAddress: cause == nil)
            if let cause { refused.append((index, .address(cause))) }
        }
        self.init(
            kind: kind, groups: groups.rows(), subnets: ledger.rows(),
            pending: refused.map { index, cause in
                let pod = situation.pods[index]
                return PendingPod(
                    namespace: pod.namespace, name: pod.name, workload: pod.workload,
                    node: pod.node.map { situation.nodes[$0].node.name }, cause: cause)
            })
    }
}

extension AddressLedger {
    /// Starts nodes: first those that are there, all of whose own addresses are taken before any pool's; then one after
    /// another those that an autoscaler adds.
    ///
    /// - Returns: the number of each node; `nil` for one whose addresses do not count.
    fileprivate mutating func start(_ nodes: [Situation.Node]) -> [Int?] {
        var numbers = [Int?](repeating: nil, count: nodes.count)
        let counted = nodes.indices.filter { nodes[$0].limits != nil && !nodes[$0].isGone && !nodes[$0].node.isFargate }
        for index in counted where !nodes[index].isAdded { numbers[index] = launch(nodes[index]) }
        for number in numbers.compactMap(\.self) { warmUp(number) }
        for index in counted where nodes[index].isAdded {
            numbers[index] = launch(nodes[index])
            if let number = numbers[index] { warmUp(number) }
        }
        return numbers
    }

    private mutating func launch(_ node: Situation.Node) -> Int? {
        guard let limits = node.limits else { return nil }
        return launch(limits, zone: node.node.zone ?? "", in: node.node.subnet)
    }

    /// Pods that had addresses on nodes have ended, and their addresses rest.
    fileprivate mutating func rest(_ cooling: [Int: Int], _ numbers: [Int?]) {
        for (node, count) in cooling.sorted(by: { $0.key < $1.key }) {
            guard let number = numbers[node] else { continue }
            for _ in 0..<count where add(to: number) == nil { release(from: number) }
        }
    }
}

/// Counts what the rows of node groups show.
private struct GroupTally {
    private struct Pods {
        var onHost = 0
        var withAddress = 0
        var withoutAddress = 0
    }

    private let situation: Situation
    private var pods: [Pods]

    init(_ situation: Situation) {
        self.situation = situation
        pods = Array(repeating: Pods(), count: situation.nodes.count)
    }

    mutating func count(on node: Int, isOnHost: Bool, hasAddress: Bool) {
        if isOnHost {
            pods[node].onHost += 1
        } else if hasAddress {
            pods[node].withAddress += 1
        } else {
            pods[node].withoutAddress += 1
        }
    }

    func rows() -> [GroupRow] {
        var members: [String: [Int]] = [:]
        for group in situation.plan.groups { members[group.name] = [] }
        for (index, node) in situation.nodes.enumerated() where !node.isGone && !node.node.isFargate {
            members[node.node.group, default: []].append(index)
        }
        return members.sorted { $0.key < $1.key }.map { row($0.key, $0.value) }
    }

    private func row(_ name: String, _ members: [Int]) -> GroupRow {
        let planned = situation.plan.groups.first { $0.name == name }?.instanceType
        let types = Set(members.map { situation.nodes[$0].node.instanceType })
        let capacities = members.map { capacity(of: $0) }
        let limited = capacities.count { $0.limit == .addresses }
        func sum(_ part: KeyPath<Pods, Int>) -> Int { members.reduce(0) { $0 + pods[$1][keyPath: part] } }
        return GroupRow(
            name: name, instanceType: types.count > 1 ? nil : types.first ?? planned, nodes: members.count,
            addedNodes: members.count { situation.nodes[$0].isAdded },
            capacity: capacities.reduce(0) { $0 + $1.pods },
            limitedBy: limited * 2 > members.count ? .addresses : .kubeletMaxPods, hostNetworkPods: sum(\.onHost),
            podsWithAddress: sum(\.withAddress), podsWithoutAddress: sum(\.withoutAddress))
    }

    /// How many pods with an address a node can run, and which limit says so.
    private func capacity(of index: Int) -> (pods: Int, limit: GroupRow.Limit) {
        let node = situation.nodes[index]
        let kubelet = max(0, (node.node.maxPods ?? ClusterNode.usualMaxPods) - pods[index].onHost)
        guard let limits = node.limits else { return (kubelet, .kubeletMaxPods) }
        let addresses = situation.plan.pool.addressLimit(limits)
        return addresses < kubelet ? (addresses, .addresses) : (kubelet, .kubeletMaxPods)
    }
}
