extension Scheduler {
    /// Which filter leaves no node for a kind of pod.
    ///
    /// - Parameter only: the number of the only node that may run it.
    func diagnose(_ kind: Int, only: Int? = nil) -> PendingCause {
        let template = kinds[kind].template
        var left = only.map { [$0] } ?? Array(nodes.indices)
        guard !left.isEmpty else { return .noNode }
        /// Keeps the nodes that pass a filter; the cause where none does.
        func keep(_ passes: (Int) -> Bool, orElse cause: ([Int]) -> PendingCause) -> PendingCause? {
            let rest = left.filter(passes)
            defer { left = rest }
            return rest.isEmpty ? cause(left) : nil
        }
        if let cause = keep(
            { template.selects(nodes[$0].node) },
            orElse: {
                .noMatchingNode(template.selectorText, nodes: $0.count)
            })
        {
            return cause
        }
        if let cause = keep(
            { template.untolerated(of: nodes[$0].node) == nil },
            orElse: { left in
                .taints(mostFrequent(left.compactMap { template.untolerated(of: nodes[$0].node) }), nodes: left.count)
            })
        {
            return cause
        }
        if let cause = keep(
            { template.toleratesCordons || nodes[$0].node.accepts },
            orElse: {
                .cordoned(nodes: $0.count)
            })
        {
            return cause
        }
        if let cause = keep(
            { takenPort(kind, $0) == nil },
            orElse: { left in
                .hostPort(mostFrequent(left.compactMap { takenPort(kind, $0) }), nodes: left.count)
            })
        {
            return cause
        }
        if let cause = keep({ hasRoom(kind, $0) }, orElse: { room(kind, lackingOn: $0) }) { return cause }
        let violated = left.compactMap { violatedSpread(kind, $0) }
        return .spread(mostFrequent(violated.isEmpty ? template.topologySpread : violated), nodes: left.count)
    }

    /// What is lacking on most nodes, of which none has room.
    private func room(_ kind: Int, lackingOn nodes: [Int]) -> PendingCause {
        let scarce = mostFrequent(nodes.compactMap { lacking(kind, $0) })
        guard scarce > 0 else {
            let limits = nodes.map { Int(self.nodes[$0].node.maxPods ?? ClusterNode.usualMaxPods) }
            return .kubeletMaxPods(nodes: nodes.count, limit: limits.max() ?? 0)
        }
        let fixed: [Resource] = [.cpu, .memory, .ephemeralStorage]
        let resource = scarce <= fixed.count ? fixed[scarce - 1] : .extended(extendedResources[scarce - 4])
        let concerned = nodes.filter { self.lacking(kind, $0) == scarce }
        return .insufficient(
            resource, requested: kinds[kind].requests[scarce],
            mostFree: max(0, concerned.map { free[$0 * width + scarce] }.max() ?? 0), nodes: concerned.count)
    }

    /// The most frequent of some, the first of several.
    ///
    /// - Precondition: there is one.
    private func mostFrequent<Item: Hashable>(_ items: [Item]) -> Item {
        var counts: [Item: Int] = [:]
        for item in items { counts[item, default: 0] += 1 }
        let most = counts.values.max()
        guard let item = items.first(where: { counts[$0] == most }) else { preconditionFailure("no item") }
        return item
    }
}
