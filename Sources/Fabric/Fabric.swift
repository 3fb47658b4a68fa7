import Addressing
import Glibc
import Netlink
import Nftables

/// A VPC made of network namespaces, with real interfaces, routes and packets.
///
/// ```
///  lab-node1           lab-router (the VPC)           lab-outside (the internet)
///  ┌──────────┐ veth   ┌─────────────────────┐ veth   ┌──────────────────┐
///  │ eth0 ────┼────────┼ eni02…   gateways   │        │ 198.51.100.2     │
///  │ eth1 ────┼────────┼ eni02…    on lo     ┼────────┼ eth0             │
///  └──────────┘        │                     │        │ 2001:db8:ffff::2 │
///  lab-node2           │                     │        └──────────────────┘
///  │ eth0 ────┼────────┼ eni02…              │
/// ```
///
/// The router forwards to an address only while the provider has it assigned to an ENI, by a route that
/// ``FabricRouter/follow(_:in:)`` keeps, and drops what an ENI sends from an address that is not routed to it.
///
/// Fabrics of different names do not touch each other. Everything of a fabric is inside its namespaces, whose names begin
/// with its own, so that ``remove(name:)`` finds it after any crash.
public struct Fabric: Hashable, Sendable {
    /// What the names of all its namespaces begin with.
    public let name: String
    /// The names of the nodes' namespaces for `ip netns`: `NAME-node1`, `NAME-node2`, …
    public let nodes: [String]
    /// The namespace that plays the VPC.
    public let router: FabricRouter
    /// The name of the namespace that plays the internet.
    public let outside: String

    /// The internet's network; the router is its first host.
    public static let outsideNetwork = IPv4Network(containing: IPv4Address(bits: 0xc633_6400), prefixLength: 24)

    /// The host in the internet that answers, and the only one.
    public static let outsideAddress = outsideNetwork[2]

    /// The internet's IPv6 network, 2001:db8:ffff::/64; the router is its first host.
    public static let outsideIPv6Network = IPv6Network(
        containing: IPv6Address(bits: 0x2001_0db8_ffff << 80), prefixLength: 64)

    /// The IPv6 address of the host in the internet.
    public static let outsideIPv6Address = outsideIPv6Network.base.advanced(by: 2)

    /// An address of the router by which nodes reach what a cloud offers them, such as its metadata service.
    public static let metadataAddress = IPv4Address(bits: 0xa9fe_a9fe)

    /// So long a fabric's name may be, for the names and paths that are made from it.
    public static let longestName = 32

    private init(name: String, nodes: Int) throws(FabricError) {
        try Fabric.check(name: name)
        self.name = name
        self.nodes = (0..<max(nodes, 0)).map { "\(name)-node\($0 + 1)" }
        router = FabricRouter(namespace: "\(name)-router")
        outside = "\(name)-outside"
    }

    /// Whether a fabric can have this name.
    ///
    /// - Throws: ``FabricError/invalidName(_:)``
    public static func check(name: String) throws(FabricError) {
        let letters = name.utf8.allSatisfy {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                || $0 == UInt8(ascii: "-")
        }
        guard letters, (1...Fabric.longestName).contains(name.utf8.count), !name.hasPrefix("-"), !name.hasSuffix("-")
        else { throw .invalidName(name) }
    }

    /// Makes a fabric whose nodes have no interface yet. What a fabric of this name left behind is removed first.
    ///
    /// - Throws: ``FabricError/inUse(name:processes:)`` where processes run in the namespaces of such a fabric: it is
    ///   nobody's left-over then, and stays as it is. Other ``FabricError`` when it cannot be made; then nothing is left.
    public static func create(name: String, nodes: Int) async throws(FabricError) -> Fabric {
        let fabric = try Fabric(name: name, nodes: nodes)
        let processes = NamespaceNames.processes(in: NamespaceNames.all(of: name))
        guard processes.isEmpty else { throw .inUse(name: name, processes: processes) }
        try await remove(name: name)
        do {
            try await fabric.build()
        } catch {
            // In a task of its own, because this one may be cancelled. The first error says more than what follows.
            _ = try? await Task { try await remove(name: name) }.value
            throw error
        }
        return fabric
    }

    /// Removes the fabric.
    ///
    /// - Throws: as ``remove(name:)``.
    public func remove() async throws(FabricError) {
        try await Fabric.remove(name: name)
    }

