import CNetlink
import Glibc

extension NetlinkSocket {
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

    /// `ip -4 address show`
    ///
    /// - Throws: a ``NetlinkError``.
    public func addresses() throws(NetlinkError) -> [InterfaceAddress] {
        var header = ifaddrmsg()
        header.ifa_family = UInt8(AF_INET)
        return try dump(
            Message.make(type: RTM_GETADDR, header: header), operation: "ip -4 address show",
            read: InterfaceAddress.init)
    }

    /// `ip -4 neighbour show`
    ///
    /// - Throws: a ``NetlinkError``.
    public func neighbours() throws(NetlinkError) -> [Neighbour] {
        var header = ndmsg()
        header.ndm_family = UInt8(AF_INET)
        return try dump(
            Message.make(type: RTM_GETNEIGH, header: header), operation: "ip -4 neighbour show",
            read: Neighbour.init)
    }

    /// `ip -4 route show table TABLE`
    ///
    /// - Returns: the routes that ``Route`` can express; none for a table that doesn't exist.
    /// - Throws: a ``NetlinkError``.
    public func routes(table: UInt32) throws(NetlinkError) -> [Route] {
        var header = rtmsg()
        header.rtm_family = UInt8(AF_INET)
        var message = Message.make(type: RTM_GETROUTE, header: header)
        if message?.put(Int(RTA_TABLE.rawValue), table) == false { message = nil }
        do {
            // An older kernel that doesn't filter sends all tables.
            return try dump(message, operation: "ip -4 route show table \(table)") { Route($0) }
                .filter { $0.table == table }
        } catch  where error.code == ENOENT {
            return []
        }
    }

    /// `ip -4 rule show`
    ///
    /// - Returns: the rules that ``Rule`` can express, in the order in which they are tried.
    /// - Throws: a ``NetlinkError``.
    public func rules() throws(NetlinkError) -> [Rule] {
        var header = fib_rule_hdr()
        header.family = UInt8(AF_INET)
        return try dump(
            Message.make(type: RTM_GETRULE, header: header), operation: "ip -4 rule show", read: Rule.init)
    }
}
