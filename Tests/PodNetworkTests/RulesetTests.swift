import Addressing
import NamespaceTesting
import Netlink
import Nftables
import PodNetwork
import Testing

@Suite struct RulesetTests {
    let ruleset = Ruleset.sample(.ipv4)
    let table = Nftables.Table(family: "inet", name: "warmpool")

    @Test(arguments: IPFamilies.allCases) func everyVariantLoadsAgainAndAgain(families: IPFamilies) async throws {
        try await withNamespaces(1) { namespaces in
            let nftables = Nftables(namespace: namespaces[0].name)
            let ruleset = Ruleset.sample(families)
            var external = ruleset
            external.externalSNAT = true
            external.snatIPv6 = true
            var open = ruleset
            open.antiSpoofing = false
            open.secondaryENIs = []
            open.excludedNetworks = [IPv4Network("192.168.0.0/16")!]
            var elsewhere = external
            elsewhere.vpcIPv6Networks = []
            elsewhere.podIPv6Prefixes = []
            elsewhere.excludedIPv6Networks = [IPv6Network("2001:db8:9::/48")!]
            for variant in [ruleset, external, open, elsewhere, ruleset] {
                let applied = try await nftables.apply(variant.script, table: table)
                #expect(try await nftables.isIntact(applied))
            }
        }
    }

    @Test(arguments: [
        "flush table inet warmpool", "delete table inet warmpool", "flush ruleset",
        "add rule inet warmpool routing accept",
    ])
    func whatSomeoneChangedIsNoticed(command: String) async throws {
        try await withNamespaces(1) { namespaces in
            let nftables = Nftables(namespace: namespaces[0].name)
            let applied = try await nftables.apply(ruleset.script, table: table)
            try namespaces[0]("nft \(command)")
            #expect(try await nftables.isIntact(applied) == false)
        }
    }

    @Test func tablesOfOthersStayAndChangesOfOthersDoNotCount() async throws {
        try await withNamespaces(1) { namespaces in
            let nftables = Nftables(namespace: namespaces[0].name)
            try namespaces[0]("nft add table ip kube-proxy")
            let applied = try await nftables.apply(ruleset.script, table: table)
            try namespaces[0]("nft add chain ip kube-proxy services")
            #expect(try await nftables.isIntact(applied))
            try await nftables.delete(table)
            try await nftables.delete(table)
            #expect(try await nftables.list(table) == nil)
            #expect(try await nftables.list(Nftables.Table(family: "ip", name: "kube-proxy")) != nil)
        }
    }

