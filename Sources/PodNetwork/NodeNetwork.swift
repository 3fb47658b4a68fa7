import Addressing
import Netlink

/// The node's side of the data plane: ENIs, their routing tables, and policy rules, constant in the number of pods.
public struct NodeNetwork: Sendable {
    /// The numbers, names and marks in use.
    public let layout: NetworkLayout
    /// The families in which the pods have addresses. What IPv4 needs is there in any case, because the ENIs themselves
    /// have IPv4 addresses.
    public let families: IPFamilies

    /// - Parameter layout: must be without ``NetworkLayout/problems()``.
    public init(layout: NetworkLayout = NetworkLayout(), families: IPFamilies = .ipv4) {
        self.layout = layout
        self.families = families
    }

    /// What ``compare(_:host:)`` found.
    public struct Report: Hashable, Sendable {
        /// What has to be changed, in order; empty where everything is as wanted.
        public var repairs: [Repair] = []
        /// The names of the ENIs' interfaces.
        public var interfaces: [MACAddress: String] = [:]
        /// ENIs whose interface isn't there (yet).
        public var missing: [MACAddress] = []
    }

    /// One change.
    public enum Repair: Hashable, Sendable {
        /// A file under `/proc/sys` was written.
        case setting(path: String, value: String)
        /// An ENI's interface was changed.
        case link(name: String, LinkChange)
        /// A secondary ENI's interface was without one of its own addresses. It needs that of IPv4: on an interface
        /// without any, the kernel's reverse path filter drops every packet, even in its loose mode. It needs that of
        /// the link to ask for its neighbours in IPv6.
        case addedAddress(InterfaceAddress)
        /// An ENI had another address of its own before.
        case removedAddress(InterfaceAddress)
        /// A policy rule was missing.
        case addedRule(Rule)
        /// A policy rule was ours and not wanted.
        case removedRule(Rule)
        /// A route of an ENI's table was missing.
        case addedRoute(Route)
        /// A route in an ENI's table was not wanted.
        case removedRoute(Route)
    }

    /// Makes the kernel's state the wanted one: forwarding, the ENIs and their tables, all policy rules. Removes what
    /// is left of ENIs that aren't listed any more, and nothing of anyone else: ours are the rules with our priorities
    /// *and* our marks or tables, and the tables to which such rules lead.
    ///
    /// Must be called on a thread in the host's namespace, because settings are written through `/proc/sys`.
    ///
    /// - Parameter interfaces: all ENIs of the node that carry pods.
    /// - Returns: what was changed, in order; a second call changes nothing.
    /// - Throws: a ``PodNetworkError`` with the first error, after everything was tried.
    @discardableResult
    public func reconcile(_ interfaces: [NodeInterface], host: NetlinkSocket) throws(PodNetworkError) -> Report {
        let report = try compare(interfaces, host: host)
        try carryOut(report.repairs, host: host)
        return report
    }

    /// Compares the kernel's state with the wanted one, and changes nothing; otherwise like ``reconcile(_:host:)``.
    public func compare(_ interfaces: [NodeInterface], host: NetlinkSocket) throws(PodNetworkError) -> Report {
        var report = Report()
        report.repairs += try settingRepairs(.forwarding, "1")
        let (links, addresses, rules) = try kernel { () throws(NetlinkError) in
            (try host.links(), try host.addresses(), try host.rules())
        }
        let linkOfMAC = Dictionary(
            links.compactMap { link in link.mac.map { ($0, link) } }, uniquingKeysWith: { first, _ in first })
        var routes: [Repair] = []
        for interface in interfaces {
            guard let link = linkOfMAC[interface.mac] else {
                report.missing.append(interface.mac)
                continue
            }
            report.interfaces[interface.mac] = link.name
            report.repairs += try settingRepairs(.reversePathFilter(link.name), "2")
            if families.hasIPv6, interface.role == .primary {
                report.repairs += try routerRepairs(link)
            }
            report.repairs += addressRepairs(interface, link, present: addresses)
            let change = LinkChange(
                isUp: link.isUp ? nil : true, mtu: interface.mtu.flatMap { $0 == link.mtu ? nil : $0 })
            if change != LinkChange() {
                report.repairs.append(.link(name: link.name, change))
            }
            routes += try routeRepairs(interface, link, host: host)
        }
        if families.hasIPv6 {
            report.repairs += try settingRepairs(.forwardingIPv6, "1")
        }
        let wanted = wantedRules(interfaces)
        let stale = rules.filter { isOurs($0) && !wanted.contains($0) }
        // Routes first: the kernel takes some with the last address, and the rules tell which tables and addresses are
        // ours, so that they are the last to go.
        report.repairs += try staleRoutes(stale, besides: interfaces, host: host) + routes
        report.repairs += staleAddresses(stale, wanted: wanted, present: addresses)
        report.repairs += stale.map(Repair.removedRule)
        report.repairs += wanted.filter { !rules.contains($0) }.map(Repair.addedRule)
        return report
    }

