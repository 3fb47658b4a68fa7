extension Situation {
    /// Lets workloads grow as planned.
    mutating func grow(_ growth: [Growth]) throws(PlanProblem) {
        for growth in growth {
            let name = "growth of \(growth.workloads)"
            for index in try matching(growth.workloads, name, of: { $0.kind != .daemonSet }) {
                workloads[index].replicas =
                    switch growth.amount {
                    case .factor(let factor): Int((Double(workloads[index].replicas) * factor).rounded(.up))
                    case .replicas(let count): count
                    }
            }
        }
    }

    /// The situation when an event takes most, where that differs from what comes after it.
    func worst(of event: PlanEvent) throws(PlanProblem) -> Peak? {
        guard case .rollingUpdate(let pattern) = event else { return nil }
        var peak = Peak(situation: self)
        peak.update(try matching(pattern, event.description).map { workloads[$0] })
        peak.situation.settlePods()
        return peak
    }

    /// What comes of an event; ``settle()`` is to follow.
    mutating func happen(_ event: PlanEvent) throws(PlanProblem) {
        switch event {
        case .rollingUpdate(let pattern):
            let updated = Set(try matching(pattern, event.description).map { workloads[$0].id })
            for index in pods.indices where pods[index].workload.map(updated.contains) ?? false {
                pods[index].node = nil
            }
        case .loseZone(let zone):
            let gone = nodes.indices.filter { nodes[$0].node.zone == zone && !nodes[$0].isGone }
            guard !gone.isEmpty else {
                throw .unknown(
                    "node in zone '\(zone)'", inEvent: event.description,
                    known: Set(nodes.compactMap(\.node.zone)).sorted().map { "zone '\($0)'" })
            }
            remove(Set(gone))
        case .scale(let pattern, let replicas):
            for index in try matching(pattern, event.description, of: { $0.kind != .daemonSet }) {
                workloads[index].replicas = replicas
            }
        case .hpaMax:
            for index in workloads.indices {
                workloads[index].replicas = workloads[index].hpaMax ?? workloads[index].replicas
            }
        case .drain(let name):
            guard let node = nodes.firstIndex(where: { $0.node.name == name && !$0.isGone }) else {
                throw .unknown(
                    "node '\(name)'", inEvent: event.description, known: nodes.map { "'\($0.node.name)'" })
            }
            nodes[node].node.isSchedulable = false
            for index in pods.indices where pods[index].node == node && pods[index].pinnedTo == nil {
                pods[index].node = nil
            }
        }
    }

    /// The indexes of the workloads that are meant, at least one.
    private func matching(
        _ pattern: WorkloadPattern, _ event: String, of isMeant: (WorkloadID) -> Bool = { _ in true }
    ) throws(PlanProblem) -> [Int] {
        let found = workloads.indices.filter { pattern.matches(workloads[$0].id) && isMeant(workloads[$0].id) }
        guard !found.isEmpty || pattern == WorkloadPattern() else {
            throw .unknown(
                "workload '\(pattern)'", inEvent: event,
                known: workloads.map(\.id).filter(isMeant).sorted().map { "'\($0)'" })
        }
        return found
    }
}

/// The worst moment of a rolling update: as many old pods have ended as may be lacking, their addresses rest, and as many
/// new ones start as may be too many beside those.
///
/// It is assumed that new pods take longer to become ready than an address rests, so that one step's addresses have
/// rested when the next step begins.
struct Peak {
    var situation: Situation
    /// How many addresses rest on each node, by its index.
    private(set) var cooling: [Int: Int] = [:]

    init(situation: Situation) {
        self.situation = situation
    }

    /// Updates the pods of workloads, of each the youngest first.
    fileprivate mutating func update(_ workloads: [Workload]) {
        let pods = situation.pods
        var own: [WorkloadID: [Int]] = [:]
        for (index, pod) in pods.enumerated() {
            if let workload = pod.workload { own[workload, default: []].append(index) }
        }
        var gone: Set<Int> = []
        for workload in workloads {
            let own = own[workload.id] ?? []
            let (surge, unavailable) = workload.update.steps(of: own.count)
            for index in own.filter({ pods[$0].node != nil }).suffix(unavailable) {
                end(pods[index])
                gone.insert(index)
                let pinned = pods[index].pinnedTo
                situation.addPod(of: workload, "new-\(pinned ?? "\(index)")", pinnedTo: pinned)
            }
            for number in 0..<surge { situation.addPod(of: workload, "surge-\(number)") }
        }
        situation.pods = situation.pods.indices.filter { !gone.contains($0) }.map { situation.pods[$0] }
    }

    /// The address of a pod rests.
    private mutating func end(_ pod: Situation.Pod) {
        guard let node = pod.node, !situation.kinds.all[pod.kind].template.usesHostNetwork else { return }
        cooling[node, default: 0] += 1
    }
}

extension Workload.Update {
    /// By how many pods a workload of so many exceeds and falls short of its number at most (source: Kubernetes,
    /// `RollingUpdateDeployment`: the surge is rounded up, what may be unavailable down, and one of both is at least 1).
    func steps(of count: Int) -> (surge: Int, unavailable: Int) {
        switch self {
        case .none: return (0, 0)
        case .recreate: return (0, count)
        case .rolling(let surge, let unavailable):
            let most = min(count, surge.pods(of: count, .up))
            let least = min(count, unavailable.pods(of: count, .down))
            return count > 0 && most + least == 0 ? (0, 1) : (most, least)
        }
    }
}

extension Workload.Amount {
    fileprivate func pods(of count: Int, _ rule: FloatingPointRoundingRule) -> Int {
        switch self {
        case .pods(let pods): pods
        case .percent(let percent): Int((Double(count * percent) / 100).rounded(rule))
        }
    }
}
