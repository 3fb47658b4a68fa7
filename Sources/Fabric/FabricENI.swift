import Addressing

/// An ENI as the fabric makes it real: a veth whose node end is the interface that the node sees.
public struct FabricENI: Hashable, Sendable {
    /// The hardware address of the node end.
    public var mac: MACAddress
    /// 0 for the node's primary ENI.
    public var deviceIndex: Int
    /// The subnet's network; its first host address is the gateway.
    public var subnet: IPv4Network
    /// The ENI's own address.
    public var primaryAddress: IPv4Address
    /// The addresses for pods.
    public var secondaryAddresses: [IPv4Address]
    /// The /28 networks with further addresses for pods.
    public var prefixes: [IPv4Network]
    /// The subnet's IPv6 network, whose first host address is the gateway; `nil` for a subnet without IPv6.
    public var ipv6Subnet: IPv6Network?
    /// The ENI's own IPv6 address, if it has one.
    public var ipv6Address: IPv6Address?
    /// The /80 networks with IPv6 addresses for pods.
    public var ipv6Prefixes: [IPv6Network]

    /// - Parameter subnet: of at most 31 bits, so that it has a gateway.
    public init(
        mac: MACAddress, deviceIndex: Int, subnet: IPv4Network, primaryAddress: IPv4Address,
        secondaryAddresses: [IPv4Address], prefixes: [IPv4Network] = [], ipv6Subnet: IPv6Network? = nil,
        ipv6Address: IPv6Address? = nil, ipv6Prefixes: [IPv6Network] = []
    ) {
        self.mac = mac
        self.deviceIndex = deviceIndex
        self.subnet = subnet
        self.primaryAddress = primaryAddress
        self.secondaryAddresses = secondaryAddresses
        self.prefixes = prefixes
        self.ipv6Subnet = ipv6Subnet
        self.ipv6Address = ipv6Address
        self.ipv6Prefixes = ipv6Prefixes
    }

    /// The MTU of an ENI in a VPC.
    public static let mtu = 9001

    /// The name of the node's end, as the node's own operating system would choose it: `eth0`, `eth1`, …
    public var nodeInterface: String { "eth\(deviceIndex)" }

    /// The name of the router's end: `eni` and the MAC's twelve hexadecimal digits. It names the ENI in the whole fabric,
    /// and tells which of a node's interfaces are ENIs: those whose MAC an interface of the router is named after.
    var routerInterface: String { FabricENI.routerInterface(mac) }

    static func routerInterface(_ mac: MACAddress) -> String {
        "eni" + mac.description.filter { $0 != ":" }
    }

    var isPrimary: Bool { deviceIndex == 0 }

    var gateway: IPv4Address { subnet.base.advanced(by: 1) }

    var ipv6Gateway: IPv6Address? { ipv6Subnet?.base.advanced(by: 1) }

    /// What is forwarded by way of the primary address.
    var forwarded: [IPNetwork] { secondaryAddresses.map { IPAddress.v4($0).host } + prefixes.map(IPNetwork.v4) }

    /// What is forwarded by way of the link-local address, which every ENI has.
    var ipv6Forwarded: [IPNetwork] {
        (ipv6Address.map { [IPAddress.v6($0).host] } ?? []) + ipv6Prefixes.map(IPNetwork.v6)
    }
}
