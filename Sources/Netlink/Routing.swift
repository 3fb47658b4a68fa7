import Addressing
import CNetlink
import Glibc

/// A unicast IPv4 route with one next hop.
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

    /// `0.0.0.0/0` for the default route.
    public var destination: IPv4Network
    /// The index of the interface by which packets leave.
    public var interface: Int
    /// The router that takes the packets; `nil` where the destination is on the link.
    public var gateway: IPv4Address?
    /// How far away the destination is.
    public var scope: Scope
    /// The routing table's number.
    public var table: UInt32

    /// - Parameter gateway: with one, the scope is ``Scope/universe``; without, ``Scope/link``.
    public init(_ destination: IPv4Network, interface: Int, gateway: IPv4Address? = nil, table: UInt32 = Route.main) {
        self.destination = destination
        self.interface = interface
        self.gateway = gateway
        self.scope = gateway == nil ? .link : .universe
        self.table = table
    }

    /// The number of the table `main`.
    public static let main: UInt32 = 254

    /// `nil` for a route that this type can't express: other family, blackhole and the like, several next hops.
    init?(_ object: borrowing NetlinkObject) {
        let route = object.pointer
        guard rtnl_route_get_family(route) == UInt8(AF_INET), rtnl_route_get_type(route) == UInt8(RTN_UNICAST),
            let scope = Scope(rawValue: rtnl_route_get_scope(route)),
            let destination = IPv4Network(rtnl_route_get_dst(route)),
            rtnl_route_get_nnexthops(route) == 1, let hop = rtnl_route_nexthop_n(route, 0)
        else { return nil }
        self.destination = destination
        self.scope = scope
        interface = Int(rtnl_route_nh_get_ifindex(hop))
        gateway = IPv4Address(rtnl_route_nh_get_gateway(hop))
        table = rtnl_route_get_table(route)
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

/// A policy rule that sends packets to a routing table.
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
    /// The sources that it is for; `nil` for all.
    public var source: IPv4Network?
    /// The packet mark that it is for; `nil` for all.
    public var mark: Mark?
    /// The table in which matching packets look up their route.
    public var table: UInt32

    /// Without source and mark, the rule is for every packet.
    public init(priority: UInt32, source: IPv4Network? = nil, mark: Mark? = nil, table: UInt32) {
        self.priority = priority
        self.source = source
        self.mark = mark
        self.table = table
    }

    /// `nil` for a rule that this type can't express: other family, another action than a table, further selectors.
    init?(_ object: borrowing NetlinkObject) {
        let rule = object.pointer
        guard rtnl_rule_get_family(rule) == AF_INET, rtnl_rule_get_action(rule) == UInt8(FR_ACT_TO_TBL),
            rtnl_rule_get_dst(rule) == nil, rtnl_rule_get_iif(rule) == nil, rtnl_rule_get_oif(rule) == nil,
            rtnl_rule_get_dsfield(rule) == 0, rtnl_rule_get_l3mdev(rule) <= 0, !hasPortSelector(rule)
        else { return nil }
        priority = rtnl_rule_get_prio(rule)
        source = IPv4Network(rtnl_rule_get_src(rule))
        let mask = rtnl_rule_get_mask(rule)
        mark = mask == 0 ? nil : Mark(rtnl_rule_get_mark(rule), mask: mask)
        table = rtnl_rule_get_table(rule)
    }
}

extension Rule: CustomStringConvertible {
    /// As the arguments of `ip rule add`.
    public var description: String {
        let from = source.map { " from \($0)" } ?? ""
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