    @Test func aWrongScriptChangesNothingAndSaysWhere() async throws {
        try await withNamespaces(1) { namespaces in
            let nftables = Nftables(namespace: namespaces[0].name)
            let error = try await #require(throws: NftablesError.self) {
                try await nftables.apply("add table inet warmpool\nnonsense\n", table: table)
            }
            #expect(error.description.contains("syntax error"))
            #expect(try await nftables.list(table) == nil)
        }
    }

    @Test func aNodeWithIPv4AloneIsFilteredAsIfThereWereNoOther() {
        var other = ruleset
        other.vpcIPv6Networks = []
        other.podIPv6Prefixes = []
        other.snatIPv6 = true
        #expect(other.script == ruleset.script)
        #expect(!["icmpv6", "ip6 daddr", "nfproto", "masquerade"].contains { ruleset.script.contains($0) })
    }

    /// What one family calls the places of these tests.
    struct Places: CustomTestStringConvertible {
        var node: String
        var pod: String
        var inVPC: String
        var outside: String
        var families: IPFamilies

        var testDescription: String { families.rawValue }
        var option: String { families == .ipv6 ? "-6" : "-4" }

        static let ipv4 = Places(
            node: "10.0.0.1", pod: "10.0.0.10", inVPC: "10.0.9.9", outside: "203.0.113.1", families: .ipv4)
        static let ipv6 = Places(
            node: "2001:db8::1", pod: "2001:db8::a", inVPC: "2001:db8:0:9::9", outside: "2001:db8:9::1",
            families: .ipv6)
    }

    /// Lays cables between the node and another namespace, which is all other places, and waits until they carry both
    /// families.
    private func connect(_ host: Host, _ other: TestNamespace, _ cables: [(name: String, mac: String)]) async throws {
        try other("ip link set lo up")
        for (name, mac) in cables {
            try host.host("ip link add \(name) address \(mac) type veth peer name \(name) netns \(other.name)")
            try host.host("ip link set \(name) up")
            try other("ip link set \(name) up")
        }
        // In IPv6 an interface answers for its own addresses alone.
        try host.host("ip address add \(Places.ipv6.node)/128 dev eth0 nodad")
        for address in [Places.ipv6.inVPC, Places.ipv6.outside] {
            try other("ip address add \(address)/128 dev eth0 nodad")
        }
        for address in [Places.ipv4.inVPC, Places.ipv4.outside] {
            try other("ip address add \(address)/32 dev eth0")
        }
        try await eventually {
            try [host.host, other].allSatisfy { namespace in
                try namespace("ip -6 address show tentative") == ""
                    && namespace("ip -6 address show scope link").split(separator: "fe80::").count == cables.count + 1
            }
        }
    }

    @Test(arguments: [Places.ipv4, .ipv6])
    func outsideOfTheVPCAPodHasTheNodesAddressAndInsideItsOwn(places: Places) async throws {
        try await withNamespaces(3) { namespaces in
            let host = try Host(namespaces[0])
            let outside = namespaces[2]
            try await connect(host, outside, [("eth0", "02:00:00:00:01:00")])
            _ = try host.setUp(.sample("c0ffee", 10, places.families), in: namespaces[1])
            for address in [places.outside, places.inVPC] {
                try host.host("ip route add \(address) dev eth0")
            }
            // Outside knows the way to the node's address alone, and to the pod's own only later.
            try outside("ip route add \(places.node) dev eth0")
            #expect(namespaces[1].reaches(places.outside) == false)
            var ruleset = Ruleset.sample(places.families)
            ruleset.snatIPv6 = true
            _ = try await Nftables(namespace: namespaces[0].name).apply(ruleset.script, table: table)
            #expect(namespaces[1].reaches(places.outside))
            #expect(namespaces[1].reaches(places.inVPC) == false)
            try outside("ip route add \(places.pod) via \(places.node) dev eth0")
            #expect(namespaces[1].reaches(places.inVPC))
        }
    }

    @Test func aPodHasItsOwnIPv6AddressEverywhere() async throws {
        try await withNamespaces(3) { namespaces in
            let host = try Host(namespaces[0])
            let (outside, places) = (namespaces[2], Places.ipv6)
            try await connect(host, outside, [("eth0", "02:00:00:00:01:00")])
            _ = try host.setUp(.sample("c0ffee", 10, .ipv6), in: namespaces[1])
            try host.host("ip route add \(places.outside) dev eth0")
            try outside("ip route add \(places.pod) via fe80::ff:fe00:100 dev eth0")
            _ = try await Nftables(namespace: namespaces[0].name).apply(Ruleset.sample(.ipv6).script, table: table)
            #expect(namespaces[1].reaches(places.outside))
        }
    }

    /// A node with two cables to a VPC, which knows the pod's addresses by the second one and the node's by the first.
    private func twoENIs(_ host: Host, _ vpc: TestNamespace, snatIPv6: Bool = false) async throws {
        try await connect(host, vpc, [("eth0", "02:00:00:00:01:00"), ("eth1", "02:00:00:00:02:00")])
        for (name, gateways) in [("eth0", ["10.0.0.254", "2001:db8::fe"]), ("eth1", ["10.0.1.1", "2001:db8:0:1::1"])] {
            for gateway in try gateways.map({ try #require(IPAddress($0)) }) {
                try vpc("ip address add \(gateway.host) dev \(name) \(gateway.v6 == nil ? "" : "nodad")")
            }
            try vpc("sysctl -qw net.ipv4.conf.\(name).rp_filter=0")
        }
        try vpc("sysctl -qw net.ipv4.conf.all.rp_filter=0")
        for (places, router) in [(Places.ipv4, "10.0.0.254"), (.ipv6, "2001:db8::fe")] {
            try vpc("ip route add \(places.node) dev eth0")
            // The VPC hands a pod's packets to the ENI that owns the address.
            try vpc("ip route add \(places.pod) dev eth1")
            try vpc("ip neighbour add \(places.pod) lladdr 02:00:00:00:02:00 dev eth1 nud permanent")
            try host.host("ip route add \(router) dev eth0")
            try host.host("ip route add default via \(router) dev eth0")
        }
        let secondary = NodeInterface(
            mac: MACAddress("02:00:00:00:02:00")!, table: 2,
            role: .secondary(
                mark: 0x200, address: IPv4Address("10.0.1.5")!, gateway: IPv4Address("10.0.1.1")!,
                ipv6: .init(gateway: IPv6Address("2001:db8:0:1::1")!, address: IPv6Address("2001:db8:0:1::5")!)))
        _ = try host.host.run { try NodeNetwork(families: .dualStack).reconcile([secondary], host: NetlinkSocket()) }
        var ruleset = Ruleset.sample(.dualStack)
        ruleset.snatIPv6 = snatIPv6
        _ = try await Nftables(namespace: host.host.name).apply(ruleset.script, table: table)
    }

    /// Counts the pings and their answers that leave the node by `eth0` and by `eth1`, of both families together.
    private func departures(_ host: Host) throws -> Probe {
        try Probe(
            host.host, "postrouting priority filter",
            ["eth0", "eth1"].map { "oifname \($0) @th,0,8 { 0, 8, 128, 129 } meta l4proto { icmp, ipv6-icmp }" })
    }

    @Test(arguments: [
        (Places.ipv4, "10.0.9.9", false), (.ipv6, "2001:db8:0:9::9", false), (.ipv6, "2001:db8:9::1", false),
        (.ipv6, "2001:db8:0:9::9", true),
    ])
    func aPodsPacketsLeaveByTheENIThatOwnsItsAddress(places: Places, destination: String, snatIPv6: Bool) async throws {
        try await withNamespaces(3) { namespaces in
            let host = try Host(namespaces[0])
            try await twoENIs(host, namespaces[2], snatIPv6: snatIPv6)
            var pod = PodSpec.sample("c0ffee", 10, places.families)
            pod.group = 4098
            _ = try host.setUp(pod, in: namespaces[1])
            let departures = try departures(host)
            #expect(namespaces[1].reaches(destination))
            #expect(try departures.counts() == [0, 1])
            // Without its mark rule the packet would take the default route, by the primary ENI.
            try host.host("ip \(places.option) rule delete priority 1536")
            _ = namespaces[1].reaches(destination)
            #expect(try departures.counts() == [1, 1])
        }
    }

    @Test func whatNoPodHasOfAPrefixIsUnreachableAndNotHandedBackToTheVPC() async throws {
        try await withNamespaces(3) { namespaces in
            let host = try Host(namespaces[0])
            let vpc = namespaces[2]
            try await twoENIs(host, vpc)
            var pod = PodSpec.sample("c0ffee", 10, .ipv6)
            pod.group = 4098
            _ = try host.setUp(pod, in: namespaces[1])
            // The VPC hands the whole prefix to the ENI that has it.
            try vpc("sysctl -qw net.ipv6.conf.all.forwarding=1")
            try vpc("ip route add 2001:db8::/80 via fe80::ff:fe00:200 dev eth1")
            let departures = try departures(host)
            func send() throws -> (answer: String, departures: Int) {
                let failure = #expect(throws: CommandFailure.self) {
                    try namespaces[1]("ping -c 1 -W 1 -t 255 2001:db8::b")
                }
                return (failure?.description ?? "", try departures.counts().reduce(0, +))
            }
            let refused = try send()
            #expect(refused.answer.contains("Address unreachable"))
            #expect(refused.departures == 0)
            #expect(vpc.reaches(Places.ipv6.pod))

            var unaware = Ruleset.sample(.dualStack)
            unaware.podIPv6Prefixes = []
            _ = try await Nftables(namespace: host.host.name).apply(unaware.script, table: table)
            #expect(try send().departures > 10)
        }
    }

    @Test(arguments: [Places.ipv4, .ipv6])
    func whatIsTranslatedLeavesByThePrimaryENI(places: Places) async throws {
        try await withNamespaces(3) { namespaces in
            let host = try Host(namespaces[0])
            try await twoENIs(host, namespaces[2], snatIPv6: true)
            var pod = PodSpec.sample("c0ffee", 10, places.families)
            pod.group = 4098
            _ = try host.setUp(pod, in: namespaces[1])
            let departures = try departures(host)
            #expect(namespaces[1].reaches(places.outside))
            #expect(try departures.counts() == [1, 0])
        }
    }

    @Test(arguments: [Places.ipv4, .ipv6])
    func aConnectionToANodePortIsAnsweredByThePrimaryENI(places: Places) async throws {
        try await withNamespaces(3) { namespaces in
            let host = try Host(namespaces[0])
            let vpc = namespaces[2]
            try await twoENIs(host, vpc)
            var pod = PodSpec.sample("c0ffee", 10, places.families)
            pod.group = 4098
            _ = try host.setUp(pod, in: namespaces[1])
            // What kube-proxy does for a NodePort: the node's address becomes the pod's.
            let (family, ping) = places.families == .ipv6 ? ("ip6", "icmpv6") : ("ip", "icmp")
            try host.host("nft add table \(family) kube-proxy")
            try host.host("nft 'add chain \(family) kube-proxy services { type nat hook prerouting priority dstnat; }'")
            try host.host(
                "nft add rule \(family) kube-proxy services \(family) daddr \(places.node) "
                    + "\(ping) type echo-request dnat to \(places.pod)")
            let departures = try departures(host)
            try vpc("ping -c 3 -i 0.2 -W 1 -I \(places.inVPC) \(places.node)")
            #expect(try departures.counts() == [3, 0])
        }
    }
}
