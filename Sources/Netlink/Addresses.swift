import Addressing
import CNetlink
import Glibc

/// An IPv4 address on an interface.
public struct InterfaceAddress: Hashable, Sendable {
    /// The address itself, host bits included.
    public var address: IPv4Address
    /// How many leading bits the addresses on the link share; 0 to 32.
    public var prefixLength: Int
    /// The interface's index.
    public var interface: Int

    /// - Parameter interface: the interface's index.
    public init(_ address: IPv4Address, prefixLength: Int, interface: Int) {
        self.address = address
        self.prefixLength = prefixLength
        self.interface = interface
    }

    /// `nil` for an address of another family.
    init?(_ object: borrowing NetlinkObject) {
        guard let address = IPv4Address(rtnl_addr_get_local(object.pointer)) else { return nil }
        self.address = address
        prefixLength = Int(rtnl_addr_get_prefixlen(object.pointer))
        interface = Int(rtnl_addr_get_ifindex(object.pointer))
    }
}

/// An entry of the neighbour table: which hardware address an IPv4 address on a link has.
public struct Neighbour: Hashable, Sendable {
    /// The neighbour's IPv4 address.
    public var address: IPv4Address
    /// Its hardware address.
    public var mac: MACAddress
    /// The interface's index.
    public var interface: Int
    /// Whether it was set by hand and never expires; the kernel's own findings are not.
    public var isPermanent: Bool

    /// - Parameter interface: the interface's index.
    public init(_ address: IPv4Address, mac: MACAddress, interface: Int, isPermanent: Bool = true) {
        self.address = address
        self.mac = mac
        self.interface = interface
        self.isPermanent = isPermanent
    }

    /// `nil` for an entry of another family, and for one whose hardware address isn't known yet.
    init?(_ object: borrowing NetlinkObject) {
        guard let address = IPv4Address(rtnl_neigh_get_dst(object.pointer)),
            let mac = MACAddress(rtnl_neigh_get_lladdr(object.pointer))
        else { return nil }
        self.address = address
        self.mac = mac
        interface = Int(rtnl_neigh_get_ifindex(object.pointer))
        isPermanent = rtnl_neigh_get_state(object.pointer) & NUD_PERMANENT != 0
    }
}
