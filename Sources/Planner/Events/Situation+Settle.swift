extension Situation {
    /// Brings the cluster to rest: workloads have as many pods as they want, each pod has a node if there is one for it,
    /// and groups that can grow do so for pods that want for nodes.
    mutating func settle() {
        fillWorkloads()
        settlePods()
    }

    /// The same with the pods that there are.
    mutating func settlePods() {
        settlings += 1
        var (scheduler, numbers) = placed()
        addDaemonPods(&scheduler, numbers)
        place(&scheduler, numbers)
        growGroups(&scheduler, numbers)
        var causes: [Int: PendingCause] = [:]
        for index in pods.indices where pods[index].node == nil {
            let known = pods[index].pinnedTo == nil ? causes[pods[index].kind] : nil
            let cause = known ?? cause(pods[index], scheduler)
            if pods[index].pinnedTo == nil { causes[pods[index].kind] = cause }
            pods[index].cause = cause
        }
    }

    /// Pods in the order in which they are tried: as they got their nodes, and at the same time those of DaemonSets first,
    /// then those on the host's network, then by priority, and then as they came.
    func inOrder(_ pods: some Sequence<Int>) -> [Int] {
        let ranks = kinds.all.map { ($0.template.usesHostNetwork ? 1 : 2, -$0.template.priority) }
        return pods.map { index in
            let pod = self.pods[index]
            let (rank, priority) = ranks[pod.kind]
            return (index: index, key: (pod.since, pod.pinnedTo != nil ? 0 : rank, priority, index))
        }
        .sorted { $0.key < $1.key }
        .map(\.index)
    }

    // MARK: Steps

    /// Makes the pods that workloads lack, and ends those that are too many: first those without a node, then the
    /// youngest.
    private mutating func fillWorkloads() {
        var own: [WorkloadID: [Int]] = [:]
        for (index, pod) in pods.enumerated() {
            if let workload = pod.workload { own[workload, default: []].append(index) }
        }
        var ended: Set<Int> = []
        for workload in workloads where workload.id.kind != .daemonSet {
            let present = own[workload.id] ?? []
            if present.count > workload.replicas {
                let inOrder = present.filter { pods[$0].node != nil } + present.filter { pods[$0].node == nil }
                ended.formUnion(inOrder[workload.replicas...])
            }
            for number in present.count..<max(present.count, workload.replicas) { addPod(of: workload, "\(number)") }
        }
        if !ended.isEmpty { pods = pods.indices.filter { !ended.contains($0) }.map { pods[$0] } }
    }

    /// Adds a pod of a workload.
    mutating func addPod(of workload: Workload, _ suffix: String, pinnedTo node: String? = nil) {
        guard let kind = workloadKinds[workload.id] else { return }
        pods.append(
            Pod(
                namespace: workload.id.namespace, name: "\(workload.id.name)-\(suffix)", workload: workload.id,
                kind: kind, node: nil, pinnedTo: node))
    }

    /// The scheduler with the nodes and with the pods that have one; the scheduler's number of each node.
    private func placed() -> (Scheduler, [Int?]) {
        let present = nodes.filter { !$0.isGone }.map(\.node)
        var scheduler = Scheduler(kinds, nodes: present)
        var next = 0
        let numbers: [Int?] = nodes.map { node in
            guard !node.isGone else { return nil }
            defer { next += 1 }
            return next
        }
        for pod in pods {
            if let node = pod.node, let number = numbers[node] { scheduler.bind(pod.kind, to: number) }
        }
        return (scheduler, numbers)
    }

    /// Each DaemonSet has a pod for each node that its selector and tolerations allow.
    private mutating func addDaemonPods(_ scheduler: inout Scheduler, _ numbers: [Int?]) {
        let daemons = workloads.filter { $0.id.kind == .daemonSet }
        guard !daemons.isEmpty else { return }
        var known: [WorkloadID: Set<String>] = [:]
        for pod in pods {
            if let workload = pod.workload, let node = pod.pinnedTo { known[workload, default: []].insert(node) }
        }
        for daemon in daemons {
            guard let kind = workloadKinds[daemon.id] else { continue }
            let allowed = Set(scheduler.kinds[kind].allowed)
            for (index, number) in numbers.enumerated() {
                guard let number, allowed.contains(scheduler.nodes[number].nodeClass) else { continue }
                let name = nodes[index].node.name
                if known[daemon.id]?.contains(name) != true { addPod(of: daemon, name, pinnedTo: name) }
            }
        }
    }

    /// Places the pods that have no node; those with spread constraints again, as long as others make room for them.
    private mutating func place(_ scheduler: inout Scheduler, _ numbers: [Int?]) {
        let indexes = numbers.indices.filter { numbers[$0] != nil }
        var waiting = inOrder(pods.indices.filter { pods[$0].node == nil })
        var count = waiting.count + 1
        while !waiting.isEmpty, waiting.count < count {
            count = waiting.count
            for pod in waiting { put(pod, on: placement(of: pods[pod], &scheduler).map { indexes[$0] }) }
            waiting = waiting.filter { pods[$0].node == nil && !scheduler.kinds[pods[$0].kind].spreads.isEmpty }
        }
    }

    private mutating func put(_ pod: Int, on node: Int?) {
        pods[pod].node = node
        pods[pod].since = settlings
        pods[pod].cause = nil
    }

    /// The scheduler's number of the node that a pod is put on.
    private func placement(of pod: Pod, _ scheduler: inout Scheduler) -> Int? {
        guard let pinned = pod.pinnedTo else { return scheduler.place(pod.kind) }
        guard let number = scheduler.numbers[pinned], scheduler.place(pod.kind, onlyOn: number) else { return nil }
        return number
    }

    private func cause(_ pod: Pod, _ scheduler: Scheduler) -> PendingCause {
        guard let pinned = pod.pinnedTo else { return scheduler.diagnose(pod.kind) }
        guard let number = scheduler.numbers[pinned] else { return .pinned(to: pinned) }
        return scheduler.diagnose(pod.kind, only: number)
    }

    // MARK: Growing

    /// Adds nodes to groups that can grow, as an autoscaler does for pods that no node has room for: to the first group
    /// whose new node would run the pod. (Pods that have a node and no address make no autoscaler act.)
    private mutating func growGroups(_ scheduler: inout Scheduler, _ numbers: [Int?]) {
        guard plan.groups.contains(where: { $0.max != nil }) else { return }
        var indexes = numbers.indices.filter { numbers[$0] != nil }
        // What no group helps now, none helps later: they only fill up.
        var helpless: Set<Int> = []
        for pod in inOrder(pods.indices.filter { pods[$0].node == nil && pods[$0].pinnedTo == nil }) {
            let kind = pods[pod].kind
            var number = scheduler.place(kind)
            if number == nil, !helpless.contains(kind) {
                if let (group, zone) = growable(for: kind, scheduler) {
                    addNode(to: group, in: zone, isAdded: true)
                    indexes.append(nodes.count - 1)
                    start(nodes.count - 1, &scheduler)
                    number = scheduler.place(kind)
                } else if scheduler.kinds[kind].spreads.isEmpty {
                    helpless.insert(kind)
                }
            }
            put(pod, on: number.map { indexes[$0] })
        }
    }

    /// A new node is there, and its DaemonSets' pods come first.
    private mutating func start(_ node: Int, _ scheduler: inout Scheduler) {
        let number = scheduler.add(nodes[node].node)
        for daemon in workloads where daemon.id.kind == .daemonSet {
            guard let kind = workloadKinds[daemon.id],
                scheduler.kinds[kind].allowed.contains(scheduler.nodes[number].nodeClass)
            else { continue }
            addPod(of: daemon, nodes[node].node.name, pinnedTo: nodes[node].node.name)
            if scheduler.place(kind, onlyOn: number) { put(pods.count - 1, on: node) }
        }
    }

    /// The first group that can grow and whose new node would run a pod, with the node's zone.
    private func growable(for kind: Int, _ scheduler: Scheduler) -> (NodeGroup, String?)? {
        for group in plan.groups {
            guard let max = group.max, count(of: group) < max else { continue }
            let zones = group.zones.isEmpty ? [nil] : group.zones.map(Optional.some)
            let nodes = zones.compactMap { zone in newNode(of: group, in: zone).map { (zone, $0) } }
            let preferred = newNode(of: group)?.zone
            for (zone, node) in nodes.sorted(by: { $0.0 == preferred && $1.0 != preferred })
            where runs(kind, on: node, scheduler) {
                return (group, zone)
            }
        }
        return nil
    }

    private func count(of group: NodeGroup) -> Int {
        nodes.count { $0.node.group == group.name && !$0.isGone }
    }

    /// Whether a new node would run a pod beside the pods of DaemonSets.
    private func runs(_ kind: Int, on node: ClusterNode, _ scheduler: Scheduler) -> Bool {
        let template = kinds.all[kind].template
        guard template.selects(node), template.untolerated(of: node) == nil else { return false }
        var room = node.allocatable
        var pods = node.maxPods ?? ClusterNode.usualMaxPods
        for daemon in workloads where daemon.id.kind == .daemonSet {
            guard let kind = workloadKinds[daemon.id], kinds.all[kind].template.selects(node),
                kinds.all[kind].template.untolerated(of: node) == nil
            else { continue }
            room -= daemon.template.requests
            pods -= 1
        }
        return pods > 0 && room.lacking(template.requests) == nil && scheduler.spreadAllows(kind, on: node)
    }
}
