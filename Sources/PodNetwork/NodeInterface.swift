import Addressing

/// An ENI as the node's routing needs to know it.
public struct NodeInterface: Hashable, Sendable {
    /// By it the interface is found.
    public var mac: MACAddress
    /// The ENI's routing table, ``NetworkLayout/table(deviceIndex:networkCard:)``.
    public var table: UInt32
    /// How the ENI is told from the node's primary one.
    public var role: Role
    /// The MTU to set; `nil` leaves it as it is.
    public var mtu: Int?

    /// Which ENI of the node it is.
    public enum Role: Hashable, Sendable {
        /// The one that the node was started with; its routing is the table `main` and is left alone.
        case primary
        /// Another: its packets are routed by a table of their own.
        /// - mark: ``NetworkLayout/mark(eni:)``.
        /// - address: the ENI's primary address, from which the node itself replies.
        /// - gateway: the subnet's router, the first address of the subnet.
        /// - ipv6: the same in IPv6; `nil` where the subnet has none.
        case secondary(mark: UInt32, address: IPv4Address, gateway: IPv4Address, ipv6: IPv6Uplink? = nil)
    }

    /// How an ENI is connected to a subnet with IPv6.
    public struct IPv6Uplink: Hashable, Sendable {
        /// The subnet's router.
        public var gateway: IPv6Address
        /// The ENI's own address, from which the node itself replies, and which others on the node (such as kube-proxy)
        /// give to packets of pods that they masquerade; `nil` where it has only prefixes for pods.
        public var address: IPv6Address?

        /// - Parameter address: `nil` for an ENI that has only prefixes for pods.
        public init(gateway: IPv6Address, address: IPv6Address? = nil) {
            self.gateway = gateway
            self.address = address
        }
    }

    /// - Parameter mtu: `nil` leaves it as it is.
    public init(mac: MACAddress, table: UInt32, role: Role, mtu: Int? = nil) {
        self.mac = mac
        self.table = table
        self.role = role
        self.mtu = mtu
    }
}
