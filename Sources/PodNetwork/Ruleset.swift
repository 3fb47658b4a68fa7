import Addressing

/// The packet filter of a node: one nftables table, constant in the number of pods.
///
/// | chain | hook | what it does |
/// | --- | --- | --- |
/// | `guard` | prerouting, mangle | drops what a pod sends from an address that isn't its own; marks NodePort connections |
/// | `direct` | prerouting, after destination NAT | sends packets of pods out by the ENI of their address |
/// | `translate` | postrouting, source NAT | gives packets of pods that leave the VPC the node's address |
public struct Ruleset: Sendable {
    public var layout: NetworkLayout
    public var enis: [NodeENI]
    /// The name of the primary ENI's interface.
    public var primaryInterface: String
    /// Networks towards which pods keep their addresses: the VPC's and the exclusions.
    public var localNetworks: [IPv4Network]
    /// Something outside translates addresses: pods keep theirs towards everything.
    public var externalSNAT: Bool
    public var nodePort: Bool
    public var antiSpoofing: Bool

    public init(
        layout: NetworkLayout, enis: [NodeENI], primaryInterface: String, localNetworks: [IPv4Network],
        externalSNAT: Bool, nodePort: Bool, antiSpoofing: Bool
    ) {
        self.layout = layout
        self.enis = enis
        self.primaryInterface = primaryInterface
        self.localNetworks = localNetworks
        self.externalSNAT = externalSNAT
        self.nodePort = nodePort
        self.antiSpoofing = antiSpoofing
    }

    /// The family of the table.
    public static let family = "inet"

    /// The script for `nft -f`, one transaction: whatever the table was, it is like this afterwards.
    public var script: String {
        let table = "\(Ruleset.family) \(layout.nftablesTable)"
        return """
            add table \(table)
            delete table \(table)
            table \(table) {
            \(block(chains))}

            """
    }

    private var chains: [String] {
        localSet + guardChain + eniChains + directChain + translateChain
    }

    private var pods: String {
        "iifgroup \(layout.podGroups.lowerBound)-\(layout.podGroups.upperBound)"
    }

    private var localSet: [String] {
        let networks = localNetworks.map(\.description).joined(separator: ", ")
        return [
            "set local {", "  type ipv4_addr", "  flags interval", "  auto-merge", "  elements = { \(networks) }", "}",
        ]
    }

    /// One rule for all pods: the only route back through a pod's interface is that to its own address.
    private var guardChain: [String] {
        var rules = ["type filter hook prerouting priority mangle; policy accept;"]
        if antiSpoofing { rules.append("\(pods) meta nfproto ipv4 fib saddr . iif oif missing drop") }
        if nodePort {
            rules.append(
                "iifname \"\(primaryInterface)\" ct state new fib daddr type local "
                    + "ct mark set ct mark or \(hex(layout.nodePortMark))")
        }
        return chain("guard", rules)
    }

    /// After destination NAT, because the address of a service becomes a pod's there: before, such packets would leave
    /// by the wrong ENI and the VPC would drop them.
    private var directChain: [String] {
        var rules = ["type filter hook prerouting priority dstnat + 10; policy accept;"]
        rules.append("\(pods) meta mark set meta mark or \(hex(layout.podMark))")
        if nodePort {
            let mark = hex(layout.nodePortMark)
            rules.append("\(pods) ct mark and \(mark) == \(mark) meta mark set meta mark or \(mark) accept")
        }
        let secondary = enis.filter { !$0.isPrimary }
        if !secondary.isEmpty {
            let jumps = secondary.map { "\(layout.group(table: $0.table)) : jump \(chainName($0))" }
            let towards = externalSNAT ? "" : "ip daddr @local "
            rules.append("\(towards)iifgroup vmap { \(jumps.joined(separator: ", ")) }")
        }
        return chain("direct", rules)
    }

    /// The marks of others are kept, so each ENI has a chain of its own: nft can't combine a mark with a map's value.
    private var eniChains: [String] {
        enis.filter { !$0.isPrimary }.flatMap { eni in
            chain(chainName(eni), ["meta mark set meta mark and \(hex(~layout.eniMarkMask)) or \(hex(eni.mark))"])
        }
    }

    private var translateChain: [String] {
        guard !externalSNAT, let primary = enis.first(where: \.isPrimary) else { return [] }
        let mark = hex(layout.podMark)
        return chain(
            "translate",
            [
                "type nat hook postrouting priority srcnat; policy accept;",
                "meta mark and \(mark) == \(mark) ip daddr != @local snat ip to \(primary.primaryAddress) fully-random",
            ])
    }

    private func chainName(_ eni: NodeENI) -> String {
        "eni-\(eni.table)"
    }

    private func chain(_ name: String, _ rules: [String]) -> [String] {
        ["chain \(name) {"] + rules.map { "  " + $0 } + ["}"]
    }

    private func block(_ lines: [String]) -> String {
        lines.map { "  \($0)\n" }.joined()
    }
}
