/// Places pods as kube-scheduler does, as far as the number of pending pods depends on it.
///
/// | file | what |
/// | --- | --- |
/// | `NodeClass`, `FitTree` | nodes that are alike, and the best of them that fits |
/// | `PodClasses` | pods that are alike |
/// | `Scheduler+Filters` | selector, affinity, taints, ports, spread |
/// | `Scheduler+Score` | least allocated, balanced, spread over zones, taints to be avoided |
/// | `Scheduler+Diagnose` | the filter that leaves no node |
///
/// Source: Kubernetes, "Scheduling Policies" and the default plugins of "Scheduler Configuration".
struct Scheduler {
    /// A node with what is placed on it.
    struct Node {
        let node: ClusterNode
        let nodeClass: Int
        let leaf: Int
        var ports: [HostPort: Int] = [:]
        /// What its pods request, those without a request counted as the scheduler does when it compares nodes.
        var scoredCPU: Int64 = 0
        var scoredMemory: Int64 = 0
    }

    /// What is known of one kind of pod.
    struct Kind {
        let namespace: String
        let template: PodTemplate
        /// One pod and the amounts of the resources.
        let requests: [Int64]
        let scoredCPU: Int64
        let scoredMemory: Int64
        let looksAtNames: Bool
        /// Whether nodes of one class differ for it by more than the amounts.
        let tellsNodesApart: Bool
        /// Its constraints, as indexes of ``Scheduler/spreads``, and whether each counts the pod itself.
        var spreads: [(state: Int, countsItself: Bool)] = []
        /// The states that count it, with the kind whose constraint each is.
        var counted: [(state: Int, owner: Int)] = []
        /// For each class of nodes, whether selector and affinity match.
        var selects: [Bool] = []
        /// The classes that tolerations and cordons allow too.
        var allowed: [Int] = []
        /// For each class, what taints with `PreferNoSchedule` take from its score.
        var aversions: [Double] = []
        /// How many pods of it each zone has, by the zone's number.
        var zones: [Int] = []
        /// No node had room, and none has become free since.
        var isHopeless = false
    }

    /// The best node of each class for one kind of pod, kept while pods of it follow one another.
    struct Candidates {
        /// What is known of one class.
        enum Best {
            case unknown
            /// None of its nodes has room.
            case none
            case node(Int, score: Double)
        }

        let kind: Int
        var best: [Best]
    }

    let extendedResources: [String]
    private let labelsOfInterest: Set<String>
    var nodes: [Node] = []
    private(set) var numbers: [String: Int] = [:]
    var classes: [NodeClass] = []
    private var zones: [String?] = []
    private var classNumbers: [NodeClass.Key: Int] = [:]
    var kinds: [Kind]
    var spreads: [SpreadState] = []
    /// Free pods and amounts, ``width`` of them for each node.
    private(set) var free: [Int64] = []
    private var candidates: Candidates?

    /// Pods, processor time, memory, ephemeral storage, and the extended resources.
    var width: Int { 4 + extendedResources.count }

    init(_ pods: PodClasses, nodes: [ClusterNode]) {
        extendedResources = pods.extendedResources
        labelsOfInterest = pods.labelsOfInterest
        let extended = extendedResources
        kinds = pods.all.map { Kind($0, extended: extended) }
        prepareSpreads()
        for node in nodes { add(node) }
    }

    /// Adds an empty node.
    @discardableResult
    mutating func add(_ node: ClusterNode) -> Int {
        let number = nodes.count
        let key = NodeClass.Key(node, labels: labelsOfInterest)
        let nodeClass = classNumbers[key] ?? classes.count
        if nodeClass == classes.count {
            classNumbers[key] = nodeClass
            let zone = zones.firstIndex(of: key.zone) ?? zones.count
            if zone == zones.count { zones.append(key.zone) }
            classes.append(NodeClass(key: key, zone: zone, tree: FitTree(width: width)))
            for kind in kinds.indices { kinds[kind].look(at: node, nodeClass) }
        }
        free.append(Int64(node.maxPods ?? ClusterNode.usualMaxPods))
        free += node.allocatable.amounts(extendedResources)
        numbers[node.name] = number
        let leaf = classes[nodeClass].tree.append(number, key: 1, free: free[(number * width)...])
        nodes.append(Node(node: node, nodeClass: nodeClass, leaf: leaf))
        addDomains(of: number)
        candidates = nil
        for kind in kinds.indices { kinds[kind].isHopeless = false }
        return number
    }