    private func settingRepairs(_ setting: KernelSetting, _ value: String) throws(PodNetworkError) -> [Repair] {
        let present = try kernel { () throws(NetlinkError) in try setting.read() }
        return present == value ? [] : [.setting(path: setting.path, value: value)]
    }

    private func carryOut(_ repairs: [Repair], host: NetlinkSocket) throws(PodNetworkError) {
        try kernel { () throws(NetlinkError) in
            for case .setting(let path, let value) in repairs { try KernelSetting(path: path).write(value) }
            for outcome in try host.send(repairs.compactMap(\.request)) {
                _ = try outcome.get()
            }
        }
    }

    /// A node that forwards forgets the default route that it learned from a router, unless it is told before to go on
    /// listening. One that does not listen got its route in another way.
    private func routerRepairs(_ link: Link) throws(PodNetworkError) -> [Repair] {
        let setting = KernelSetting.acceptRouterAdvertisements(link.name)
        let present = try kernel { () throws(NetlinkError) in try setting.read() }
        return present == "1" ? [.setting(path: setting.path, value: "2")] : []
    }

    private func addressRepairs(_ interface: NodeInterface, _ link: Link, present: [InterfaceAddress]) -> [Repair] {
        let uplinks = interface.uplinks(families)
        let own = uplinks.compactMap(\.address).map { InterfaceAddress($0, interface: link.index) }
        let linkLocal = InterfaceAddress.linkLocal(interface.mac, interface: link.index)
        return (own + (uplinks.contains { $0.gateway.v6 != nil } ? [linkLocal] : []))
            .filter { wanted in
                !present.contains { $0.address == wanted.address && $0.interface == wanted.interface }
            }
            .map(Repair.addedAddress)
    }

    /// The addresses that ENIs had before, as their rules tell: packets must not leave with them any more. Someone else
    /// would have set them with the length of the subnet's prefix.
    private func staleAddresses(_ stale: [Rule], wanted: [Rule], present: [InterfaceAddress]) -> [Repair] {
        func sources(_ rules: [Rule]) -> Set<IPNetwork> {
            Set(rules.filter { $0.priority == layout.nodeRulePriority }.map(\.source))
        }
        let gone = sources(stale).subtracting(sources(wanted))
        return present.filter { gone.contains($0.address.host) && $0.prefixLength == $0.address.host.prefixLength }
            .map(Repair.removedAddress)
    }

    private func wantedRules(_ interfaces: [NodeInterface]) -> [Rule] {
        let everything: [IPNetwork] = [.v4(.everything)] + (families.hasIPv6 ? [.v6(.everything)] : [])
        var rules = everything.flatMap { everything in
            [
                Rule(priority: layout.podRulePriority, source: everything, table: layout.podTable),
                Rule(
                    priority: layout.nodePortRulePriority, source: everything,
                    mark: .init(layout.nodePortMark, mask: layout.nodePortMark), table: Route.main),
            ]
        }
        for interface in interfaces {
            guard case .secondary(let mark, _, _, _) = interface.role else { continue }
            for uplink in interface.uplinks(families) {
                rules.append(
                    Rule(
                        priority: layout.eniRulePriority, source: uplink.gateway.everything,
                        mark: .init(mark, mask: layout.eniMarkMask), table: interface.table))
                if let address = uplink.address {
                    rules.append(
                        Rule(priority: layout.nodeRulePriority, source: address.host, table: interface.table))
                }
            }
        }
        return rules
    }

