extension Prediction {
    /// Predicts which pods of a cluster will not run, now, after the planned growth and in each of the planned events.
    ///
    /// - Throws: ``PlanProblem`` for a plan that contradicts itself or the cluster.
    public init(of cluster: Cluster, with plan: Plan) throws(PlanProblem) {
        try self.init(cluster, plan, memory: GrowthMemory())
    }

    init(_ cluster: Cluster, _ plan: Plan, memory: GrowthMemory) throws(PlanProblem) {
        var situation = try Situation(cluster, plan)
        situation.settle()
        self.init(moments: [try Moment(.steady, situation, memory: memory)], notes: situation.notes)
        if !plan.growth.isEmpty {
            try situation.grow(plan.growth)
            situation.settle()
            moments.append(try Moment(.grown, situation, memory: memory))
        }
        for event in plan.events {
            if let peak = try situation.worst(of: event) {
                moments.append(
                    try Moment(.worst(event), peak.situation, cooling: peak.cooling, memory: memory))
            }
            try situation.happen(event)
            situation.settle()
            moments.append(try Moment(.after(event), situation, memory: memory))
        }
    }
}

extension Situation {
    /// What is assumed, and what cannot be counted; a sentence each.
    fileprivate var notes: [String] {
        var notes: [String] = []
        let fargate = nodes.count { $0.node.isFargate }
        if fargate > 0 {
            notes.append(
                "\(fargate) of \(nodes.count) nodes are Fargate's, which each run one pod with the machine's own address: "
                    + "they are in no row, and take nothing of the planned subnets")
        }
        if let first = homeless.first {
            notes.append(
                "\(homeless.count) of \(pods.count) pods, \(first) the first, name a node that the input does not have: "
                    + "they are placed anew; add the nodes to the input")
        }
        let unknown = nodes.filter { $0.limits == nil && !$0.node.isFargate }
        if let first = unknown.first {
            notes.append(
                "\(unknown.count) of \(nodes.count) nodes, \(first.node.name) the first, have no instance type that the "
                    + "table of limits knows: addresses on them are not counted; name the type with the label "
                    + NodeLabel.instanceType)
        }
        let zones = Set(plan.subnets.filter { !$0.isForPods }.map(\.zone))
        let outside = nodes.filter { $0.limits != nil && !$0.node.isFargate && !zones.contains($0.node.zone ?? "") }
        if !plan.subnets.isEmpty, let first = outside.first {
            notes.append(
                "\(outside.count) of \(nodes.count) nodes, \(first.node.name) the first, are in no zone that the plan has "
                    + "a subnet for: their addresses count as if they never ended")
        }
        if unlistedHostPods > 0, plan.groups.contains(where: { $0.maxPods == nil }) {
            notes.append(
                "the input has no pod of the host's network: \(unlistedHostPods) are counted on each node of a group "
                    + "without maxPods, the CNI's and kube-proxy's")
        }
        if plan.subnets.isEmpty {
            notes.append("no subnet is planned: addresses of subnets count as if they never ended")
        }
        if plan.events.contains(where: { if case .rollingUpdate = $0 { true } else { false } }) {
            notes.append(
                "new pods of a rolling update are taken to need longer to become ready than an address rests "
                    + "(\(plan.pool.cooldown.rounded)), so that one step's addresses have rested when the next begins")
        }
        let cronJobs = workloads.count { $0.id.kind == .cronJob && $0.replicas > 0 }
        if cronJobs > 0 {
            notes.append(
                "\(cronJobs.of("CronJob")) count with the pods of one run, as if all ran at this moment")
        }
        if plan.groups.contains(where: { $0.max != nil }) {
            notes.append(
                "groups with a maximum grow for pods that no node has room for, in the plan's order; pods that have a "
                    + "node and no address make none grow, as with cluster autoscalers")
        }
        return notes
    }
}
