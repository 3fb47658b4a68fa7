extension Report {
    /// The report of a prediction, without remedies.
    ///
    /// - Parameters:
    ///   - title: what was planned, such as the names of the files.
    ///   - notes: what is to be said of the input, before the prediction's own notes.
    init(_ prediction: Prediction, title: String, notes: [String] = []) {
        let moments = prediction.moments.map(Moment.init)
        let warnings = Report.warnings(moments)
        let isPending = moments.contains { $0.pending > 0 }
        self.init(
            title: title, verdict: isPending ? .pending : warnings.isEmpty ? .fits : .warning, moments: moments,
            warnings: warnings, notes: notes + prediction.notes)
    }
}

extension Report.Moment {
    init(_ moment: Planner.Moment) {
        let running = moment.groups.reduce(0) { $0 + $1.podsWithAddress }
        var causes: [String: Report.Cause] = [:]
        for pod in moment.pending {
            let code = pod.cause.code
            causes[code, default: .init(code: code, count: 0, sentence: pod.cause.sentence)].count += 1
        }
        self.init(
            kind: moment.kind.name, event: moment.kind.event?.description, title: moment.title,
            pods: running + moment.pending.count, nodeGroups: moment.groups.map(Report.NodeGroup.init),
            subnets: moment.subnets.map(Report.Subnet.init),
            causes: causes.values.sorted { ($1.count, $0.code) < ($0.count, $1.code) },
            pendingPods: moment.pending.map { pod in
                Report.PendingPod(
                    namespace: pod.namespace, name: pod.name, workload: pod.workload?.description, node: pod.node,
                    cause: pod.cause.code, sentence: pod.cause.sentence)
            })
    }
}

extension Planner.Moment {
    /// The moment for people.
    var title: String {
        switch kind {
        case .steady: "steady state"
        case .grown: "after the planned growth"
        case .worst(let event): "during \(event)"
        case .after(let event): "after \(event)"
        }
    }
}

extension Planner.Moment.Kind {
    fileprivate var name: String {
        switch self {
        case .steady: "steady"
        case .grown: "grown"
        case .worst: "worst"
        case .after: "after"
        }
    }

    fileprivate var event: PlanEvent? {
        switch self {
        case .steady, .grown: nil
        case .worst(let event), .after(let event): event
        }
    }
}

extension Report.NodeGroup {
    init(_ row: GroupRow) {
        self.init(
            name: row.name.isEmpty ? "(none)" : row.name, instanceType: row.instanceType, nodes: row.nodes,
            addedNodes: row.addedNodes, capacity: row.capacity, limitedBy: row.limitedBy.rawValue,
            hostNetworkPods: row.hostNetworkPods, running: row.podsWithAddress, pending: row.podsWithoutAddress)
    }
}

extension Report.Subnet {
    init(_ row: SubnetRow) {
        self.init(
            id: row.id.description, zone: row.zone, pods: row.pods, interfaces: row.interfaces, others: row.others,
            cooling: row.cooling, warm: row.warm, free: row.free, freePrefixes: row.freeBlocks)
    }
}

extension Report.Remedy {
    init(_ remedy: Planner.Remedy) {
        self.init(
            change: remedy.change.sentence, pendingBefore: remedy.pendingBefore, pendingAfter: remedy.pendingAfter,
            addressesSaved: remedy.addressesSaved, nodesSaved: remedy.nodesSaved)
    }
}
