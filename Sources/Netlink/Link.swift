import Addressing
import CNetlink
import Glibc

/// A network interface as the kernel holds it.
public struct Link: Hashable, Sendable {
    /// The interface's number in its namespace.
    public let index: Int
    /// The interface's name, 1 to 15 bytes.
    public let name: String
    /// `nil` for an interface without a six-byte hardware address.
    public let mac: MACAddress?
    /// The largest packet, in bytes.
    public let mtu: Int
    /// The interface group (`IFLA_GROUP`); 0 unless someone set it.
    public let group: UInt32
    /// The free text of `ip link set alias`; `nil` where there is none.
    public let alias: String?
    /// Whether it is set up (`IFF_UP`), not whether it has a carrier.
    public let isUp: Bool
    /// The index that a veth's other end has in *its* namespace (`IFLA_LINK`); `nil` for an interface without one.
    public let peerIndex: Int?
    /// The kind, such as `veth`; `nil` for a hardware interface.
    public let kind: String?

    /// `nil` for a message about something else than a whole interface, such as a port of a bridge.
    init?(_ object: borrowing NetlinkObject) {
        let link = object.pointer
        guard rtnl_link_get_family(link) == AF_UNSPEC, let name = rtnl_link_get_name(link) else { return nil }
        index = Int(rtnl_link_get_ifindex(link))
        self.name = String(cString: name)
        mac = MACAddress(rtnl_link_get_addr(link))
        mtu = Int(rtnl_link_get_mtu(link))
        group = rtnl_link_get_group(link)
        alias = rtnl_link_get_ifalias(link).map { String(cString: $0) }
        isUp = rtnl_link_get_flags(link) & UInt32(IFF_UP) != 0
        let peer = Int(rtnl_link_get_link(link))
        peerIndex = peer == 0 ? nil : peer
        kind = rtnl_link_get_type(link).map { String(cString: $0) }
    }
}

/// How a request names an interface.
public enum LinkReference: Hashable, Sendable, CustomStringConvertible {
    /// By its name.
    case name(String)
    /// By its number in the socket's namespace.
    case index(Int)

    /// As the `ip` command would name it: `dev eth1`, `index 7`.
    public var description: String {
        switch self {
        case .name(let name): "dev \(name)"
        case .index(let index): "index \(index)"
        }
    }
}

/// What to change about an interface; `nil` leaves it as it is.
public struct LinkChange: Hashable, Sendable {
    /// Up or down.
    public var isUp: Bool?
    /// The free text of ``Link/alias``, at most 255 bytes.
    public var alias: String?
    /// The interface group.
    public var group: UInt32?
    /// The largest packet, in bytes.
    public var mtu: Int?
    /// The hardware address.
    public var mac: MACAddress?

    /// What isn't named stays as it is.
    public init(
        isUp: Bool? = nil, alias: String? = nil, group: UInt32? = nil, mtu: Int? = nil, mac: MACAddress? = nil
    ) {
        self.isUp = isUp
        self.alias = alias
        self.group = group
        self.mtu = mtu
        self.mac = mac
    }
}

/// A pair of connected virtual interfaces to create: one end in the socket's namespace, the peer in place in another.
public struct VethPair: Sendable {
    /// One end of the pair.
    public struct End: Hashable, Sendable {
        /// The interface's name, 1 to 15 bytes.
        public var name: String
        /// `nil` lets the kernel draw one.
        public var mac: MACAddress?
        /// `nil` is the kernel's default, 1500.
        public var mtu: Int?
        /// The interface group; 0 is the kernel's default.
        public var group: UInt32

        /// What isn't named is as the kernel makes it.
        public init(name: String, mac: MACAddress? = nil, mtu: Int? = nil, group: UInt32 = 0) {
            self.name = name
            self.mac = mac
            self.mtu = mtu
            self.group = group
        }
    }

    /// The end in the socket's namespace.
    public var near: End
    /// The other end.
    public var peer: End
    /// Where the peer is made; `nil` for the socket's own namespace.
    public var peerNamespace: NetworkNamespace?

    /// - Parameter peerNamespace: `nil` for the socket's own.
    public init(near: End, peer: End, peerNamespace: NetworkNamespace? = nil) {
        self.near = near
        self.peer = peer
        self.peerNamespace = peerNamespace
    }
}