    /// Removes all that there is of a fabric of this name: its namespaces, those of its nodes' pods (see
    /// ``podNamespace(_:onNode:)``) and every interface in them. Does not end processes; one that still runs in a
    /// namespace of the fabric finds it empty.
    ///
    /// - Returns: the names of the namespaces that were there.
    /// - Throws: the first ``FabricError``, after everything was tried.
    @discardableResult
    public static func remove(name: String) async throws(FabricError) -> [String] {
        try check(name: name)
        let names = NamespaceNames.all(of: name)
        var failure: FabricError?
        for name in names {
            do throws(FabricError) {
                // A process inside would keep a namespace, and its interfaces, beyond the end of its name.
                removeLinks(in: name)
                try await NamespaceCommand.delete(name)
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return names
    }

    /// The names of all namespaces that there are of a fabric of this name, those of its nodes' pods included.
    public static func namespaces(of name: String) -> [String] { NamespaceNames.all(of: name) }

    /// The name for the namespace of a pod on one of the fabric's nodes: one that ``remove(name:)`` will find.
    ///
    /// - Parameter node: the node's namespace.
    public static func podNamespace(_ pod: String, onNode node: String) -> String {
        "\(node)\(NamespaceNames.podSeparator)\(pod)"
    }

    // MARK: Building

    private func build() async throws(FabricError) {
        for namespace in [router.namespace, outside] + nodes {
            try await NamespaceCommand.add(namespace)
        }
        let routerNamespace = try asFabricError { () throws(NetlinkError) in
            try NetworkNamespace(named: router.namespace)
        }
        try KernelSetting.write(Fabric.routerSettings, in: routerNamespace)
        do throws(NftablesError) {
            _ = try await Nftables(namespace: router.namespace)
                .apply(Fabric.routerRules, table: Nftables.Table(family: "inet", name: "fabric"))
        } catch {
            throw .rules(error)
        }
        try asFabricError { () throws(NetlinkError) in
            for namespace in [router.namespace, outside] + nodes {
                try NetlinkSocket(in: NetworkNamespace(named: namespace))
                    .perform(.changeLink(.name("lo"), LinkChange(isUp: true)))
            }
            try addMetadataAddress(in: routerNamespace)
            try connectOutside(to: routerNamespace)
        }
    }

    /// The router forwards, answers ARP for the other hosts of a subnet, and leaves the judgement of sources to its rules.
    private static let routerSettings = [
        KernelSetting("net/ipv4/ip_forward", "1"),
        KernelSetting("net/ipv4/conf/all/rp_filter", "0"),
        KernelSetting("net/ipv4/conf/default/rp_filter", "0"),
        KernelSetting("net/ipv4/conf/default/proxy_arp", "1"),
        KernelSetting("net/ipv6/conf/all/forwarding", "1"),
        // A VPC does not wait a second for other owners of an address.
        KernelSetting("net/ipv6/conf/default/accept_dad", "0"),
    ]

    /// An ENI's own addresses are the ones that are routed to it: no list besides the routes that could disagree. What is
    /// sent from link-local addresses, or from none, stays on the link: the neighbour discovery of IPv6.
    private static let routerRules = """
        table inet fabric {
            chain sources {
                type filter hook prerouting priority raw;
                iifname "eni*" ip6 saddr { ::, fe80::/10 } accept
                iifname "eni*" fib saddr . iif oif missing counter drop
            }
        }
        """

    private func addMetadataAddress(in routerNamespace: NetworkNamespace) throws(NetlinkError) {
        // A namespace's loopback interface is its first.
        try NetlinkSocket(in: routerNamespace)
            .perform(.addAddress(InterfaceAddress(.v4(Fabric.metadataAddress), interface: 1)))
    }

    private func connectOutside(to routerNamespace: NetworkNamespace) throws(NetlinkError) {
        let outsideNamespace = try NetworkNamespace(named: outside)
        let inner = try NetlinkSocket(in: routerNamespace)
        let outer = try NetlinkSocket(in: outsideNamespace)
        try inner.perform(
            .createVeth(
                VethPair(near: .init(name: "outside"), peer: .init(name: "eth0"), peerNamespace: outsideNamespace)))
        let (near, far) = (try Fabric.index(of: "outside", inner), try Fabric.index(of: "eth0", outer))
        try inner.perform(.changeLink(.index(near), LinkChange(isUp: true)))
        try outer.perform(.changeLink(.index(far), LinkChange(isUp: true)))
        let (ipv4, ipv6) = (Fabric.outsideNetwork, Fabric.outsideIPv6Network)
        let families: [(gateway: IPAddress, host: IPAddress, prefixLength: Int)] = [
            (.v4(ipv4[1]), .v4(Fabric.outsideAddress), ipv4.prefixLength),
            (.v6(ipv6.base.advanced(by: 1)), .v6(Fabric.outsideIPv6Address), ipv6.prefixLength),
        ]
        for (gateway, host, prefixLength) in families {
            try inner.perform(.addAddress(InterfaceAddress(gateway, prefixLength: prefixLength, interface: near)))
            try outer.perform(
                .addAddress(InterfaceAddress(host, prefixLength: prefixLength, interface: far)),
                .addRoute(Route(defaultVia: gateway, interface: far)))
        }
    }

    private static func index(of interface: String, _ socket: NetlinkSocket) throws(NetlinkError) -> Int {
        guard let link = try socket.link(.name(interface)) else {
            throw NetlinkError(operation: "ip link show dev \(interface)", code: ENODEV)
        }
        return link.index
    }

    /// Removes what interfaces a namespace has, as far as it goes: deleting the namespace removes the rest.
    private static func removeLinks(in name: String) {
        guard let namespace = try? NetworkNamespace(named: name), let socket = try? NetlinkSocket(in: namespace),
            let links = try? socket.links()
        else { return }
        _ = try? socket.send(links.filter { $0.kind == "veth" }.map { .deleteLink(.index($0.index)) })
    }
}
