import Addressing
import CNetlink
import Glibc

extension NetlinkSocket {
    // The lists are asked for without a family: the kernel then sends those of every family that it has.

    /// `ip link show LINK`
    ///
    /// - Returns: `nil` where there is no such interface.
    /// - Throws: a ``NetlinkError``.
    public func link(_ reference: LinkReference) throws(NetlinkError) -> Link? {
        do {
            for outcome in try send([.getLink(reference)]) {
                return try outcome.get()
            }
            return nil
        } catch  where error.code == ENODEV {
            return nil
        }
    }

    /// `ip link show`
    ///
    /// - Throws: a ``NetlinkError``.
    public func links() throws(NetlinkError) -> [Link] {
        try dump(
            Message.make(type: RTM_GETLINK, header: ifinfomsg()), operation: "ip link show", read: Link.init)
    }

    /// `ip address show`
    ///
    /// - Returns: the addresses of both families.
    /// - Throws: a ``NetlinkError``.
    public func addresses() throws(NetlinkError) -> [InterfaceAddress] {
        try dump(
            Message.make(type: RTM_GETADDR, header: ifaddrmsg()), operation: "ip address show",
            read: InterfaceAddress.init)
    }

    /// `ip neighbour show`
    ///
    /// - Returns: the neighbours of both families.
    /// - Throws: a ``NetlinkError``.
    public func neighbours() throws(NetlinkError) -> [Neighbour] {
        try dump(
            Message.make(type: RTM_GETNEIGH, header: ndmsg()), operation: "ip neighbour show", read: Neighbour.init)
    }

    /// `ip route show table TABLE` and `ip -6 route show table TABLE`
    ///
    /// - Returns: the routes of both families that ``Route`` can express; none for a table that doesn't exist.
    /// - Throws: a ``NetlinkError``.
    public func routes(table: UInt32) throws(NetlinkError) -> [Route] {
        var message = Message.make(type: RTM_GETROUTE, header: rtmsg())
        if message?.put(Int(RTA_TABLE.rawValue), table) == false { message = nil }
        // An older kernel that doesn't filter sends all tables.
        return try dump(message, operation: "ip route show table \(table)") { Route($0) }
            .filter { $0.table == table }
    }

    /// `ip route show table local type local` and the same with `-6`
    ///
    /// - Returns: the addresses of both families at which this host takes packets. An address of IPv6 is among them a
    ///   little later than among ``addresses()``: when a worker of the kernel has seen to it.
    /// - Throws: a ``NetlinkError``.
    public func localAddresses() throws(NetlinkError) -> [IPAddress] {
        var header = rtmsg()
        header.rtm_type = UInt8(RTN_LOCAL)
        return try dump(
            Message.make(type: RTM_GETROUTE, header: header), operation: "ip route show table local type local"
        ) { object in
            // An older kernel that doesn't filter sends all routes.
            let isLocal = rtnl_route_get_type(object.pointer) == UInt8(RTN_LOCAL)
            return isLocal ? IPAddress(rtnl_route_get_dst(object.pointer)) : nil
        }
    }

    /// `ip rule show` and `ip -6 rule show`
    ///
    /// - Returns: the rules that ``Rule`` can express: first those of IPv4, then those of IPv6, each in the order in
    ///   which they are tried.
    /// - Throws: a ``NetlinkError``.
    public func rules() throws(NetlinkError) -> [Rule] {
        try dump(Message.make(type: RTM_GETRULE, header: fib_rule_hdr()), operation: "ip rule show", read: Rule.init)
    }
}
