import Addressing
import CNetlink
import Glibc

/// An address of either family on an interface.
public struct InterfaceAddress: Hashable, Sendable {
    /// The address itself, host bits included.
    public var address: IPAddress
    /// How many leading bits the addresses on the link share; 0 to 32, in IPv6 to 128.
    public var prefixLength: Int
    /// The interface's index.
    public var interface: Int

    /// - Parameters:
    ///   - prefixLength: `nil` where no other address is on the link: 32, in IPv6 128.
    ///   - interface: the interface's index.
    public init(_ address: IPAddress, prefixLength: Int? = nil, interface: Int) {
        self.address = address
        self.prefixLength = prefixLength ?? address.host.prefixLength
        self.interface = interface
    }

    /// `nil` for an address of another family.
    init?(_ object: borrowing NetlinkObject) {
        guard let address = IPAddress(rtnl_addr_get_local(object.pointer)) else { return nil }
        self.address = address
        prefixLength = Int(rtnl_addr_get_prefixlen(object.pointer))
        interface = Int(rtnl_addr_get_ifindex(object.pointer))
    }
}

/// An entry of the neighbour table: which hardware address an address on a link has.
public struct Neighbour: Hashable, Sendable {
    /// The neighbour's address.
    public var address: IPAddress
    /// Its hardware address.
    public var mac: MACAddress
    /// The interface's index.
    public var interface: Int
    /// Whether it was set by hand and never expires; the kernel's own findings are not.
    public var isPermanent: Bool

    /// - Parameter interface: the interface's index.
    public init(_ address: IPAddress, mac: MACAddress, interface: Int, isPermanent: Bool = true) {
        self.address = address
        self.mac = mac
        self.interface = interface
        self.isPermanent = isPermanent
    }

    /// `nil` for an entry of another family, for one whose hardware address isn't known yet, and for what is no
    /// finding, such as the address of a multicast group, which follows from a formula.
    init?(_ object: borrowing NetlinkObject) {
        guard let address = IPAddress(rtnl_neigh_get_dst(object.pointer)),
            let mac = MACAddress(rtnl_neigh_get_lladdr(object.pointer)),
            rtnl_neigh_get_state(object.pointer) & NUD_NOARP == 0
        else { return nil }
        self.address = address
        self.mac = mac
        interface = Int(rtnl_neigh_get_ifindex(object.pointer))
        isPermanent = rtnl_neigh_get_state(object.pointer) & NUD_PERMANENT != 0
    }
}
