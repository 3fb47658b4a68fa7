import Addressing
import NamespaceTesting
import Netlink
import Nftables
import PodNetwork
import Testing

@Suite struct AntiSpoofingTests {
    let table = Nftables.Table(family: "inet", name: "warmpool")

    @Test(arguments: [
        // The address of nobody, of another pod and of the node.
        ("198.51.100.7", "10.0.0.11"), ("10.0.0.11", "10.0.0.1"), ("10.0.0.1", "10.0.0.11"),
        ("2001:db8:9::7", "2001:db8::b"), ("2001:db8::b", "2001:db8::1"), ("2001:db8::1", "2001:db8::b"),
    ])
    func aForgedSourceIsDropped(source: String, destination: String) async throws {
        try await withNamespaces(3) { namespaces in
            let host = try Host(namespaces[0])
            let (pod, other) = (PodSpec.sample("a", 10, .dualStack), PodSpec.sample("b", 11, .dualStack))
            _ = try host.setUp(pod, in: namespaces[1])
            _ = try host.setUp(other, in: namespaces[2])
            let forged = try #require(IPAddress(source))
            let match = "\(forged.v4 == nil ? "ip6" : "ip") saddr \(forged)"
            let probe = try Probe(host.host, "prerouting priority filter", ["iifgroup 4097 \(match)"])
            try namespaces[1]("ip address add \(forged.host) dev eth0 \(forged.v4 == nil ? "nodad" : "")")
            let send = {
                _ = try? namespaces[1]("ping -c 1 -W 1 -I \(source) \(destination)")
                return try probe.counts()[0]
            }
            let before = try send()
            #expect(before > 0)

            _ = try await Nftables(namespace: namespaces[0].name).apply(Ruleset.sample(.dualStack).script, table: table)
            #expect(try send() == before)
            try namespaces[1]("ip address delete \(forged.host) dev eth0")
            #expect(namespaces[1].reaches(all: other.addresses))
            #expect(namespaces[2].reaches(all: pod.addresses))
        }
    }

    @Test func aLinkLocalSourceReachesTheLinkAndNothingElse() async throws {
        try await withNamespaces(2) { namespaces in
            let host = try Host(namespaces[0])
            let pod = PodSpec.sample("a", 10, .ipv6)
            _ = try host.setUp(pod, in: namespaces[1])
            let own = pod.mac.linkLocalAddress
            let probe = try Probe(
                host.host, "prerouting priority filter", ["ip6 saddr fe80::/10 icmpv6 type echo-request"])
            let send = {
                _ = try? namespaces[1]("ping -c 1 -W 1 -I \(own)%eth0 2001:db8::1")
                return try probe.counts()[0]
            }
            let before = try send()
            #expect(before > 0)

            _ = try await Nftables(namespace: namespaces[0].name).apply(Ruleset.sample(.ipv6).script, table: table)
            #expect(try send() == before)
            #expect(namespaces[1].reaches("\(pod.attachment.hostMAC.linkLocalAddress)%eth0"))
        }
    }

    @Test func withoutASourceAPodAsksForNeighboursAndNothingElse() async throws {
        try await withNamespaces(2) { namespaces in
            let host = try Host(namespaces[0])
            _ = try host.setUp(.sample("a", 10, .ipv6), in: namespaces[1])
            _ = try await Nftables(namespace: namespaces[0].name).apply(Ruleset.sample(.ipv6).script, table: table)
            let kinds = ["nd-neighbor-solicit", "mld2-listener-report"].map { "ip6 saddr :: icmpv6 type \($0)" }
            let sent = try Probe(host.host, "prerouting priority raw", kinds)
            let passed = try Probe(host.host, "prerouting priority filter", kinds)
            // An interface without a link-local address joins groups without a source, and proves its other addresses
            // so.
            try namespaces[1]("ip -6 address flush dev eth0")
            try namespaces[1]("ip address add 2001:db8::a/128 dev eth0")
            try await eventually { try sent.counts().allSatisfy { $0 > 0 } }
            try await eventually { try namespaces[1]("ip -6 address show tentative") == "" }
            let counts = try passed.counts()
            #expect(counts[0] > 0)
            #expect(counts[1] == 0)
        }
    }
}
