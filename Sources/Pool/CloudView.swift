import Addressing

/// What the provider says of one network interface.
public struct InterfaceView: Hashable, Sendable {
    /// Where an interface is attached.
    public enum Attachment: Hashable, Sendable {
        /// Attached to no instance.
        case detached
        case attaching(deviceIndex: Int)
        case attached(deviceIndex: Int)
        case detaching
    }

    /// The provider's name of the interface.
    public var id: ENIID
    /// The hardware address, by which the kernel shows the interface.
    public var mac: MACAddress
    /// The subnet that all its addresses are of.
    public var subnet: SubnetID
    /// The subnet's CIDR; its first host address is the gateway.
    public var subnetCIDR: IPv4Network
    /// Whether and where it is attached.
    public var attachment: Attachment
    /// The network card, 0 on all but the largest instance types.
    public var networkCard: Int
    /// The interface's own address, which is never for pods.
    public var primaryAddress: IPv4Address
    /// The interface's own IPv6 address, which is never for pods either; `nil` for an interface without one.
    public var ipv6Address: IPv6Address?
    /// The secondary addresses, which are for pods.
    public var secondaryAddresses: [IPv4Address]
    /// The /28 prefixes, whose addresses are all for pods.
    public var prefixes: [IPv4Network]
    /// The /80 prefixes of IPv6, of which pods get addresses.
    public var ipv6Prefixes: [IPv6Network]
    /// Key and value of each tag.
    public var tags: [String: String]

    public init(
        id: ENIID, mac: MACAddress, subnet: SubnetID, subnetCIDR: IPv4Network, attachment: Attachment,
        networkCard: Int = 0, primaryAddress: IPv4Address, ipv6Address: IPv6Address? = nil,
        secondaryAddresses: [IPv4Address], prefixes: [IPv4Network] = [], ipv6Prefixes: [IPv6Network] = [],
        tags: [String: String] = [:]
    ) {
        self.id = id
        self.mac = mac
        self.subnet = subnet
        self.subnetCIDR = subnetCIDR
        self.attachment = attachment
        self.networkCard = networkCard
        self.primaryAddress = primaryAddress
        self.ipv6Address = ipv6Address
        self.secondaryAddresses = secondaryAddresses
        self.prefixes = prefixes
        self.ipv6Prefixes = ipv6Prefixes
        self.tags = tags
    }

    /// The first device on card 0, which the instance was started with; it is never detached.
    public var isPrimary: Bool {
        networkCard == 0 && (attachment == .attached(deviceIndex: 0) || attachment == .attaching(deviceIndex: 0))
    }
}

/// What the provider says of one subnet.
public struct SubnetView: Hashable, Sendable {
    /// The provider's name of the subnet.
    public var id: SubnetID
    /// The subnet's network.
    public var cidr: IPv4Network
    /// The subnet's IPv6 network, a /64; `nil` for a subnet without IPv6.
    public var ipv6CIDR: IPv6Network?
    /// The availability zone.
    public var zone: String
    /// How many IPv4 addresses can still be assigned.
    public var freeAddresses: Int
    /// Key and value of each tag.
    public var tags: [String: String]

    public init(
        id: SubnetID, cidr: IPv4Network, ipv6CIDR: IPv6Network? = nil, zone: String, freeAddresses: Int,
        tags: [String: String] = [:]
    ) {
        self.id = id
        self.cidr = cidr
        self.ipv6CIDR = ipv6CIDR
        self.zone = zone
        self.freeAddresses = freeAddresses
        self.tags = tags
    }
}

/// What the provider says of the instance that this node is.
public struct NodeView: Hashable, Sendable {
    /// The provider's name of the instance.
    public var instanceID: String
    /// The type of the instance, such as `m5.large`.
    public var instanceType: String
    /// The availability zone.
    public var zone: String
    /// The interface that the instance was started with.
    public var primaryENI: ENIID
    /// What the type allows.
    public var limits: NodeLimits
    /// The networks of the VPC, within which packets keep their addresses.
    public var networks: [IPv4Network]
    /// The IPv6 networks of the VPC; none where it has no IPv6.
    public var ipv6Networks: [IPv6Network]

    public init(
        instanceID: String, instanceType: String, zone: String, primaryENI: ENIID, limits: NodeLimits,
        networks: [IPv4Network], ipv6Networks: [IPv6Network] = []
    ) {
        self.instanceID = instanceID
        self.instanceType = instanceType
        self.zone = zone
        self.primaryENI = primaryENI
        self.limits = limits
        self.networks = networks
        self.ipv6Networks = ipv6Networks
    }
}

/// How many interfaces and addresses an instance can have, on network card 0.
public struct NodeLimits: Hashable, Codable, Sendable {
    /// The most ENIs, the primary one included.
    public var enis: Int
    /// The most IPv4 addresses of one ENI, its primary address included.
    public var ipv4PerENI: Int
    /// The most IPv6 addresses of one ENI; a /80 prefix takes the place of one.
    public var ipv6PerENI: Int
    /// Whether an ENI can have a prefix in the place of a secondary address.
    public var supportsPrefixes: Bool
    /// The virtual processors; `nil` where nobody says.
    public var vCPUs: Int?

    public init(
        enis: Int, ipv4PerENI: Int, ipv6PerENI: Int = 0, supportsPrefixes: Bool = false, vCPUs: Int? = nil
    ) {
        self.enis = enis
        self.ipv4PerENI = ipv4PerENI
        self.ipv6PerENI = ipv6PerENI
        self.supportsPrefixes = supportsPrefixes
        self.vCPUs = vCPUs
    }

    /// Whether an ENI can have a /80, which takes the place of an IPv6 address.
    public var supportsIPv6: Bool { ipv6PerENI > 0 && supportsPrefixes }

    /// The slots of one ENI for pods: all but its primary address's.
    public var podAddressesPerENI: Int { ipv4PerENI - 1 }
}
