import Addressing
import JSON
import Simulator
import Testing

/// A packet's way into the VPC: which ENI it left by, and the addresses that the VPC saw.
struct Flow: Hashable, CustomStringConvertible {
    /// Such as `node1/eth1`; `outside` for the internet.
    let by: String
    let from: IPAddress
    let to: IPAddress

    init(by: String, _ from: IPAddress, _ to: IPAddress) {
        self.by = by
        self.from = from
        self.to = to
    }

    var description: String { "\(from) → \(to) by \(by)" }
}

extension DataPlane {
    /// What the VPC saw of `body`'s packets: all of them, of either family, and no others.
    func flows(_ body: () async throws -> Void) async throws -> Set<Flow> {
        let router = live.fabric.router.namespace
        try await shell("nft -f - <<'END'\n\(DataPlane.witness)\nEND", in: router)
        try await body()
        let listing = try await shell("nft -j list table inet witness", in: router)
        var names = ["outside": "outside"]
        for node in live.nodes {
            for eni in try await node.enis() {
                let digits = eni.mac.description.filter { $0 != ":" }
                names["eni" + digits] = "\(node.name)/eth\(eni.deviceIndex ?? -1)"
            }
        }
        let objects = try JSONValue(parsing: Array(listing.utf8))["nftables"]?.arrayValue ?? []
        let seen = objects.flatMap { $0["set"]?["elem"]?.arrayValue ?? [] }
        return try Set(
            seen.map { element in
                let parts = element["concat"]?.arrayValue?.compactMap(\.stringValue) ?? []
                try #require(parts.count == 3, "\(element.text())")
                let addresses = try (#require(IPAddress(parts[1])), #require(IPAddress(parts[2])))
                return Flow(by: names[parts[0]] ?? parts[0], addresses.0, addresses.1)
            })
    }

    /// Sees packets as they come, before the router's own filter (`raw`, -300). What IPv6 says about neighbours and
    /// multicast groups is no packet of anyone's, as ARP is none. That somebody is unreachable is said seconds later,
    /// when another test runs.
    private static let witness = """
        add table inet witness
        delete table inet witness
        table inet witness {
            set seen4 { typeof iifname . ip saddr . ip daddr; flags dynamic; size 65535; }
            set seen6 { typeof iifname . ip6 saddr . ip6 daddr; flags dynamic; size 65535; }
            chain witness {
                type filter hook prerouting priority -500
                icmpv6 type { destination-unreachable, 130-137, 143 } return
                icmp type destination-unreachable return
                add @seen4 { iifname . ip saddr . ip daddr }
                add @seen6 { iifname . ip6 saddr . ip6 daddr }
            }
        }
        """
}
