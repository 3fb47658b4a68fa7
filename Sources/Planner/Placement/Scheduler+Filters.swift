extension Scheduler.Kind {
    init(_ pods: PodClasses.PodClass, extended: [String]) {
        namespace = pods.namespace
        template = pods.template
        requests = [1] + template.requests.amounts(extended)
        // Source: kube-scheduler, what a pod without requests counts for in scores.
        scoredCPU = template.requests.milliCPU > 0 ? template.requests.milliCPU : 100
        scoredMemory = template.requests.memoryBytes > 0 ? template.requests.memoryBytes : 200 << 20
        looksAtNames = template.looksAtNames
        tellsNodesApart =
            looksAtNames || !template.hostPorts.isEmpty
            || template.topologySpread.contains { $0.topologyKey == NodeLabel.hostname }
    }

    /// Finds out whether a class of nodes, of which one is given, can be for it.
    mutating func look(at node: ClusterNode, _ nodeClass: Int) {
        aversions.append(template.aversion(to: node))
        selects.append(looksAtNames || template.selects(node))
        let isLetIn = template.untolerated(of: node) == nil && (node.accepts || template.toleratesCordons)
        if selects[nodeClass] && isLetIn { allowed.append(nodeClass) }
    }

    /// Whether a node's labels are what selector and affinity want, and name its domain for each spread constraint.
    func selects(_ node: Scheduler.Node) -> Bool {
        guard selects[node.nodeClass] else { return false }
        return (!looksAtNames || template.selects(node.node))
            && template.topologySpread.allSatisfy { node.node.labels[$0.topologyKey] != nil }
    }
}

extension ClusterNode {
    /// Kubelet's `--max-pods` where nobody sets it.
    static let usualMaxPods = 110

    /// Whether it is not cordoned.
    var accepts: Bool { isSchedulable && !taints.contains(.cordoned) }
}

extension Resources {
    /// The amounts in the order that the scheduler keeps them in, without pods.
    func amounts(_ extendedNames: [String]) -> [Int64] {
        [milliCPU, memoryBytes, ephemeralBytes] + extendedNames.map { extended[$0] ?? 0 }
    }
}

/// The filters, as far as a class of nodes does not pass or fail them as a whole.
extension Scheduler {
    /// Gives each spread constraint its counts, and each kind of pod those in which it counts.
    mutating func prepareSpreads() {
        for kind in kinds.indices {
            for constraint in kinds[kind].template.topologySpread {
                let state = spreads.count
                spreads.append(SpreadState(constraint))
                kinds[kind].spreads.append((state, constraint.selects(kinds[kind].template.labels)))
                for other in kinds.indices where kinds[other].namespace == kinds[kind].namespace {
                    guard constraint.selects(kinds[other].template.labels) else { continue }
                    kinds[other].counted.append((state, kind))
                }
            }
        }
    }

    /// Tells the spread constraints of a new node.
    mutating func addDomains(of node: Int) {
        for kind in kinds.indices where !kinds[kind].spreads.isEmpty && kinds[kind].selects(nodes[node]) {
            for (state, _) in kinds[kind].spreads {
                guard let domain = nodes[node].node.labels[spreads[state].constraint.topologyKey] else { continue }
                spreads[state].addDomain(domain)
            }
        }
    }

    /// Whether a node passes what differs among nodes of a class, but for the amounts.
    func passesOnNode(_ kind: Int, _ node: Int) -> Bool {
        if kinds[kind].looksAtNames, !kinds[kind].template.selects(nodes[node].node) { return false }
        return takenPort(kind, node) == nil && passesSpread(kind, node, only: NodeLabel.hostname)
    }

    /// The first of its host ports that a pod on the node has already.
    func takenPort(_ kind: Int, _ node: Int) -> HostPort? {
        guard !kinds[kind].template.hostPorts.isEmpty, !nodes[node].ports.isEmpty else { return nil }
        let taken = nodes[node].ports.filter { $0.value > 0 }.keys
        return kinds[kind].template.hostPorts.sorted().first { port in taken.contains { $0.conflicts(with: port) } }
    }

    /// Whether every spread constraint allows a node; with `only`, those of one label.
    func passesSpread(_ kind: Int, _ node: Int, only key: String? = nil) -> Bool {
        violatedSpread(kind, node, only: key) == nil
    }

    /// The first spread constraint that does not allow a node.
    func violatedSpread(_ kind: Int, _ node: Int, only key: String? = nil) -> SpreadConstraint? {
        guard !kinds[kind].spreads.isEmpty else { return nil }
        let labels = nodes[node].node.labels
        let violated = kinds[kind].spreads.first { state, countsItself in
            let label = spreads[state].constraint.topologyKey
            return key ?? label == label && !spreads[state].allows(labels[label], countsItself: countsItself)
        }
        return violated.map { spreads[$0.state].constraint }
    }

    /// Whether the spread constraints would allow a node that is not there yet. A domain that comes with it has no pod.
    func spreadAllows(_ kind: Int, on node: ClusterNode) -> Bool {
        kinds[kind].spreads.allSatisfy { state, countsItself in
            guard let domain = node.labels[spreads[state].constraint.topologyKey] else { return false }
            var spread = spreads[state]
            spread.addDomain(domain)
            return spread.allows(domain, countsItself: countsItself)
        }
    }

    /// Whether a node has the amounts free.
    func hasRoom(_ kind: Int, _ node: Int) -> Bool { lacking(kind, node) == nil }

    /// The index of the first amount that a node lacks: 0 for pods.
    func lacking(_ kind: Int, _ node: Int) -> Int? {
        let requests = kinds[kind].requests
        return requests.indices.first { requests[$0] > 0 && requests[$0] > free[node * width + $0] }
    }

    /// Whether a node passes every filter.
    func passes(_ kind: Int, _ node: Int) -> Bool {
        kinds[kind].allowed.contains(nodes[node].nodeClass) && hasRoom(kind, node) && passesOnNode(kind, node)
            && passesSpread(kind, node)
    }
}
