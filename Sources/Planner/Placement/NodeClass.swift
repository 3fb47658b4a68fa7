/// Nodes that the scheduler's filters and scores treat alike, as long as they have the same free: what a pod's selector,
/// affinity and tolerations look at is the same, and so is their size.
struct NodeClass {
    /// What is the same.
    struct Key: Hashable {
        /// The labels that any pod asks for, but for the node's own name.
        let labels: [String: String]
        let taints: [Taint]
        let isSchedulable: Bool
        let zone: String?
        let milliCPU: Int64
        /// In steps of 256 MiB: machines of one type differ by a few KiB.
        let memory: Int64

        init(_ node: ClusterNode, labels: Set<String>) {
            self.labels = node.labels.filter { labels.contains($0.key) }
            taints = node.taints.filter { $0.key != Taint.cordoned.key }
            isSchedulable = node.isSchedulable && !node.taints.contains(Taint.cordoned)
            zone = node.zone
            milliCPU = node.allocatable.milliCPU
            memory = node.allocatable.memoryBytes >> 28
        }
    }

    let key: Key
    /// The number of its zone.
    let zone: Int
    var tree: FitTree
}

extension Taint {
    /// What Kubernetes puts on a cordoned node.
    static let cordoned = Taint(key: "node.kubernetes.io/unschedulable", effect: .noSchedule)
}

extension Toleration {
    /// What every pod of a DaemonSet tolerates (source: Kubernetes, "DaemonSet", taints and tolerations).
    static let daemonSet = [
        Toleration(key: "node.kubernetes.io/not-ready", effect: .noExecute),
        Toleration(key: "node.kubernetes.io/unreachable", effect: .noExecute),
        Toleration(key: "node.kubernetes.io/disk-pressure", effect: .noSchedule),
        Toleration(key: "node.kubernetes.io/memory-pressure", effect: .noSchedule),
        Toleration(key: "node.kubernetes.io/pid-pressure", effect: .noSchedule),
        Toleration(key: "node.kubernetes.io/network-unavailable", effect: .noSchedule),
        Toleration(key: Taint.cordoned.key, effect: .noSchedule),
    ]
}

extension PodTemplate {
    /// The labels of nodes that it asks for, but for the node's own name.
    var labelsOfInterest: Set<String> {
        Set(nodeSelector.keys).union(affinityTerms.flatMap { $0.labels.map(\.key) })
            .union(topologySpread.map(\.topologyKey)).subtracting([NodeLabel.hostname])
    }

    /// Whether its selector or affinity tells nodes apart by their own names.
    var looksAtNames: Bool {
        nodeSelector[NodeLabel.hostname] != nil
            || affinityTerms.contains { !$0.name.isEmpty || $0.labels.contains { $0.key == NodeLabel.hostname } }
    }

    /// Whether a node has what its selector and required affinity want.
    func selects(_ node: ClusterNode) -> Bool {
        nodeSelector.allSatisfy { node.labels[$0.key] == $0.value }
            && (affinityTerms.isEmpty || affinityTerms.contains { $0.matches(node) })
    }

    /// The first taint of a node that keeps it away; that of a cordoned node is not looked at.
    func untolerated(of node: ClusterNode) -> Taint? {
        node.taints.first { taint in
            taint.isHard && taint.key != Taint.cordoned.key && !tolerations.contains { $0.tolerates(taint) }
        }
    }

    /// Whether it is let onto cordoned nodes.
    var toleratesCordons: Bool { tolerations.contains { $0.tolerates(.cordoned) } }

    /// The selector and the affinity as one text.
    var selectorText: String {
        let labels = nodeSelector.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let terms = affinityTerms.map(\.description)
        return (labels + (terms.isEmpty ? [] : [terms.joined(separator: " or ")])).joined(separator: ",")
    }
}
