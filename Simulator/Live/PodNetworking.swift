import Addressing

/// What addresses the pods of a live fabric get, and where these are.
public struct PodNetworking: Hashable, Sendable {
    /// The families in which each pod gets an address. With IPv6, every subnet has it too.
    public var families: IPFamilies
    /// Whether ENIs hold /28 prefixes in the place of single IPv4 addresses.
    public var prefixDelegation: Bool
    /// Whether pods are in other subnets than the nodes: each zone then has a second one, with the tag by which daemons
    /// find it.
    public var hasPodSubnets: Bool

    /// IPv4 addresses, one by one, in the nodes' subnets, unless told otherwise.
    public init(families: IPFamilies = .ipv4, prefixDelegation: Bool = false, hasPodSubnets: Bool = false) {
        self.families = families
        self.prefixDelegation = prefixDelegation
        self.hasPodSubnets = hasPodSubnets
    }

    /// The keys of `warmpoold.yaml` that say so, with their values in YAML; none for what is so by default.
    var settings: [String: String] {
        var settings: [String: String] = [:]
        switch families {
        case .ipv4: break
        case .ipv6: settings["ipFamilies"] = "[ipv6]"
        case .dualStack: settings["ipFamilies"] = "[ipv4, ipv6]"
        }
        if prefixDelegation { settings["prefixDelegation"] = "true" }
        if hasPodSubnets { settings["customNetworking"] = "{ by: discovery }" }
        return settings
    }

    /// The subnets for nodes, one in each zone, and for pods, likewise.
    var subnets: (nodes: [LiveSubnet], pods: [LiveSubnet]) {
        let nodes = [
            LiveSubnet(id: "subnet-a", cidr: "10.0.0.0/18", ipv6CIDR: "2001:db8:0:1::/64", zone: "zone-a"),
            LiveSubnet(id: "subnet-b", cidr: "10.0.64.0/18", ipv6CIDR: "2001:db8:0:2::/64", zone: "zone-b"),
        ]
        let pods = [
            LiveSubnet(
                id: "pods-a", cidr: "10.0.128.0/18", ipv6CIDR: "2001:db8:0:3::/64", zone: "zone-a", isForPods: true),
            LiveSubnet(
                id: "pods-b", cidr: "10.0.192.0/18", ipv6CIDR: "2001:db8:0:4::/64", zone: "zone-b", isForPods: true),
        ]
        return (nodes, hasPodSubnets ? pods : [])
    }
}

/// A subnet of a live fabric's VPC.
struct LiveSubnet: Sendable {
    let id: String
    let cidr: String
    let ipv6CIDR: String
    let zone: String
    var isForPods = false

    /// The subnet as the configuration of a cloud has it.
    func text(hasIPv6: Bool) -> String {
        let ipv6 = hasIPv6 ? ", ipv6CIDR: \"\(ipv6CIDR)\"" : ""
        let tags = isForPods ? ", tags: { kubernetes.io/role/cni: \"1\" }" : ""
        return "{ id: \(id), cidr: \(cidr)\(ipv6), zone: \(zone)\(tags) }"
    }
}
