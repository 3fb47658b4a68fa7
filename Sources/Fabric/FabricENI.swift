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

    /// - Parameter subnet: of at most 31 bits, so that it has a gateway.
    public init(
        mac: MACAddress, deviceIndex: Int, subnet: IPv4Network, primaryAddress: IPv4Address,
        secondaryAddresses: [IPv4Address], prefixes: [IPv4Network] = []
    ) {
        self.mac = mac
        self.deviceIndex = deviceIndex
        self.subnet = subnet
        self.primaryAddress = primaryAddress
        self.secondaryAddresses = secondaryAddresses
        self.prefixes = prefixes
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
}
