import Addressing
import ModelVPC
import ModelViews
import Pool

/// An interface that a node sees, for whoever makes the node's real network look like its cloud.
public struct GuestInterface: Hashable, Sendable {
    /// Its name in the cloud.
    public let id: ENIID
    /// Its hardware address.
    public let mac: MACAddress
    /// 0 for the primary interface.
    public let deviceIndex: Int
    /// The subnet's CIDR; its first host address is the gateway.
    public let subnetCIDR: IPv4Network
    /// The interface's own address, which is never for pods.
    public let primaryAddress: IPv4Address
    /// In the order in which they were assigned.
    public let secondaryAddresses: [IPv4Address]
    /// The /28 prefixes, in the order in which they were assigned.
    public let prefixes: [IPv4Network]
    /// The subnet's IPv6 network, whose first host address is the gateway; `nil` for a subnet without IPv6.
    public let subnetIPv6CIDR: IPv6Network?
    /// The interface's own IPv6 address, which is never for pods; `nil` for an interface without one.
    public let ipv6Address: IPv6Address?
    /// The /80 prefixes, in the order in which they were assigned.
    public let ipv6Prefixes: [IPv6Network]

    /// `nil` for an interface that is attached to nothing.
    init?(_ interface: ModelVPC.InterfaceDescription) {
        guard let attachment = interface.attachment else { return nil }
        id = ENIID(interface.id)
        mac = interface.mac
        deviceIndex = attachment.deviceIndex
        subnetCIDR = interface.subnetCIDR
        primaryAddress = interface.primaryAddress
        secondaryAddresses = interface.secondaryAddresses
        prefixes = interface.prefixes
        subnetIPv6CIDR = interface.subnetIPv6CIDR
        ipv6Address = interface.ipv6Address
        ipv6Prefixes = interface.ipv6Prefixes
    }
}
