import Addressing
import NamespaceTesting
import Netlink
import Nftables
import PodNetwork
import Testing

@Suite struct RulesetTests {
    let ruleset = Ruleset(
        primaryInterface: "eth0", primaryAddress: IPv4Address("10.0.0.1")!,
        secondaryENIs: [.init(group: 4098, mark: 0x200), .init(group: 14198, mark: 0x300)],
        vpcNetworks: [IPv4Network("10.0.0.0/16")!, IPv4Network("10.0.4.0/24")!])
    let table = Nftables.Table(family: "inet", name: "warmpool")

    @Test func everyVariantLoadsAgainAndAgain() async throws {
        try await withNamespaces(1) { namespaces in
            let nftables = Nftables(namespace: namespaces[0].name)
            var external = ruleset
            external.externalSNAT = true
            var open = ruleset
            open.antiSpoofing = false
            open.secondaryENIs = []
            open.excludedNetworks = [IPv4Network("192.168.0.0/16")!]
            for variant in [ruleset, external, open, ruleset] {
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

    @Test func aForgedSourceIsDropped() async throws {
        try await withNamespaces(3) { namespaces in
            let host = try Host(namespaces[0])
            let (pod, other) = (PodSpec.sample("a", "10.0.0.10"), PodSpec.sample("b", "10.0.0.11"))
            _ = try host.setUp(pod, in: namespaces[1])
            _ = try host.setUp(other, in: namespaces[2])
            try namespaces[1]("ip address add 198.51.100.7/32 dev eth0")
            let received = {
                try namespaces[2]("cat /proc/net/snmp").split(separator: "\n").filter { $0.hasPrefix("Icmp:") }.last
            }
            let send = { (source: String) in
                _ = try? namespaces[1]("ping -c 1 -W 1 -I \(source) 10.0.0.11")
                return try received()
            }
            let before = try received()
            let forged = try send("198.51.100.7")
            #expect(forged != before)

            _ = try await Nftables(namespace: namespaces[0].name).apply(ruleset.script, table: table)
            #expect(try send("198.51.100.7") == forged)
            #expect(namespaces[1].reaches(other.address))
        }
    }

    @Test func outsideOfTheVPCAPodHasTheNodesAddressAndInsideItsOwn() async throws {
        try await withNamespaces(3) { namespaces in
            let host = try Host(namespaces[0])
            let outside = namespaces[2]
            let pod = PodSpec.sample()
            _ = try host.setUp(pod, in: namespaces[1])
            try host.host("ip link add eth0 type veth peer name eth0 netns \(outside.name)")
            try host.host("ip link set eth0 up")
            try host.host("ip route add 203.0.113.1 dev eth0")
            try host.host("ip route add 10.0.9.9 dev eth0")
            try outside("ip link set lo up")
            try outside("ip link set eth0 up")
            try outside("ip address add 203.0.113.1/32 dev eth0")
            try outside("ip address add 10.0.9.9/32 dev eth0")
            // Outside knows the way to the node's address alone, and to the pod's own only later.
            try outside("ip route add 10.0.0.1 dev eth0")
            #expect(namespaces[1].reaches("203.0.113.1") == false)
            _ = try await Nftables(namespace: namespaces[0].name).apply(ruleset.script, table: table)
            #expect(namespaces[1].reaches("203.0.113.1"))
            #expect(namespaces[1].reaches("10.0.9.9") == false)
            try outside("ip route add \(pod.address) via 10.0.0.1 dev eth0")
            #expect(namespaces[1].reaches("10.0.9.9"))
        }
    }

    /// A node with two cables to a VPC, which knows the pod's address by the second one and the node's by the first.
    private func twoENIs(_ host: Host, _ vpc: TestNamespace) async throws {
        for (name, mac, gateway) in [
            ("eth0", "02:00:00:00:01:00", "10.0.0.254"), ("eth1", "02:00:00:00:02:00", "10.0.1.1"),
        ] {
            try host.host("ip link add \(name) address \(mac) type veth peer name \(name) netns \(vpc.name)")
            try host.host("ip link set \(name) up")
            try vpc("ip link set \(name) up")
            try vpc("ip address add \(gateway)/32 dev \(name)")
            try vpc("sysctl -qw net.ipv4.conf.\(name).rp_filter=0")
        }
        try vpc("sysctl -qw net.ipv4.conf.all.rp_filter=0")
        try vpc("ip link set lo up")
        try vpc("ip address add 10.0.9.9/32 dev lo")
        try vpc("ip route add 10.0.0.1 dev eth0")
        // The VPC hands a pod's packets to the ENI that owns the address.
        try vpc("ip route add 10.0.0.10 dev eth1")
        try vpc("ip neighbour add 10.0.0.10 lladdr 02:00:00:00:02:00 dev eth1 nud permanent")
        try host.host("ip route add 10.0.0.254 dev eth0")
        try host.host("ip route add default via 10.0.0.254 dev eth0")
        let secondary = NodeInterface(
            mac: MACAddress("02:00:00:00:02:00")!, table: 2,
            role: .secondary(mark: 0x200, address: IPv4Address("10.0.1.5")!, gateway: IPv4Address("10.0.1.1")!))
        _ = try host.host.run { try NodeNetwork().reconcile([secondary], host: NetlinkSocket()) }
        _ = try await Nftables(namespace: host.host.name).apply(ruleset.script, table: table)
    }

    private func sent(_ host: Host, _ interface: String) throws -> Int {
        let text = try host.host("cat /sys/class/net/\(interface)/statistics/tx_packets")
        return try #require(Int(text.filter(\.isNumber)))
    }

    @Test func aPodsPacketsLeaveByTheENIThatOwnsItsAddress() async throws {
        try await withNamespaces(3) { namespaces in
            let host = try Host(namespaces[0])
            try await twoENIs(host, namespaces[2])
            var pod = PodSpec.sample()
            pod.group = 4098
            _ = try host.setUp(pod, in: namespaces[1])
            let before = try sent(host, "eth1")
            #expect(namespaces[1].reaches("10.0.9.9"))
            #expect(try sent(host, "eth1") > before)
            // Without its mark rule the packet would take the default route, by the primary ENI.
            let other = try sent(host, "eth0")
            try host.host("ip rule delete priority 1536")
            _ = namespaces[1].reaches("10.0.9.9")
            #expect(try sent(host, "eth0") > other)
        }
    }

    @Test func aConnectionToANodePortIsAnsweredByThePrimaryENI() async throws {
        try await withNamespaces(3) { namespaces in
            let host = try Host(namespaces[0])
            let vpc = namespaces[2]
            try await twoENIs(host, vpc)
            var pod = PodSpec.sample()
            pod.group = 4098
            _ = try host.setUp(pod, in: namespaces[1])
            // What kube-proxy does for a NodePort: the node's address becomes the pod's.
            try host.host("nft add table ip kube-proxy")
            try host.host("nft 'add chain ip kube-proxy services { type nat hook prerouting priority dstnat; }'")
            try host.host(
                "nft add rule ip kube-proxy services ip daddr 10.0.0.1 icmp type echo-request dnat to 10.0.0.10")
            let before = (try sent(host, "eth0"), try sent(host, "eth1"))
            try vpc("ping -c 3 -i 0.2 -W 1 -I 10.0.9.9 10.0.0.1")
            #expect(try sent(host, "eth0") >= before.0 + 3)
            #expect(try sent(host, "eth1") - before.1 < 3)
        }
    }
}