    /// Finds the node for a pod and puts the pod there.
    ///
    /// - Returns: `nil` where no node passes the filters.
    mutating func place(_ kind: Int) -> Int? {
        guard !kinds[kind].isHopeless else { return nil }
        guard let node = choose(kind) else {
            // A spread constraint can be met again when other pods come.
            kinds[kind].isHopeless = kinds[kind].spreads.isEmpty
            return nil
        }
        bind(kind, to: node)
        return node
    }

    /// Puts a pod on the only node that may run it, if it passes the filters there.
    mutating func place(_ kind: Int, onlyOn node: Int) -> Bool {
        guard passes(kind, node) else { return false }
        bind(kind, to: node)
        return true
    }

    /// A pod is on a node, whatever the filters say.
    mutating func bind(_ kind: Int, to node: Int) {
        change(kind, node, by: 1)
        for (state, owner) in kinds[kind].counted where kinds[owner].selects(nodes[node]) {
            guard let domain = nodes[node].node.labels[spreads[state].constraint.topologyKey] else { continue }
            if spreads[state].add(to: domain), candidates?.kind == owner { candidates = nil }
        }
        candidates?.best[nodes[node].nodeClass] = .unknown
    }

    /// A pod leaves its node.
    mutating func unbind(_ kind: Int, from node: Int) {
        change(kind, node, by: -1)
        for (state, owner) in kinds[kind].counted where kinds[owner].selects(nodes[node]) {
            guard let domain = nodes[node].node.labels[spreads[state].constraint.topologyKey] else { continue }
            spreads[state].remove(from: domain)
        }
        candidates = nil
        for kind in kinds.indices { kinds[kind].isHopeless = false }
    }

    private mutating func change(_ kind: Int, _ node: Int, by count: Int64) {
        let base = node * width
        for resource in 0..<width { free[base + resource] -= count * kinds[kind].requests[resource] }
        nodes[node].scoredCPU += count * kinds[kind].scoredCPU
        nodes[node].scoredMemory += count * kinds[kind].scoredMemory
        for port in kinds[kind].template.hostPorts { nodes[node].ports[port, default: 0] += Int(count) }
        let zone = classes[nodes[node].nodeClass].zone
        while kinds[kind].zones.count <= zone { kinds[kind].zones.append(0) }
        kinds[kind].zones[zone] += Int(count)
        let key = nodes[node].leastAllocated(cpu: 0, memory: 0)
        classes[nodes[node].nodeClass].tree.update(nodes[node].leaf, key: key, free: free[base..<(base + width)])
    }

    /// The best node that passes every filter: of each class the one with most free, of these the one with the best
    /// score.
    private mutating func choose(_ kind: Int) -> Int? {
        var best = candidates?.kind == kind ? candidates?.best ?? [] : []
        candidates = nil
        while best.count < classes.count { best.append(.unknown) }
        for nodeClass in kinds[kind].allowed {
            guard case .unknown = best[nodeClass] else { continue }
            let node =
                kinds[kind].tellsNodesApart
                ? classes[nodeClass].tree.best(kinds[kind].requests) { passesOnNode(kind, $0) }
                : classes[nodeClass].tree.best(kinds[kind].requests) { _ in true }
            best[nodeClass] = node.map { .node($0, score: score(kind, $0)) } ?? .none
        }
        while kinds[kind].zones.count < zones.count { kinds[kind].zones.append(0) }
        var zoneScore = ZoneScore()
        for nodeClass in kinds[kind].allowed { zoneScore.see(kinds[kind].zones[classes[nodeClass].zone]) }
        let hasSpreads = !kinds[kind].spreads.isEmpty
        var chosen: (node: Int, score: Double)?
        for nodeClass in kinds[kind].allowed {
            guard case .node(let node, var score) = best[nodeClass], !hasSpreads || passesSpread(kind, node) else {
                continue
            }
            score += zoneScore.score(kinds[kind].zones[classes[nodeClass].zone]) - kinds[kind].aversions[nodeClass]
            if chosen.map({ score > $0.score }) ?? true { chosen = (node, score) }
        }
        candidates = Candidates(kind: kind, best: best)
        return chosen?.node
    }
}
