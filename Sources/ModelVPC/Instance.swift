import InstanceLimits

extension ModelVPC {
    /// What an instance of a type can have.
    public struct Limits: Hashable, Codable, Sendable {
        /// The most interfaces, the primary one included.
        public var interfaces: Int
        /// The most IPv4 addresses of one interface, its primary address included.
        public var ipv4PerInterface: Int
        /// The most IPv6 addresses of one interface; a /80 prefix takes the place of one.
        public var ipv6PerInterface: Int
        /// Whether its interfaces can have prefixes, each in the place of an address: /28 of IPv4, /80 of IPv6.
        public var supportsPrefixes: Bool
        /// Its virtual processors; `nil` where it is not said. Nothing depends on them but what describing shows.
        public var vCPUs: Int?

        /// Limits other than those of a type.
        public init(
            interfaces: Int, ipv4PerInterface: Int, ipv6PerInterface: Int = 0, supportsPrefixes: Bool = true,
            vCPUs: Int? = nil
        ) {
            self.interfaces = interfaces
            self.ipv4PerInterface = ipv4PerInterface
            self.ipv6PerInterface = ipv6PerInterface
            self.supportsPrefixes = supportsPrefixes
            self.vCPUs = vCPUs
        }

        /// The limits of an instance type, on network card 0. Types built on Nitro support prefixes, bare metal among
        /// them. Source: EC2 user guide, "Prefix delegation for Amazon EC2 network interfaces".
        public init(_ type: InstanceType) {
            self.init(
                interfaces: type.enis, ipv4PerInterface: type.ipv4PerENI, ipv6PerInterface: type.ipv6PerENI,
                supportsPrefixes: type.hypervisor != .xen, vCPUs: type.vCPUs)
        }
    }

    /// An instance as the API describes it.
    public struct Instance: Hashable, Codable, Sendable {
        /// The name that it was launched with.
        public let id: InstanceID
        /// The name of its type.
        public let type: String
        /// The zone of its primary interface; all its interfaces are in it.
        public let zone: String
        /// What it can have.
        public let limits: Limits
        /// The interface that it was launched with, which is never detached.
        public let primaryInterface: InterfaceID
        /// All that are attaching, attached or detaching, in the order of their attaching.
        public internal(set) var interfaces: [InterfaceID]
    }
}
