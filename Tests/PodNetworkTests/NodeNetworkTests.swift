import Addressing
import Glibc
import Identity
import NamespaceTesting
import Netlink
import PodNetwork
import Testing

/// A node with a primary and a secondary ENI, whose cables end in the same namespace. Its subnets have both families.
private struct Node: Sendable {
    static let macs = (MACAddress("02:00:00:00:01:00")!, MACAddress("02:00:00:00:02:00")!)
    let namespace: TestNamespace
    let families: IPFamilies
    let primary = NodeInterface(mac: macs.0, table: 1, role: .primary)
    let secondary = NodeInterface(
        mac: macs.1, table: 2,
        role: .secondary(
            mark: 0x200, address: IPv4Address("10.0.1.5")!, gateway: IPv4Address("10.0.1.1")!,
            ipv6: .init(gateway: IPv6Address("2001:db8:1::1")!, address: IPv6Address("2001:db8:1::5")!)), mtu: 1400)

    init(_ namespace: TestNamespace, _ families: IPFamilies = .ipv4) throws {
        self.namespace = namespace
        self.families = families
        try namespace("ip link set lo up")
        for (name, mac) in [("eth0", Node.macs.0), ("eth1", Node.macs.1)] {
            try namespace("ip link add \(name) address \(mac) type veth peer name x\(name)")
        }
    }

    func reconcile(_ interfaces: NodeInterface...) throws -> NodeNetwork.Report {
        try reconcile(interfaces, families)
    }

    func reconcile(_ interfaces: [NodeInterface], _ families: IPFamilies) throws -> NodeNetwork.Report {
        try namespace.run { try NodeNetwork(families: families).reconcile(interfaces, host: NetlinkSocket()) }
    }

    /// - Parameter family: an option of `ip`.
    func rules(_ family: String = "-4") throws -> [String] {
        try namespace("ip \(family) rule").split(separator: "\n").map(String.init)
    }

    /// All rules and the routes of the secondary ENI's table, sorted, because the order of routes says nothing.
    func state() throws -> [String] {
        let routes = try namespace("ip -4 route show table all") + namespace("ip -6 route show table all")
        return try rules() + rules("-6")
            + routes.split(separator: "\n").filter { "\($0) ".contains(" table 2 ") }.map(String.init).sorted()
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

    @Test func aNodeWithIPv4AloneHasNothingOfIPv6() async throws {
        try await withNamespaces(1) { namespaces in
            let node = try Node(namespaces[0])
            let before = try node.rules("-6")
            _ = try node.reconcile(node.primary, node.secondary)
            #expect(try node.rules("-6") == before)
            #expect(try node.namespace("ip -6 route show table all").contains("2001:db8") == false)
            #expect(try node.namespace("ip address").contains("2001:db8") == false)
            #expect(try node.namespace("sysctl -n net.ipv6.conf.all.forwarding") == "0\n")
            #expect(try node.namespace("sysctl -n net.ipv6.conf.eth0.accept_ra") == "1\n")
        }
    }

    @Test(arguments: [IPFamilies.ipv6, .dualStack])
    func aNewNodeWithIPv6IsConfiguredOnceAndThenLeftAlone(families: IPFamilies) async throws {
        try await withNamespaces(1) { namespaces in
            let node = try Node(namespaces[0], families)
            let report = try node.reconcile(node.primary, node.secondary)
            #expect(
                try node.rules("-6") == [
                    "0:\tfrom all lookup local", "512:\tfrom all lookup 1000",
                    "1024:\tfrom all fwmark 0x80/0x80 lookup main", "1536:\tfrom all fwmark 0x200/0x3f00 lookup 2",
                    "32765:\tfrom 2001:db8:1::5 lookup 2", "32766:\tfrom all lookup main",
                ])
            #expect(try node.rules().contains("1536:\tfrom all fwmark 0x200/0x3f00 lookup 2"))
            let routes = try node.namespace("ip -6 route show table 2")
            #expect(routes.contains("default via 2001:db8:1::1 dev eth1"))
            #expect(routes.contains("2001:db8:1::1 dev eth1"))
            #expect(try node.namespace("ip -6 address show dev eth1 tentative") == "")
            #expect(try node.namespace("sysctl -n net.ipv6.conf.all.forwarding") == "1\n")
            // The primary ENI goes on to listen for routers, and was told so before the node forwarded anything.
            #expect(try node.namespace("sysctl -n net.ipv6.conf.eth0.accept_ra") == "2\n")
            let settings = report.repairs.compactMap { if case .setting(let path, _) = $0 { path } else { nil } }
            let order = ["eth0/accept_ra", "all/forwarding"].map { "/proc/sys/net/ipv6/conf/\($0)" }
            #expect(settings.filter(order.contains) == order)
            #expect(try node.reconcile(node.primary, node.secondary).repairs == [])
        }
    }