    private func isOurs(_ rule: Rule) -> Bool {
        switch rule.priority {
        case layout.podRulePriority:
            rule.mark == nil && rule.source.prefixLength == 0 && rule.table == layout.podTable
        case layout.nodePortRulePriority: rule.mark == .init(layout.nodePortMark, mask: layout.nodePortMark)
        case layout.eniRulePriority: rule.mark?.mask == layout.eniMarkMask && layout.isENITable(rule.table)
        case layout.nodeRulePriority: rule.mark == nil && rule.source.isHost && layout.isENITable(rule.table)
        default: false
        }
    }

    private func wantedRoutes(_ interface: NodeInterface, _ link: Link) -> [Route] {
        interface.uplinks(families).flatMap { uplink in
            [
                Route(uplink.gateway.host, interface: link.index, table: interface.table),
                Route(defaultVia: uplink.gateway, interface: link.index, table: interface.table),
            ]
        }
    }

    private func routeRepairs(
        _ interface: NodeInterface, _ link: Link, host: NetlinkSocket
    ) throws(PodNetworkError) -> [Repair] {
        guard interface.role != .primary else { return [] }
        let wanted = wantedRoutes(interface, link)
        let present = try kernel { () throws(NetlinkError) in try host.routes(table: interface.table) }
        return present.filter { !wanted.contains($0) }.map(Repair.removedRoute)
            + wanted.filter { !present.contains($0) }.map(Repair.addedRoute)
    }

    private func staleRoutes(
        _ stale: [Rule], besides interfaces: [NodeInterface], host: NetlinkSocket
    ) throws(PodNetworkError) -> [Repair] {
        let tables = Set(stale.map(\.table)).subtracting(interfaces.map(\.table)).filter(layout.isENITable)
        return try kernel { () throws(NetlinkError) in
            var repairs: [Repair] = []
            for table in tables.sorted() {
                repairs += try host.routes(table: table).map(Repair.removedRoute)
            }
            return repairs
        }
    }
}

extension NodeInterface {
    /// A secondary ENI's own address and its router, of each of the families; none for the primary one.
    fileprivate func uplinks(_ families: IPFamilies) -> [(address: IPAddress?, gateway: IPAddress)] {
        guard case .secondary(_, let address, let gateway, let ipv6) = role else { return [] }
        let uplink = (address: IPAddress.v4(address) as IPAddress?, gateway: IPAddress.v4(gateway))
        guard families.hasIPv6, let ipv6 else { return [uplink] }
        return [uplink, (ipv6.address.map(IPAddress.v6), .v6(ipv6.gateway))]
    }
}

extension NodeNetwork.Repair {
    /// `nil` for what is no request to the kernel's routing.
    fileprivate var request: Request? {
        switch self {
        case .setting: nil
        case .link(let name, let change): .changeLink(.name(name), change)
        case .addedAddress(let address): .addAddress(address)
        case .removedAddress(let address): .deleteAddress(address)
        case .addedRule(let rule): .addRule(rule)
        case .removedRule(let rule): .deleteRule(rule)
        // Replaced, because what is in the way may be a route without a next hop, which can't be told by `Route`.
        case .addedRoute(let route): .replaceRoute(route)
        case .removedRoute(let route): .deleteRoute(route)
        }
    }
}

extension NodeNetwork.Repair: CustomStringConvertible {
    /// The command that would do the same.
    public var description: String {
        if case .setting(let path, let value) = self {
            return "echo \(value) > \(path)"
        }
        return request?.description ?? ""
    }
}
