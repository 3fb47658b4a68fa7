import Planner

/// A scheduler that looks at every node for every pod, and can find the best placement by trying all: written from the
/// definitions, with nothing in common with the planner's.
struct Reference {
    struct Pod {
        let namespace: String
        let template: PodTemplate
        var node: Int?
    }

    let nodes: [ClusterNode]
    var pods: [Pod]

    /// Whether a node passes every filter for a pod, with all others where they are.
    func passes(_ pod: Int, on node: Int) -> Bool {
        selects(pod, node) && tolerates(pod, node) && fits(pod, node) && hasPorts(pod, node)
            && pods[pod].template.topologySpread.allSatisfy { isEven(pod, node, $0) }
    }

    func selects(_ pod: Int, _ node: Int) -> Bool {
        let (template, node) = (pods[pod].template, nodes[node])
        for (key, value) in template.nodeSelector where node.labels[key] != value { return false }
        guard !template.affinityTerms.isEmpty else { return true }
        return template.affinityTerms.contains { term in
            term.labels.allSatisfy { $0.isMet(by: node.labels[$0.key]) } && !term.labels.isEmpty
        }
    }

    func tolerates(_ pod: Int, _ node: Int) -> Bool {
        guard nodes[node].isSchedulable else { return false }
        return nodes[node].taints.allSatisfy { taint in
            taint.effect == .preferNoSchedule || pods[pod].template.tolerations.contains { $0.tolerates(taint) }
        }
    }

    func fits(_ pod: Int, _ node: Int) -> Bool {
        let others = pods.indices.filter { $0 != pod && pods[$0].node == node }
        guard others.count < nodes[node].maxPods ?? 0 else { return false }
        for resource in [Resource.cpu, .memory] {
            let used = others.reduce(0) { $0 + pods[$1].template.requests[resource] }
            let request = pods[pod].template.requests[resource]
            if request > 0, used + request > nodes[node].allocatable[resource] { return false }
        }
        return true
    }

    func hasPorts(_ pod: Int, _ node: Int) -> Bool {
        let taken = pods.indices.filter { $0 != pod && pods[$0].node == node }.flatMap { pods[$0].template.hostPorts }
        return !pods[pod].template.hostPorts.contains { port in taken.contains { port.conflicts(with: $0) } }
    }

    func isEven(_ pod: Int, _ node: Int, _ constraint: SpreadConstraint) -> Bool {
        guard let own = nodes[node].labels[constraint.topologyKey] else { return false }
        let counts = counts(pod, constraint)
        guard let least = counts.values.min() else { return false }
        let itself = constraint.selects(pods[pod].template.labels) ? 1 : 0
        return counts[own, default: 0] + itself - least <= constraint.maxSkew
    }

    /// The pods in each domain of a constraint that a pod has.
    func counts(_ pod: Int, _ constraint: SpreadConstraint, withItself: Bool = false) -> [String: Int] {
        var counts: [String: Int] = [:]
        for node in nodes.indices where selects(pod, node) {
            guard let domain = nodes[node].labels[constraint.topologyKey] else { continue }
            let here = pods.indices.filter { other in
                (other != pod || withItself) && pods[other].node == node && pods[other].namespace == pods[pod].namespace
                    && constraint.selects(pods[other].template.labels)
            }
            counts[domain, default: 0] += here.count
        }
        return counts
    }

    /// The most pods that can have a node at once, found by trying everything: for clusters without spread constraints.
    func mostPlaced(from first: Int = 0) -> Int {
        guard first < pods.count else { return 0 }
        var best = 0
        for node in nodes.indices where passes(first, on: node) {
            var next = self
            next.pods[first].node = node
            best = max(best, 1 + next.mostPlaced(from: first + 1))
            if best == pods.count - first { return best }
        }
        return max(best, mostPlaced(from: first + 1))
    }
}
