import Addressing

/// One ENI of `warmpoolctl enis`.
public struct InterfaceRow: Codable, Sendable {
    /// One address of the ENI.
    public struct Address: Codable, Sendable {
        /// The address itself.
        public var address: IPAddress
        /// `free`, `assigned`, `orphaned`, `cooling` or `releasing`.
        public var state: String
        /// The attachment that uses it, as `network/container/interface`.
        public var attachment: String?
        /// Seconds until a cooling address is free.
        public var coolingSeconds: Double?

        public init(address: IPAddress, state: String, attachment: String?, coolingSeconds: Double?) {
            self.address = address
            self.state = state
            self.attachment = attachment
            self.coolingSeconds = coolingSeconds
        }
    }

    /// One /28 prefix of the ENI, with its addresses counted by state. Those that are in none of these leave the node.
    public struct Prefix: Codable, Sendable {
        /// The prefix itself.
        public var prefix: IPv4Network
        /// In use by pods.
        public var assigned: Int
        /// Resting after their pods.
        public var cooling: Int
        /// Ready for the next pod.
        public var free: Int

        public init(prefix: IPv4Network, assigned: Int, cooling: Int, free: Int) {
            self.prefix = prefix
            self.assigned = assigned
            self.cooling = cooling
            self.free = free
        }
    }

    /// The provider's name of the ENI.
    public var id: String
    /// Absent while the ENI is attached to nothing.
    public var deviceIndex: Int?
    /// Whether the instance was started with it.
    public var isPrimary: Bool
    /// Whether pods get addresses of it. With custom networking the primary ENI serves none.
    public var servesPods: Bool
    /// `created`, `attaching`, `ready`, `detaching`, `detached`, `deleting` or `lost`.
    public var phase: String
    /// Its hardware address.
    public var mac: MACAddress
    /// The provider's name of its subnet.
    public var subnet: String
    /// The ENI's own address, which is never for pods.
    public var primaryAddress: IPv4Address
    /// The table by which packets of its pods leave.
    public var routingTable: UInt32?
    /// The /28 prefixes, in rising order; their addresses are among ``addresses``.
    public var prefixes: [Prefix]
    /// The /80 prefix of which pods get their IPv6 addresses.
    public var ipv6Prefix: IPv6Network?
    /// How many pods have an address of ``ipv6Prefix``.
    public var ipv6Pods: Int
    /// The addresses for pods, each with its state.
    public var addresses: [Address]

    public init(
        id: String, deviceIndex: Int?, isPrimary: Bool, servesPods: Bool, phase: String, mac: MACAddress,
        subnet: String, primaryAddress: IPv4Address, routingTable: UInt32?, prefixes: [Prefix],
        ipv6Prefix: IPv6Network?, ipv6Pods: Int, addresses: [Address]
    ) {
        self.id = id
        self.deviceIndex = deviceIndex
        self.isPrimary = isPrimary
        self.servesPods = servesPods
        self.phase = phase
        self.mac = mac
        self.subnet = subnet
        self.primaryAddress = primaryAddress
        self.routingTable = routingTable
        self.prefixes = prefixes
        self.ipv6Prefix = ipv6Prefix
        self.ipv6Pods = ipv6Pods
        self.addresses = addresses
    }
}
