import InstanceLimits
import Pool

extension Prediction {
    /// What would help the pending pods, each planned again with the change; where none is pending, what would do with
    /// fewer addresses. The best come first: fewest pending pods, then most nodes and most addresses saved.
    ///
    /// - Throws: ``PlanProblem``, as ``init(of:with:)``.
    public func remedies(for cluster: Cluster, with plan: Plan) throws(PlanProblem) -> [Remedy] {
        guard let worst else { return [] }
        var clinic = Clinic(cluster: cluster, plan: plan, before: worst)
        try clinic.tryPools()
        if !worst.pending.isEmpty {
            try clinic.tryMaxPods()
            try clinic.trySubnets()
            try clinic.tryTypes()
            try clinic.tryNodes()
        }
        return clinic.remedies.sorted { $0.rank < $1.rank }
    }
}

extension Remedy {
    fileprivate var rank: (Int, Int, Int) { (pendingAfter, -nodesSaved, -addressesSaved) }
}

/// Tries changes on a plan.
private struct Clinic {
    let cluster: Cluster
    let plan: Plan
    let before: Moment
    private let memory = GrowthMemory()
    private(set) var remedies: [Remedy] = []

    /// How often a size is tried before the search for it ends.
    private static let mostTries = 8

    init(cluster: Cluster, plan: Plan, before: Moment) {
        self.cluster = cluster
        self.plan = plan
        self.before = before
    }

    // MARK: Changes

    /// Prefixes and other warm targets.
    mutating func tryPools() throws(PlanProblem) {
        if !plan.pool.prefixDelegation, plan.pool.families.hasIPv4, before.isShortOfAddresses {
            try tryOut(.prefixDelegation)
        }
        guard !plan.subnets.isEmpty, plan.pool.families.hasIPv4 else { return }
        for target in [WarmTarget.addresses(warm: 1, minimum: 0), .addresses(warm: 5, minimum: 0)]
        where target != plan.pool.target {
            try tryOut(.warmTarget(target))
        }
    }

    /// Kubelet's max-pods, where it and the addresses disagree.
    mutating func tryMaxPods() throws(PlanProblem) {
        for (name, nodes) in groups() {
            let limits = Set(nodes.map(\.node.maxPods))
            guard limits.count == 1, let from = limits.first.flatMap(\.self), let type = nodes.first?.limits else {
                continue
            }
            let to = plan.pool.kubeletMaxPods(type)
            if to < from, before.isShortOfAddresses { try tryOut(.maxPods(group: name, from: from, to: to)) }
            if to > from, before.hasPending("kubelet-max-pods") {
                try tryOut(.maxPods(group: name, from: from, to: to))
            }
        }
    }

    /// Subnets beside those that have nothing left, of the same size and larger ones.
    mutating func trySubnets() throws(PlanProblem) {
        let exhausted = Set(before.pending.compactMap(\.cause.subnet))
        let affected = plan.subnets.filter { exhausted.contains($0.id) }
        guard let smallest = affected.map(\.cidr.prefixLength).max() else { return }
        for length in [smallest, smallest - 2, smallest - 4] where length >= 16 {
            let remedy = try tryOut(.moreSubnets(beside: affected.map(\.id), prefixLength: length))
            if remedy.isCure { return }
        }
    }

    /// Larger types of the same family, the smallest that helps.
    mutating func tryTypes() throws(PlanProblem) {
        for (name, nodes) in groups() {
            guard let from = nodes.first?.node.instanceType, let type = try? InstanceType(named: from) else { continue }
            let family = from.prefix { $0 != "." } + "."
            let larger = InstanceType.all
                .filter { $0.name.hasPrefix(family) && $0.hypervisor == type.hypervisor && $0.vCPUs > type.vCPUs }
                .sorted { ($0.vCPUs, $0.name) < ($1.vCPUs, $1.name) }
            for candidate in larger.prefix(3) {
                let remedy = try tryOut(.instanceType(group: name, from: from, to: candidate.name))
                if remedy.isCure { break }
            }
        }
    }

    /// The fewest more nodes that help, group by group.
    mutating func tryNodes() throws(PlanProblem) {
        for (name, nodes) in groups() {
            let capacity = before.groups.first { $0.name == name }?.capacity ?? 0
            let each = max(1, capacity / max(1, nodes.count))
            var (low, high) = (0, (before.pending.count + each - 1) / each)
            var best: Remedy?
            for _ in 0..<Clinic.mostTries where high - low > 1 || best == nil {
                let count = best == nil ? high : (low + high) / 2
                let remedy = try verified(.moreNodes(group: name, count: count))
                if remedy.isCure {
                    best = remedy
                    high = count
                } else {
                    low = count
                    if best == nil { high = count * 2 }
                }
            }
            if let best { remedies.append(best) }
        }
    }

    // MARK: Trying

    @discardableResult
    private mutating func tryOut(_ change: Change) throws(PlanProblem) -> Remedy {
        let remedy = try verified(change)
        let helps = remedy.pendingAfter < remedy.pendingBefore
        let saves = remedy.pendingAfter == remedy.pendingBefore && remedy.addressesSaved > 0
        if helps || saves { remedies.append(remedy) }
        return remedy
    }

    private func verified(_ change: Change) throws(PlanProblem) -> Remedy {
        let (cluster, plan) = change.applied(to: cluster, plan)
        let after = try Prediction(cluster, plan, memory: memory).worst ?? before
        return Remedy(
            change: change, pendingBefore: before.pending.count, pendingAfter: after.pending.count,
            addressesSaved: before.heldAddresses - after.heldAddresses, nodesSaved: before.nodes - after.nodes)
    }

    /// The node groups with the nodes that they begin with, those without a name left out.
    private func groups() -> [(name: String, nodes: [Situation.Node])] {
        guard let situation = try? Situation(cluster, plan) else { return [] }
        return Dictionary(grouping: situation.nodes) { $0.node.group }
            .filter { !$0.key.isEmpty }
            .sorted { $0.key < $1.key }
            .map { (name: $0.key, nodes: $0.value) }
    }
}

extension Moment {
    /// Whether pods wait for addresses.
    fileprivate var isShortOfAddresses: Bool {
        pending.contains { if case .address = $0.cause { true } else { false } }
    }

    fileprivate func hasPending(_ code: String) -> Bool { pending.contains { $0.cause.code == code } }

    /// What the cluster has of the subnets.
    fileprivate var heldAddresses: Int { subnets.reduce(0) { $0 + $1.interfaces + $1.pods + $1.cooling + $1.warm } }

    fileprivate var nodes: Int { groups.reduce(0) { $0 + $1.nodes } }
}

extension PendingCause {
    /// The subnet that has nothing left.
    fileprivate var subnet: SubnetID? {
        switch self {
        case .address(.subnetExhausted(let subnet, _)), .address(.noContiguousPrefix(let subnet, _)): subnet
        default: nil
        }
    }
}
