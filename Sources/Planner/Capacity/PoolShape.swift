import Addressing
import InstanceLimits
import ModelVPC
import ModelViews
import Pool
import Timekeeping

extension NodeLimits {
    /// What an instance type allows, as the cloud says it.
    public init(_ type: InstanceType) {
        self.init(ModelVPC.Limits(type))
    }
}

/// All on which it depends how a node's pool grows as long as its subnets have addresses.
struct PoolShape: Hashable {
    /// A subnet of the node's zone.
    struct Subnet: Hashable {
        let id: SubnetID
        let isForPods: Bool
    }

    let limits: NodeLimits
    let configuration: PoolConfiguration
    let zone: String
    /// The subnet that the node itself is in.
    let home: SubnetID
    /// Every subnet of the zone, that with most free addresses first.
    let subnets: [Subnet]

    init(
        limits: NodeLimits, configuration: PoolConfiguration, zone: String, home: SubnetID, subnets: [Subnet]
    ) {
        self.limits = limits
        self.configuration = configuration
        self.zone = zone
        self.home = home
        self.subnets = subnets
    }

    /// A node where no subnet is planned: it has one, and with custom networking another one for pods, that never end.
    init(limits: NodeLimits, configuration: PoolConfiguration) {
        let nodes = SubnetID("subnet-nodes")
        var subnets = [Subnet(id: nodes, isForPods: false)]
        var configuration = configuration
        switch configuration.placement {
        case .node(_, let groups): configuration.placement = .node(subnet: nil, securityGroups: groups)
        case .custom:
            configuration.placement = .custom(.discovery(securityGroups: []))
            subnets.append(Subnet(id: SubnetID("subnet-pods"), isForPods: true))
        }
        self.init(limits: limits, configuration: configuration, zone: "zone", home: nodes, subnets: subnets)
    }

    /// The cloud in which such a node can grow without end.
    ///
    /// - Throws: `ModelVPC.Failure` where the instance's limits are impossible.
    func endlessCloud() throws(ModelVPC.Failure) -> (vpc: ModelVPC, node: ModelVPC.InstanceID) {
        let everything = IPv4Network(containing: IPv4Address(bits: 10 << 24), prefixLength: 8)
        var vpc = ModelVPC(cidr: everything, seed: 0)
        let node = ModelVPC.InstanceID(rawValue: "node")
        for (rank, subnet) in subnets.enumerated() {
            let id = ModelVPC.SubnetID(subnet.id)
            let network = IPv4Network(containing: everything[rank << 16], prefixLength: 16)
            try vpc.addSubnet(
                id, cidr: network, ipv6CIDR: configuration.families.hasIPv6 ? .subnet(number: rank) : nil, zone: zone,
                tags: subnet.isForPods ? [SubnetTag.pods: "1"] : [:])
            // Each has fewer free addresses than the one before it.
            if rank > 0 { try vpc.occupy(id, addresses: rank) }
        }
        try vpc.launch(node, type: "planned", limits: .init(limits), in: .init(home), at: .origin)
        return (vpc, node)
    }
}

extension IPv6Network {
    /// A /64 of the documentation range for a subnet whose IPv6 network is not planned: it never ends.
    static func subnet(number: Int) -> IPv6Network {
        IPv6Network(
            containing: IPv6Address(bits: 0x2001_0db8 << 96 | UInt128(number) << 64), prefixLength: 64)
    }
}
