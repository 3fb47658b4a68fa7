/// In which subnets the pods of a node are.
public enum Placement: Hashable, Codable, Sendable {
    /// In the primary ENI's subnet; further ENIs in this one, where one is named.
    case node(subnet: SubnetID?, securityGroups: [String])
    /// In others than the node itself: custom networking. The primary ENI then serves no pod.
    case custom(CustomNetworking)
}

/// How the subnets are found that pods are in, where these are not the node's own.
public enum CustomNetworking: Hashable, Codable, Sendable {
    /// By the name of the node's zone.
    case zone([String: PodSubnets])
    /// By a name, such as the value of a label of the node.
    case named(String, [String: PodSubnets])
    /// All subnets of the node's zone with the tag ``SubnetTag/pods``.
    case discovery(securityGroups: [String])
}

extension CustomNetworking {
    /// The first subnet of the node's network that is none of its zone's; `nil` where all are, and where none is named.
    func unknown(to subnets: [SubnetView], _ node: NodeView?) -> SubnetID? {
        guard let node else { return nil }
        let network: PodSubnets? =
            switch self {
            case .zone(let networks): networks[node.zone]
            case .named(let name, let networks): networks[name]
            case .discovery: nil
            }
        return network?.subnets.first { id in !subnets.contains { $0.id == id && $0.zone == node.zone } }
    }
}

/// Subnets for pods, and the security groups of the ENIs in them.
public struct PodSubnets: Hashable, Codable, Sendable {
    /// The subnets; the one with most free addresses comes first.
    public var subnets: [SubnetID]
    /// The security groups of ENIs; none for the provider's default.
    public var securityGroups: [String]

    public init(subnets: [SubnetID], securityGroups: [String] = []) {
        self.subnets = subnets
        self.securityGroups = securityGroups
    }
}

/// The tag that means something on a subnet.
public enum SubnetTag {
    /// Marks subnets for pods, whatever its value but `0` (source: AWS VPC CNI, subnet discovery).
    public static let pods = "kubernetes.io/role/cni"

    /// Whether a subnet with these tags is for pods.
    public static func isForPods(_ tags: [String: String]) -> Bool {
        tags[pods].map { $0 != "0" } ?? false
    }
}

/// A placement, found out for one node.
enum PodPlace: Hashable, Sendable {
    /// Every ENI serves pods; further ones are made in this subnet, that of the primary ENI if `nil`.
    case anywhere(subnet: SubnetID?, securityGroups: [String])
    /// Only ENIs in these subnets serve pods, and never the primary one.
    case inside(PodSubnets)
    /// The configuration names no subnet for this node; one sentence says why.
    case nowhere(String)
}

extension Placement {
    /// The subnets that it names.
    public var subnets: [SubnetID] {
        switch self {
        case .node(let subnet, _): subnet.map { [$0] } ?? []
        case .custom(.zone(let networks)), .custom(.named(_, let networks)):
            networks.sorted { $0.key < $1.key }.flatMap(\.value.subnets)
        case .custom(.discovery): []
        }
    }

    /// Where pods of a node are.
    ///
    /// - Parameter subnets: those of the VPC.
    func place(of node: NodeView, subnets: [SubnetView]) -> PodPlace {
        let near = subnets.filter { $0.zone == node.zone }
        switch self {
        case .node(let subnet, let securityGroups): return .anywhere(subnet: subnet, securityGroups: securityGroups)
        case .custom(.zone(let networks)): return choose(node.zone, of: networks, near: near, zone: node.zone)
        case .custom(.named(let name, let networks)): return choose(name, of: networks, near: near, zone: node.zone)
        case .custom(.discovery(let securityGroups)):
            let tagged = near.filter { SubnetTag.isForPods($0.tags) }
            guard !tagged.isEmpty else {
                return .nowhere("no subnet of zone \(node.zone) has the tag \(SubnetTag.pods)")
            }
            return .inside(PodSubnets(subnets: tagged.map(\.id), securityGroups: securityGroups))
        }
    }

    private func choose(
        _ name: String, of networks: [String: PodSubnets], near: [SubnetView], zone: String
    ) -> PodPlace {
        guard var network = networks[name] else {
            return .nowhere("customNetworking has no network named '\(name)'")
        }
        let wanted = network.subnets
        network.subnets = wanted.filter { id in near.contains { $0.id == id } }
        guard !network.subnets.isEmpty else {
            let names = wanted.map(\.description).joined(separator: ", ")
            return .nowhere("none of the subnets of network '\(name)' (\(names)) is in zone \(zone) of this VPC")
        }
        return .inside(network)
    }
}
