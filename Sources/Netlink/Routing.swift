import Addressing
import CNetlink
import Glibc

/// A unicast route of either family with one next hop.
public struct Route: Hashable, Sendable {
    /// How far away the destination is (rtnetlink(7), `rtm_scope`).
    public enum Scope: UInt8, Hashable, Sendable {
        /// Anywhere, by a gateway.
        case universe = 0
        /// On the link itself.
        case link = 253
        /// On this host.
        case host = 254
    }

    /// `0.0.0.0/0` or `::/0` for the default route.
    public var destination: IPNetwork
    /// The index of the interface by which packets leave.
    public var interface: Int
    /// The router that takes the packets; `nil` where the destination is on the link.
    public var gateway: IPAddress?
    /// How far away the destination is. The kernel has it in IPv4 alone; in IPv6 it follows from ``gateway``.
    public var scope: Scope
    /// The routing table's number.
    public var table: UInt32

    /// - Parameter gateway: with one, the scope is ``Scope/universe``; without, ``Scope/link``.
    public init(_ destination: IPNetwork, interface: Int, gateway: IPAddress? = nil, table: UInt32 = Route.main) {
        self.destination = destination
        self.interface = interface
        self.gateway = gateway
        self.scope = gateway == nil ? .link : .universe
        self.table = table
    }

    /// The default route of the gateway's family.
    public init(defaultVia gateway: IPAddress, interface: Int, table: UInt32 = Route.main) {
        self.init(gateway.everything, interface: interface, gateway: gateway, table: table)
    }

    /// The number of the table `main`.
    public static let main: UInt32 = 254

    /// `nil` for a route that this type can't express: other family, blackhole and the like, several next hops; and for
    /// one that the kernel keeps for an interface's own addresses.
    init?(_ object: borrowing NetlinkObject) {
        let route = object.pointer
        guard rtnl_route_get_type(route) == UInt8(RTN_UNICAST), rtnl_route_get_protocol(route) != UInt8(RTPROT_KERNEL),
            let scope = Scope(rawValue: rtnl_route_get_scope(route)),
            let destination = IPNetwork(rtnl_route_get_dst(route)),
            rtnl_route_get_nnexthops(route) == 1, let hop = rtnl_route_nexthop_n(route, 0)
        else { return nil }
        self.init(
            destination, interface: Int(rtnl_route_nh_get_ifindex(hop)),
            gateway: IPAddress(rtnl_route_nh_get_gateway(hop)), table: rtnl_route_get_table(route))
        if case .v4 = destination {
            self.scope = scope
        }
    }
}

extension Route: CustomStringConvertible {
    /// As `ip route` writes it, with the interface by its index.
    public var description: String {
        let target = destination.prefixLength == 0 ? "default" : destination.description
        let via = gateway.map { " via \($0)" } ?? ""
        return "\(target)\(via) index \(interface) scope \(scope) table \(table)"
    }
}

/// A policy rule of either family that sends packets to a routing table.
public struct Rule: Hashable, Sendable {
    /// A packet mark under a mask.
    public struct Mark: Hashable, Sendable {
        /// What the masked bits must be.
        public var value: UInt32
        /// The bits that count.
        public var mask: UInt32

        /// A packet has the mark where its bits under `mask` are `value`.
        public init(_ value: UInt32, mask: UInt32) {
            self.value = value
            self.mask = mask
        }
    }

    /// Rules are tried from the lowest number up.
    public var priority: UInt32
    /// The sources that it is for; `0.0.0.0/0` or `::/0` for all of the rule's family.
    public var source: IPNetwork
    /// The packet mark that it is for; `nil` for all.
    public var mark: Mark?
    /// The table in which matching packets look up their route.
    public var table: UInt32

    /// Without mark, the rule is for every packet from `source`.
    public init(priority: UInt32, source: IPNetwork, mark: Mark? = nil, table: UInt32) {
        self.priority = priority
        self.source = source
        self.mark = mark
        self.table = table
    }

    /// `nil` for a rule that this type can't express: other family, another action than a table, further selectors.
    init?(_ object: borrowing NetlinkObject) {
        let rule = object.pointer
        guard rtnl_rule_get_action(rule) == UInt8(FR_ACT_TO_TBL),
            rtnl_rule_get_dst(rule) == nil, rtnl_rule_get_iif(rule) == nil, rtnl_rule_get_oif(rule) == nil,
            rtnl_rule_get_dsfield(rule) == 0, rtnl_rule_get_l3mdev(rule) <= 0, !hasPortSelector(rule)
        else { return nil }
        switch rtnl_rule_get_family(rule) {
        case AF_INET: source = IPNetwork(rtnl_rule_get_src(rule)) ?? .v4(.everything)
        case AF_INET6: source = IPNetwork(rtnl_rule_get_src(rule)) ?? .v6(.everything)
        default: return nil
        }
        priority = rtnl_rule_get_prio(rule)
        let mask = rtnl_rule_get_mask(rule)
        mark = mask == 0 ? nil : Mark(rtnl_rule_get_mark(rule), mask: mask)
        table = rtnl_rule_get_table(rule)
    }
}

extension Rule: CustomStringConvertible {
    /// As the arguments of `ip rule add`.
    public var description: String {
        let from = source.prefixLength == 0 ? "" : " from \(source)"
        let fwmark = mark.map { " fwmark 0x\(String($0.value, radix: 16))/0x\(String($0.mask, radix: 16))" } ?? ""
        return "priority \(priority)\(from)\(fwmark) lookup \(table)"
    }
}

/// Whether a rule selects by transport protocol or port.
private func hasPortSelector(_ rule: OpaquePointer) -> Bool {
    var byte: UInt8 = 0
    var start: UInt16 = 0
    var end: UInt16 = 0
    return rtnl_rule_get_ipproto(rule, &byte) == 0 || rtnl_rule_get_sport(rule, &start, &end) == 0
        || rtnl_rule_get_dport(rule, &start, &end) == 0
}
