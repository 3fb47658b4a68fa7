import Addressing
import Pool

/// A change that was planned again, and what came of it.
public struct Remedy: Hashable, Sendable {
    public var change: Change
    /// Pending pods at the worst moment without the change.
    public var pendingBefore: Int
    /// Pending pods at the worst moment with it.
    public var pendingAfter: Int
    /// Addresses of subnets that it frees at the worst moment; negative where it takes more.
    public var addressesSaved: Int
    /// Nodes that it does without at the worst moment; negative where it takes more.
    public var nodesSaved: Int

    public init(change: Change, pendingBefore: Int, pendingAfter: Int, addressesSaved: Int, nodesSaved: Int) {
        self.change = change
        self.pendingBefore = pendingBefore
        self.pendingAfter = pendingAfter
        self.addressesSaved = addressesSaved
        self.nodesSaved = nodesSaved
    }

    /// Whether no pod is pending with it.
    public var isCure: Bool { pendingAfter == 0 }
}

/// What is done otherwise.
public enum Change: Hashable, Sendable {
    /// Slots of ENIs hold /28 prefixes.
    case prefixDelegation
    case warmTarget(WarmTarget)
    /// Another type for the nodes of a group.
    case instanceType(group: String, from: String, to: String)
    /// More nodes in a group.
    case moreNodes(group: String, count: Int)
    /// Another subnet beside each that is too small, in its zone and for the same use.
    case moreSubnets(beside: [SubnetID], prefixLength: Int)
    /// Another number for kubelet's `--max-pods` on the nodes of a group; lower where addresses are fewer.
    case maxPods(group: String, from: Int, to: Int)

    /// What to do, as one sentence.
    public var sentence: String {
        switch self {
        case .prefixDelegation: "turn prefix delegation on"
        case .warmTarget(let target): "set \(target.settings)"
        case .instanceType(let group, let from, let to): "use \(to) in place of \(from) in node group '\(group)'"
        case .moreNodes(let group, let count):
            "add \(count) \(count == 1 ? "node" : "nodes") to node group '\(group)'"
        case .moreSubnets(let subnets, let length):
            "add a subnet of /\(length) beside \(subnets.map(\.description).joined(separator: ", "))"
                + (subnets.count == 1 ? ", in its zone" : ", each in the zone of the other")
        case .maxPods(let group, let from, let to):
            "\(to > from ? "raise" : "lower") kubelet's max-pods from \(from) to \(to) on the nodes of group '\(group)'"
        }
    }
}

extension WarmTarget {
    /// The target as the settings of `warmpoold.yaml`, such as `warmIPTarget: 2, minimumIPTarget: 10`.
    public var settings: String {
        switch self {
        case .enis(let count): "warmENITarget: \(count)"
        case .addresses(let warm, let minimum): "warmIPTarget: \(warm), minimumIPTarget: \(minimum)"
        case .prefixes(let count): "warmPrefixTarget: \(count)"
        case .adaptive: "warmTarget: adaptive"
        }
    }
}
