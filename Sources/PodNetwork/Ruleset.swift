import Addressing

/// The nftables table of a node, as text: anti-spoofing, the choice of the ENI, source NAT. It depends on the node's
/// ENIs and not on its pods.
public struct Ruleset: Hashable, Sendable {
    /// An ENI that carries pods.
    public struct ENI: Hashable, Sendable {
        /// The interface group of its pods, ``NetworkLayout/group(table:)``.
        public var group: UInt32
        /// The mark that makes packets leave by it, ``NetworkLayout/mark(eni:)``.
        public var mark: UInt32

        /// The group and mark of one ENI.
        public init(group: UInt32, mark: UInt32) {
            self.group = group
            self.mark = mark
        }
    }

    /// The families in which pods have addresses.
    public var families: IPFamilies
    /// The numbers, names and marks in use; must be without ``NetworkLayout/problems()``.
    public var layout: NetworkLayout
    /// The primary ENI's interface, such as `eth0`.
    public var primaryInterface: String
    /// The IPv4 address that pods have outside of the VPC.
    public var primaryAddress: IPv4Address
    /// The secondary ENIs; pods of the primary one need no mark.
    public var secondaryENIs: [ENI]
    /// The VPC's networks, where pods are known by their own addresses.
    public var vpcNetworks: [IPv4Network]
    /// Further networks, such as peered ones, where pods are known by their own addresses.
    public var excludedNetworks: [IPv4Network]
    /// The VPC's networks of IPv6.
    public var vpcIPv6Networks: [IPv6Network]
    /// Further networks of IPv6.
    public var excludedIPv6Networks: [IPv6Network]
    /// The ENIs' prefixes of IPv6, of which pods have their addresses.
    public var podIPv6Prefixes: [IPv6Network]
    /// Whether another machine does the source NAT of IPv4: then none is done here, and a pod's packets leave by its
    /// own ENI whatever their destination.
    public var externalSNAT: Bool
    /// Whether pods have the primary ENI's IPv6 address outside of the VPC. Their own are valid everywhere, so that
    /// they need none: then a pod's packets leave by its own ENI whatever their destination.
    public var snatIPv6: Bool
    /// Whether replies to connections that came in by the primary ENI leave by it.
    public var nodePort: Bool
    /// Whether packets from addresses that a pod doesn't have are dropped.
    public var antiSpoofing: Bool

    /// - Parameter vpcNetworks: at least one.
    public init(
        families: IPFamilies = .ipv4, layout: NetworkLayout = NetworkLayout(), primaryInterface: String,
        primaryAddress: IPv4Address, secondaryENIs: [ENI] = [], vpcNetworks: [IPv4Network],
        excludedNetworks: [IPv4Network] = [], vpcIPv6Networks: [IPv6Network] = [],
        excludedIPv6Networks: [IPv6Network] = [], podIPv6Prefixes: [IPv6Network] = [], externalSNAT: Bool = false,
        snatIPv6: Bool = false, nodePort: Bool = true, antiSpoofing: Bool = true
    ) {
        self.families = families
        self.layout = layout
        self.primaryInterface = primaryInterface
        self.primaryAddress = primaryAddress
        self.secondaryENIs = secondaryENIs
        self.vpcNetworks = vpcNetworks
        self.excludedNetworks = excludedNetworks
        self.vpcIPv6Networks = vpcIPv6Networks
        self.excludedIPv6Networks = excludedIPv6Networks
        self.podIPv6Prefixes = podIPv6Prefixes
        self.externalSNAT = externalSNAT
        self.snatIPv6 = snatIPv6
        self.nodePort = nodePort
        self.antiSpoofing = antiSpoofing
    }

    /// The table's family.
    public static let family = "inet"

    /// The script for `nft -f`: replaces our table in one transaction and touches no other. Equal rulesets have equal
    /// scripts.
    public var script: String {
        let table = "\(Ruleset.family) \(layout.nftablesTable)"
        let chains =
            [ingress] + secondaryENIs.sorted { $0.mark < $1.mark }.map(markChain)
            + [routing] + (families.hasIPv6 && !podIPv6Prefixes.isEmpty ? [unusedAddresses] : []) + [sourceNAT]
        return """
            add table \(table)
            delete table \(table)
            table \(table) {
            \(chains.joined(separator: "\n"))
            }

            """
    }

    private var pods: String { "\(layout.podGroups.lowerBound)-\(layout.podGroups.upperBound)" }

    /// Before any destination NAT: who comes in, and is it who it says. A pod's own route is the only one that leads
    /// back through its interface, so the lookup finds none for any other source.
    private var ingress: String {
        let mark = hex(layout.nodePortMark)
        let connections =
            "iifname \"\(primaryInterface)\" ct state new fib daddr type local ct mark set ct mark | \(mark)"
        return chain(
            "ingress", "filter hook prerouting priority mangle",
            (nodePort ? [connections] : []) + (antiSpoofing ? linkLocalSources + spoofing : []))
    }

    private var spoofing: [String] { ["iifgroup \(pods) fib saddr . iif oif missing drop"] }