    @Test func aDefaultRouteThatARouterAnnouncedIsKept() async throws {
        try await withNamespaces(2) { namespaces in
            let (node, router) = (namespaces[0], namespaces[1])
            try node("ip link add eth0 address \(Node.macs.0) type veth peer name eth0 netns \(router.name)")
            try node("ip link set eth0 up")
            try router("ip link set eth0 up")
            try await eventually {
                try [node, router].allSatisfy {
                    try $0("ip -6 address show tentative") == "" && $0("ip -6 address").contains("fe80::")
                }
            }
            try router.run { try announceRouter(on: "eth0") }
            let hasDefaultRoute = { try node("ip -6 route show default").contains("proto ra") }
            try await eventually(hasDefaultRoute)

            let primary = NodeInterface(mac: Node.macs.0, table: 1, role: .primary)
            _ = try node.run { try NodeNetwork(families: .dualStack).reconcile([primary], host: NetlinkSocket()) }
            #expect(try node("sysctl -n net.ipv6.conf.all.forwarding") == "1\n")
            #expect(try hasDefaultRoute())
        }
    }

    @Test func aPrimaryENIThatDoesNotListenForRoutersIsLeftSo() async throws {
        try await withNamespaces(1) { namespaces in
            let node = try Node(namespaces[0], .dualStack)
            try node.namespace("sysctl -qw net.ipv6.conf.eth0.accept_ra=0")
            _ = try node.reconcile(node.primary, node.secondary)
            #expect(try node.namespace("sysctl -n net.ipv6.conf.eth0.accept_ra") == "0\n")
        }
    }

    @Test func anENIWithPrefixesAloneHasNoRuleForAnAddressOfItsOwn() async throws {
        try await withNamespaces(1) { namespaces in
            let node = try Node(namespaces[0], .dualStack)
            var secondary = node.secondary
            secondary.role = .secondary(
                mark: 0x200, address: IPv4Address("10.0.1.5")!, gateway: IPv4Address("10.0.1.1")!,
                ipv6: .init(gateway: IPv6Address("2001:db8:1::1")!))
            _ = try node.reconcile(node.primary, secondary)
            let rules = try node.namespace.socket().rules().filter { $0.source.base.v6 != nil }
            #expect(rules.map(\.priority) == [0, 512, 1024, 1536, 32766])
            #expect(try node.reconcile(node.primary, secondary).repairs == [])
        }
    }

    @Test func whenIPv6IsTurnedOffNothingIsLeftOfIt() async throws {
        try await withNamespaces(1) { namespaces in
            let node = try Node(namespaces[0], .ipv4)
            let interfaces = [node.primary, node.secondary]
            _ = try node.reconcile(interfaces, .ipv4)
            let before = try node.state()
            _ = try node.reconcile(interfaces, .dualStack)
            #expect(try node.state() != before)
            _ = try node.reconcile(interfaces, .ipv4)
            #expect(try node.state() == before)
            #expect(try node.namespace("ip -6 address show dev eth1 scope global") == "")
        }
    }

