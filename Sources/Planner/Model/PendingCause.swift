import Pool
import Timekeeping

/// Why a pod does not run: the scheduler finds no node, or the node's pool has no address.
///
/// Of the scheduler's filters the first one is told that leaves no node, in the order of the cases here; `nodes` is how many
/// passed those before it.
public enum PendingCause: Hashable, Sendable {
    /// The pool's own cause, at the moment of the ADD.
    case address(Cause)
    /// Only one node may run it, as of a DaemonSet's pod, and that node is not there.
    case pinned(to: String)
    case noNode
    case noMatchingNode(String, nodes: Int)
    case taints(Taint, nodes: Int)
    case cordoned(nodes: Int)
    case hostPort(HostPort, nodes: Int)
    /// Kubelet's max-pods is reached, host-network pods included.
    case kubeletMaxPods(nodes: Int, limit: Int)
    /// `nodes` lack this resource first; those that lack another are not among them.
    case insufficient(Resource, requested: Int64, mostFree: Int64, nodes: Int)
    case spread(SpreadConstraint, nodes: Int)

    /// The machine-readable name, stable across versions; of an address the pool's.
    public var code: String {
        switch self {
        case .address(let cause): cause.code
        case .kubeletMaxPods: "kubelet-max-pods"
        case .insufficient(let resource, _, _, _): "insufficient-\(resource)"
        case .noMatchingNode: "no-matching-node"
        case .taints: "untolerated-taint"
        case .cordoned: "nodes-cordoned"
        case .spread: "topology-spread"
        case .hostPort: "host-port-taken"
        case .pinned: "pinned-node-missing"
        case .noNode: "no-node"
        }
    }

    /// Whether another node could help.
    public var isForWantOfNodes: Bool {
        switch self {
        case .kubeletMaxPods, .insufficient, .noMatchingNode, .taints, .cordoned, .spread, .hostPort, .noNode: true
        case .address, .pinned: false
        }
    }

    /// One sentence for a person, with the numbers and what would help.
    public var sentence: String {
        func all(_ nodes: Int) -> String { nodes == 1 ? "the only node" : "all \(nodes) nodes" }
        return switch self {
        case .address(let cause): cause.sentence(nil)
        case .kubeletMaxPods(let nodes, let limit):
            "kubelet's max-pods is reached on \(all(nodes)) that could run it (\(limit) pods each at most, those on the "
                + "host's network included); raise --max-pods where addresses allow it, or add a node"
        case .insufficient(let resource, let requested, let mostFree, let nodes):
            "it requests \(resource.text(requested)) \(resource), and \(resource.text(mostFree)) is the most that is free "
                + "on \(all(nodes)) that could run it; request less, or add a node or a larger one"
        case .noMatchingNode(let selector, let nodes):
            "none of \(nodes) nodes matches '\(selector)'; add a node with these labels, or correct the node selector "
                + "or affinity"
        case .taints(let taint, let nodes):
            "it does not tolerate the taint '\(taint)' of \(all(nodes)) that could run it otherwise; add the toleration, "
                + "or a node without the taint"
        case .cordoned(let nodes): "\(all(nodes)) that could run it \(nodes == 1 ? "is" : "are") cordoned; uncordon one"
        case .spread(let constraint, let nodes):
            "on \(all(nodes)) that could run it, \(constraint.topologyKey) would be uneven by more than its maxSkew of "
                + "\(constraint.maxSkew); add nodes where fewest of its pods are, or raise maxSkew"
        case .hostPort(let port, let nodes):
            "host port \(port) is taken on \(all(nodes)) that could run it; add a node, or do without the host port"
        case .pinned(let node): "only node '\(node)' may run it, and that node is not in the cluster"
        case .noNode: "the cluster has no node; add one, or a node group to the plan"
        }
    }
}