    /// Sources of IPv6 by which nobody can be told: none at all, and link-local ones. Where pods have IPv6, these are
    /// for the link alone: to ask for neighbours, and to speak with the link-local addresses of the other end.
    private var linkLocalSources: [String] {
        let sources = "iifgroup \(pods) ip6 saddr { ::, fe80::/10 }"
        guard families.hasIPv6 else { return ["\(sources) accept"] }
        return [
            "\(sources) icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert } accept",
            "iifgroup \(pods) ip6 saddr fe80::/10 ip6 daddr { fe80::/10, ff02::/16 } accept",
            "\(sources) drop",
        ]
    }

    /// Sets an ENI's mark and keeps the bits of others. A chain of its own, because a mark can't be made of a part of
    /// the old one and a value from a map.
    private func markChain(_ eni: ENI) -> String {
        let others = hex(~layout.eniMarkMask)
        return chain(name(eni), nil, ["meta mark set meta mark & \(others) | \(hex(eni.mark))"])
    }

    private func name(_ eni: ENI) -> String { "eni-\(eni.group)" }

    /// After destination NAT, when a service's address has become a pod's: which ENI must the packet leave by. A
    /// connection that came in by the primary ENI goes back by it.
    private var routing: String {
        let reply = hex(layout.nodePortMark)
        var rules = [
            "iifgroup != \(pods) accept",
            "meta mark set meta mark | \(hex(layout.podMark))",
        ]
        if nodePort {
            rules.append("ct mark & \(reply) == \(reply) meta mark set meta mark | \(reply) accept")
        }
        if !secondaryENIs.isEmpty {
            // A packet to a pod of this node needs no ENI, and may have bits of someone who takes them for free: the
            // portmap plugin masquerades what it marks with 0x2000.
            let prefix = AttachmentName.hostInterfacePrefix
            rules.append("meta mark & \(hex(layout.eniMarkMask)) != 0 fib daddr oifname \"\(prefix)*\" accept")
            let jumps = secondaryENIs.sorted { $0.group < $1.group }.map { "\($0.group) : jump \(name($0))" }
            rules += ownENIDestinations.map { "\($0)iifgroup vmap { \(jumps.joined(separator: ", ")) }" }
        }
        return chain("routing", "filter hook prerouting priority dstnat + 10", rules)
    }

    /// For which packets a pod's own ENI is the way, a match each: for all that keep its address, because no other ENI
    /// may send from that.
    private var ownENIDestinations: [String] {
        var matches: [String] = []
        if families.hasIPv4 {
            let all = families.hasIPv6 ? "meta nfproto ipv4 " : ""
            matches.append(externalSNAT ? all : "ip daddr { \(set(localNetworks)) } ")
        }
        if families.hasIPv6 {
            matches.append(snatIPv6 ? "ip6 daddr { \(set(localIPv6Networks)) } " : "meta nfproto ipv6 ")
        }
        return matches
    }

    /// What no pod has of an ENI's prefix, the VPC hands to this node, and the node would hand it back to the VPC, again
    /// and again.
    private var unusedAddresses: String {
        let prefixes = set(podIPv6Prefixes.map(IPNetwork.v6))
        return chain(
            "unused-addresses", "filter hook forward priority filter",
            [
                "ip6 daddr { \(prefixes) } oifname != \"\(AttachmentName.hostInterfacePrefix)*\" "
                    + "reject with icmpv6 addr-unreachable"
            ])
    }

    /// Pods are recognised by their mark: older kernels know no input interface here.
    private var sourceNAT: String {
        let fromPods = "meta mark & \(hex(layout.podMark)) == \(hex(layout.podMark))"
        var rules: [String] = []
        if families.hasIPv4, !externalSNAT {
            rules.append(
                "\(fromPods) ip daddr != { \(set(localNetworks)) } snat ip to \(primaryAddress) fully-random")
        }
        if families.hasIPv6, snatIPv6 {
            rules.append(
                "\(fromPods) oifname \"\(primaryInterface)\" ip6 daddr != { \(set(localIPv6Networks)) } "
                    + "masquerade fully-random")
        }
        return chain("source-nat", "nat hook postrouting priority srcnat", rules)
    }

    /// Where pods are known by their own addresses, which only their own ENI may send from.
    private var localNetworks: [IPNetwork] { (vpcNetworks + excludedNetworks).map(IPNetwork.v4) }

    private var localIPv6Networks: [IPNetwork] {
        ([.linkLocal] + vpcIPv6Networks + excludedIPv6Networks).map(IPNetwork.v6)
    }

    /// The elements of a set: `nft` refuses networks that overlap, so the ones inside another are left out.
    private func set(_ networks: [IPNetwork]) -> String {
        let distinct = Set(networks)
        return distinct.filter { network in !distinct.contains { $0 != network && $0.contains(network) } }
            .sorted { $0.base < $1.base }.map(\.description).joined(separator: ", ")
    }

    private func chain(_ name: String, _ hook: String?, _ rules: [String]) -> String {
        let lines = (hook.map { ["type \($0); policy accept;"] } ?? []) + rules
        return "    chain \(name) {\n" + lines.map { "        \($0)\n" }.joined() + "    }"
    }
}