    @Test func anENIWhoseOwnAddressChangesHasTheNewOneAlone() async throws {
        try await withNamespaces(1) { namespaces in
            let node = try Node(namespaces[0], .dualStack)
            _ = try node.reconcile(node.primary, node.secondary)
            // What somebody else gave to the interface stays.
            try node.namespace("ip address add 10.0.1.7/24 dev eth1")
            try node.namespace("ip address add 2001:db8:1::7/128 dev eth1 nodad")
            var changed = node.secondary
            changed.role = .secondary(
                mark: 0x200, address: IPv4Address("10.0.1.6")!, gateway: IPv4Address("10.0.1.1")!,
                ipv6: .init(gateway: IPv6Address("2001:db8:1::1")!, address: IPv6Address("2001:db8:1::6")!))
            _ = try node.reconcile(node.primary, changed)
            let addresses = try node.namespace.socket().addresses().filter { $0.prefixLength != 64 }
            #expect(
                Set(addresses.map(\.address.description)).subtracting(["127.0.0.1", "::1"])
                    == ["10.0.1.6", "10.0.1.7", "2001:db8:1::6", "2001:db8:1::7"])
            #expect(try node.reconcile(node.primary, changed).repairs == [])
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
        "ip -6 rule delete priority 512", "ip -6 rule delete priority 1024", "ip -6 rule delete priority 1536",
        "ip -6 rule delete priority 32765", "ip -6 route flush table 2", "ip -6 route delete default table 2",
        "ip -6 route replace unreachable default table 2", "ip -6 route add 2001:db8:9::/48 dev eth1 table 2",
        "ip -6 route replace default via 2001:db8:1::1 dev eth0 onlink table 2",
        "ip -6 rule add priority 1536 fwmark 0x300/0x3f00 lookup 3", "ip -6 address flush dev eth1",
        "sysctl -qw net.ipv6.conf.all.forwarding=0", "sysctl -qw net.ipv6.conf.eth0.accept_ra=1",
    ])
    func whatSomeoneBrokeIsRepairedAndReported(command: String) async throws {
        try await withNamespaces(1) { namespaces in
            let node = try Node(namespaces[0], .dualStack)
            _ = try node.reconcile(node.primary, node.secondary)
            let before = try node.state()
            try node.namespace(command)
            #expect(try node.reconcile(node.primary, node.secondary).repairs.isEmpty == false)
            #expect(try node.state() == before)
            #expect(try node.reconcile(node.primary, node.secondary).repairs == [])
        }
    }

    @Test func aDetachedENILeavesNothingAndForeignRulesStay() async throws {
        try await withNamespaces(1) { namespaces in
            let node = try Node(namespaces[0], .dualStack)
            for (family, address) in [("-4", "192.0.2.1"), ("-6", "2001:db8:2::1")] {
                try node.namespace("ip \(family) rule add priority 1536 fwmark 0x10000/0xff0000 lookup 77")
                try node.namespace("ip \(family) rule add priority 900 from \(address) lookup 2")
            }
            _ = try node.reconcile(node.primary, node.secondary)
            _ = try node.reconcile(node.primary)
            #expect(try node.namespace.socket().routes(table: 2) == [])
            let rules = try node.namespace.socket().rules()
            let priorities = [true, false].map { isIPv4 in
                rules.filter { ($0.source.base.v4 != nil) == isIPv4 }.map(\.priority)
            }
            #expect(priorities[0] == [0, 512, 900, 1024, 1536, 32766, 32767])
            #expect(priorities[1] == [0, 512, 900, 1024, 1536, 32766])
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

    @Test(arguments: IPFamilies.allCases)
    func rulesAreConstantInTheNumberOfPods(families: IPFamilies) async throws {
        try await withNamespaces(2) { namespaces in
            let host = try Host(namespaces[0])
            let before = try host.state()
            let rules = { try host.host("ip rule") + host.host("ip -6 rule") }
            let rulesBefore = try rules()
            let pods = (1...20).map { number in
                PodSpec(
                    attachment: AttachmentName(
                        AttachmentID(network: "n", containerID: "c\(number)", ifname: "eth\(number)")),
                    addresses: .sample(256 + UInt32(number), families), group: 4097, mtu: 1500)
            }
            for pod in pods {
                // One namespace has one default route; each pod's is removed so that the next can have its own.
                _ = try host.setUp(pod, in: namespaces[1])
                for (family, gateway) in families.gateways {
                    try namespaces[1]("ip \(family) route delete default")
                    try namespaces[1]("ip \(family) route delete \(gateway)")
                }
            }
            #expect(try rules() == rulesBefore)
            let routes = try host.host.socket().routes(table: 1000)
            #expect(routes.count == pods.count * families.gateways.count)
            #expect(try host.network.tearDown(pods.map(\.attachment), host: try host.host.socket()) == [:])
            #expect(try host.state() == before)
        }
    }
}

/// Tells all hosts of a link, as a router does, that this one is their default gateway. Source: RFC 4861, 4.2.
private func announceRouter(on interface: String) throws {
    let index = try #require(try NetlinkSocket().link(.name(interface))).index
    let socket = Glibc.socket(AF_INET6, Int32(SOCK_RAW.rawValue), Int32(IPPROTO_ICMPV6))
    try #require(socket >= 0)
    defer { close(socket) }
    // Others drop what could have come through a router.
    for (option, value) in [(IPV6_MULTICAST_HOPS, 255), (IPV6_MULTICAST_IF, index)] {
        var value = Int32(value)
        try #require(setsockopt(socket, Int32(IPPROTO_IPV6), option, &value, socklen_t(MemoryLayout<Int32>.size)) == 0)
    }
    var everyone = sockaddr_in6()
    everyone.sin6_family = sa_family_t(AF_INET6)
    try #require(inet_pton(AF_INET6, "ff02::1", &everyone.sin6_addr) == 1)
    // The type, a checksum that the kernel fills in, the hop limit, and a lifetime of half an hour.
    let message: [UInt8] = [134, 0, 0, 0, 64, 0, 0x07, 0x08] + Array(repeating: 0, count: 8)
    let sent = withUnsafePointer(to: &everyone) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            sendto(socket, message, message.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
        }
    }
    #expect(sent == message.count)
}

extension IPFamilies {
    /// The option of `ip` and the pods' gateway, of each family.
    fileprivate var gateways: [(family: String, gateway: String)] {
        (hasIPv4 ? [("-4", "169.254.1.1")] : []) + (hasIPv6 ? [("-6", "fe80::1")] : [])
    }
}
