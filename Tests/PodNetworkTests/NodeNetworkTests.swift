import Addressing
import Identity
import NamespaceTesting
import Netlink
import PodNetwork
import Testing

/// A node with a primary and a secondary ENI, whose cables end in the same namespace.
private struct Node: Sendable {
    static let macs = (MACAddress("02:00:00:00:01:00")!, MACAddress("02:00:00:00:02:00")!)
    let namespace: TestNamespace
    let primary = NodeInterface(mac: macs.0, table: 1, role: .primary)
    let secondary = NodeInterface(
        mac: macs.1, table: 2,
        role: .secondary(mark: 0x200, address: IPv4Address("10.0.1.5")!, gateway: IPv4Address("10.0.1.1")!), mtu: 1400)

    init(_ namespace: TestNamespace) throws {
        self.namespace = namespace
        try namespace("ip link set lo up")
        for (name, mac) in [("eth0", Node.macs.0), ("eth1", Node.macs.1)] {
            try namespace("ip link add \(name) address \(mac) type veth peer name x\(name)")
        }
    }

    func reconcile(_ interfaces: NodeInterface...) throws -> NodeNetwork.Report {
        try namespace.run { try NodeNetwork().reconcile(interfaces, host: NetlinkSocket()) }
    }

    func rules() throws -> [String] {
        try namespace("ip rule").split(separator: "\n").map(String.init)
    }
}

@Suite struct NodeNetworkTests {
    @Test func aNewNodeIsConfiguredOnceAndThenLeftAlone() async throws {
        try await withNamespaces(1) { namespaces in
            let node = try Node(namespaces[0])
            let report = try node.reconcile(node.primary, node.secondary)
            #expect(report.interfaces == [Node.macs.0: "eth0", Node.macs.1: "eth1"])
            #expect(report.missing == [])
            #expect(
                try node.rules() == [
                    "0:\tfrom all lookup local", "512:\tfrom all lookup 1000",
                    "1024:\tfrom all fwmark 0x80/0x80 lookup main", "1536:\tfrom all fwmark 0x200/0x3f00 lookup 2",
                    "32765:\tfrom 10.0.1.5 lookup 2", "32766:\tfrom all lookup main",
                    "32767:\tfrom all lookup default",
                ])
            let routes = try node.namespace("ip route show table 2")
            #expect(routes.contains("default via 10.0.1.1 dev eth1"))
            #expect(routes.contains("10.0.1.1 dev eth1"))
            #expect(try node.namespace("sysctl -n net.ipv4.ip_forward") == "1\n")
            #expect(try node.namespace("sysctl -n net.ipv4.conf.eth1.rp_filter") == "2\n")
            let link = try #require(try node.namespace.socket().link(.name("eth1")))
            #expect(link.isUp)
            #expect(link.mtu == 1400)
            #expect(try node.reconcile(node.primary, node.secondary).repairs == [])
        }
    }

    @Test(arguments: [
        "ip rule delete priority 512", "ip rule delete priority 1536", "ip rule delete priority 32765",
        "ip route flush table 2", "ip route delete default table 2",
        "ip route replace unreachable default table 2", "ip link set eth1 down",
        "ip link set eth1 mtu 1300",
        "ip route add 192.0.2.0/24 dev eth1 table 2", "ip route replace default via 10.0.1.1 dev eth0 onlink table 2",
        "ip rule add priority 1536 fwmark 0x300/0x3f00 lookup 3", "sysctl -qw net.ipv4.conf.eth1.rp_filter=1",
        "sysctl -qw net.ipv4.ip_forward=0",
    ])
    func whatSomeoneBrokeIsRepairedAndReported(command: String) async throws {
        try await withNamespaces(1) { namespaces in
            let node = try Node(namespaces[0])
            _ = try node.reconcile(node.primary, node.secondary)
            let before = try (node.rules(), node.namespace("ip route show table 2"))
            try node.namespace(command)
            #expect(try node.reconcile(node.primary, node.secondary).repairs.isEmpty == false)
            #expect(try (node.rules(), node.namespace("ip route show table 2")) == before)
            #expect(try node.reconcile(node.primary, node.secondary).repairs == [])
        }
    }

    @Test func aDetachedENILeavesNothingAndForeignRulesStay() async throws {
        try await withNamespaces(1) { namespaces in
            let node = try Node(namespaces[0])
            try node.namespace("ip rule add priority 1536 fwmark 0x10000/0xff0000 lookup 77")
            try node.namespace("ip rule add priority 900 from 192.0.2.1 lookup 2")
            _ = try node.reconcile(node.primary, node.secondary)
            _ = try node.reconcile(node.primary)
            #expect(try node.namespace.socket().routes(table: 2) == [])
            let rules = try node.namespace.socket().rules().filter { $0.source.base.v4 != nil }
            let priorities = rules.map(\.priority)
            #expect(priorities == [0, 512, 900, 1024, 1536, 32766, 32767])
        }
    }

    @Test func anENIWhoseInterfaceIsNotThereYetHoldsUpNobody() async throws {
        try await withNamespaces(1) { namespaces in
            let node = try Node(namespaces[0])
            var late = node.secondary
            late.mac = MACAddress("02:00:00:00:03:00")!
            let report = try node.reconcile(node.primary, late)
            #expect(report.missing == [late.mac])
            #expect(report.interfaces == [Node.macs.0: "eth0"])
        }
    }

    @Test func rulesAreConstantInTheNumberOfPods() async throws {
        try await withNamespaces(2) { namespaces in
            let host = try Host(namespaces[0])
            let before = try host.host("ip rule")
            let pods = (1...20).map { number in
                PodSpec(
                    attachment: AttachmentName(
                        AttachmentID(network: "n", containerID: "c\(number)", ifname: "eth\(number)")),
                    address: IPv4Address(bits: 0x0a00_0100 + UInt32(number)), group: 4097, mtu: 1500)
            }
            for pod in pods {
                // One namespace has one default route; each pod's is removed so that the next can have its own.
                _ = try host.setUp(pod, in: namespaces[1])
                try namespaces[1]("ip route delete default")
                try namespaces[1]("ip route delete 169.254.1.1")
            }
            #expect(try host.host("ip rule") == before)
            #expect(try host.network.tearDown(pods.map(\.attachment), host: try host.host.socket()) == [:])
            #expect(try host.interfaces() == [])
            #expect(try host.host.socket().routes(table: 1000) == [])
        }
    }
}
