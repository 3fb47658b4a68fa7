import Addressing
import Netlink

/// The node's own part of the data plane, constant in the number of pods: interfaces, routing tables and rules of the
/// ENIs.
///
/// What is wanted is compared with what is there; the difference is both what `verify` reports and what
/// ``converge(to:mtu:host:)`` carries out.
public struct NodeNetwork: Sendable {
    public let layout: NetworkLayout

    public init(layout: NetworkLayout) {
        self.layout = layout
    }

    /// Something that is not as wanted, and what makes it so.
    public struct Difference: Sendable, CustomStringConvertible {
        enum Remedy: Sendable {
            case request(Request)
            case setting(KernelSetting, String)
        }

        /// One sentence for a person.
        public let description: String
        let remedy: Remedy
    }

    /// Makes interfaces, tables and rules as these ENIs need them, and removes those of ENIs that are gone. Nothing that
    /// is not ours is touched.
    ///
    /// Must be called on a thread in the node's namespace, because kernel settings are written through `/proc/sys`.
    ///
    /// - Returns: what was not as wanted before; nothing when all was well.
    /// - Throws: a ``PodNetworkError`` for the first difference that could not be settled.
    public func converge(
        to enis: [NodeENI], mtu: Int, host: NetlinkSocket
    ) throws(PodNetworkError) -> [Difference] {
        let differences = try differences(from: enis, mtu: mtu, host: host)
        for difference in differences {
            switch difference.remedy {
            case .request(let request): try kernel { () throws(NetlinkError) in try host.perform(request) }
            case .setting(let setting, let value): try setting.write(value)
            }
        }
        return differences
    }

    /// What is not as these ENIs need it, in the order in which it has to be settled.
    ///
    /// - Throws: a ``PodNetworkError`` where the kernel's state cannot be read.
    public func differences(
        from enis: [NodeENI], mtu: Int, host: NetlinkSocket
    ) throws(PodNetworkError) -> [Difference] {
        let (links, rules) = try kernel { () throws(NetlinkError) in (try host.links(), try host.rules()) }
        var differences = try settingDifferences(.forwarding, "1")
        for eni in enis {
            guard let link = links.first(where: { $0.mac == eni.mac }) else { continue }
            differences += linkDifferences(link, mtu: mtu)
            differences += try settingDifferences(.reversePathFilter(link.name), "2")
            if !eni.isPrimary { differences += try routeDifferences(eni, link, host: host) }
        }
        return differences + ruleDifferences(enis, rules)
    }

    private func linkDifferences(_ link: Link, mtu: Int) -> [Difference] {
        var change = LinkChange()
        if !link.isUp { change.isUp = true }
        if link.mtu != mtu { change.mtu = mtu }
        guard change != LinkChange() else { return [] }
        return [
            Difference(
                description: "\(link.name) is \(link.isUp ? "up" : "down") with MTU \(link.mtu), wanted up with \(mtu)",
                remedy: .request(.changeLink(.index(link.index), change)))
        ]
    }

    private func settingDifferences(
        _ setting: KernelSetting, _ value: String
    ) throws(PodNetworkError) -> [Difference] {
        let present = try setting.read()
        guard present != value else { return [] }
        return [
            Difference(
                description: "\(setting.path) is \(present), wanted \(value)", remedy: .setting(setting, value))
        ]
    }

    /// `gateway/32 dev ethN scope link` and `default via gateway dev ethN` in the ENI's table, and nothing else there.
    private func routeDifferences(
        _ eni: NodeENI, _ link: Link, host: NetlinkSocket
    ) throws(PodNetworkError) -> [Difference] {
        let present = try kernel { () throws(NetlinkError) in try host.routes(table: eni.table) }
        let everything = IPv4Network(containing: IPv4Address(bits: 0), prefixLength: 0)
        let wanted = [
            Route(
                IPv4Network(containing: eni.gateway, prefixLength: 32), interface: link.index, table: eni.table),
            Route(everything, interface: link.index, gateway: eni.gateway, table: eni.table),
        ]
        return present.filter { !wanted.contains($0) }.map { route in
            Difference(
                description: "table \(eni.table) of \(link.name) has a route that is not ours: \(route)",
                remedy: .request(.deleteRoute(route)))
        }
            + wanted.filter { !present.contains($0) }.map { route in
                Difference(
                    description: "table \(eni.table) of \(link.name) lacks the route \(route)",
                    remedy: .request(.replaceRoute(route)))
            }
    }

    // MARK: Rules

    private func ruleDifferences(_ enis: [NodeENI], _ present: [Rule]) -> [Difference] {
        let wanted = rules(for: enis)
        return present.filter { isOurs($0) && !wanted.contains($0) }.map { rule in
            Difference(
                description: "a rule of an ENI that is gone: \(rule)", remedy: .request(.deleteRule(rule)))
        }
            + wanted.filter { !present.contains($0) }.map { rule in
                Difference(description: "the rule is missing: \(rule)", remedy: .request(.addRule(rule)))
            }
    }

    /// The rules that the node must have: two, and two more for each secondary ENI.
    private func rules(for enis: [NodeENI]) -> [Rule] {
        [
            Rule(priority: layout.podRulePriority, table: layout.podTable),
            Rule(
                priority: layout.nodePortRulePriority, mark: .init(layout.nodePortMark, mask: layout.nodePortMark),
                table: Route.main),
        ]
            + enis.filter { !$0.isPrimary }.flatMap { eni in
                [
                    Rule(
                        priority: layout.eniRulePriority, mark: .init(eni.mark, mask: layout.eniMarkMask),
                        table: eni.table),
                    Rule(
                        priority: layout.nodeRulePriority,
                        source: IPv4Network(containing: eni.primaryAddress, prefixLength: 32), table: eni.table),
                ]
            }
    }

    /// Whether a rule looks like one that this made: by its priority together with what it selects.
    private func isOurs(_ rule: Rule) -> Bool {
        switch rule.priority {
        case layout.eniRulePriority: rule.mark?.mask == layout.eniMarkMask && rule.source == nil
        case layout.nodeRulePriority:
            rule.source?.prefixLength == 32 && rule.mark == nil && layout.isENITable(rule.table)
        default: false
        }
    }
}
