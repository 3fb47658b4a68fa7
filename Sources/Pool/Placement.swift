/// In which subnets the pods of a node are.
public enum Placement: Hashable, Sendable {
    /// In the primary ENI's subnet; further ENIs in this one, where one is named.
    case node(subnet: SubnetID?, securityGroups: [String])
    /// In others than the node itself: custom networking. The primary ENI then serves no pod.
    case custom(CustomNetworking)
}

/// How the subnets are found that pods are in, where these are not the node's own.
public enum CustomNetworking: Hashable, Sendable {
    /// By the name of the node's zone.
    case zone([String: PodSubnets])
    /// By a name, such as the value of a label of the node.
    case named(String, [String: PodSubnets])
    /// All subnets of the node's zone with the tag ``SubnetTag/pods``.
    case discovery(securityGroups: [String])
}

/// Subnets for pods, and the security groups of the ENIs in them.
public struct PodSubnets: Hashable, Sendable {
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
}
