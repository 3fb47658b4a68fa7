import Addressing
import ControlProtocol
import Fabric
import InstanceLimits
import JSON
import LiveTesting
import Pool
import Providers
import Simulator
import Testing

/// The family of the packets that a test is about.
enum Family: String, CaseIterable, Sendable {
    case ipv4, ipv6
}

/// By which of its node's ENIs a pod must send: the one that owns its address.
enum ENIKind: String, CaseIterable, Sendable {
    case primary, secondary
}

/// A pod and the ENI that owns its addresses.
struct PlacedPod: Sendable {
    /// The name of its node, such as `node1`.
    let node: String
    /// The name of its network namespace.
    let namespace: String
    let addresses: PodAddresses
    /// Its address in the family that the test is about.
    let address: IPAddress
    /// The name of its ENI's interface, such as `eth1`.
    let interface: String

    /// The ENI's own address in that family, which the node has when it speaks by the ENI.
    let eniAddress: IPAddress

    /// Its ENI as a ``Flow`` names it, such as `node1/eth1`.
    var eni: String { "\(node)/\(interface)" }

    var kind: ENIKind { interface == "eth0" ? .primary : .secondary }
}

/// The fabric of the suite that runs, as packets of one family see it, with two pods on each kind of ENI of every node
/// that serves pods.
struct DataPlane: Sendable {
    let live: LiveFabric
    let family: Family
    let pods: [PlacedPod]
    /// The primary address of every node's primary ENI.
    let nodeAddresses: [SimulatedNode: IPAddress]

    /// Adds the pods at the first call.
    static func current(_ family: Family = .ipv4) async throws -> DataPlane {
        let live = try LiveFabric.current
        var pods: [PlacedPod] = []
        var nodeAddresses: [SimulatedNode: IPAddress] = [:]
        for node in live.nodes {
            let kinds = try await Set(node.enis().filter(\.servesPods).map(\.kind))
            for kind in kinds {
                while case let count = try await node.placedPods(family).count(where: { $0.kind == kind }), count < 2 {
                    let sandbox = try await Sandbox.make("\(kind.rawValue)-\(count)", on: node)
                    _ = try await sandbox.add(requesting: node.freeAddress(kind))
                    // What replaces the address is there, so that nothing changes during a test.
                    try await node.waitUntilWarm()
                }
            }
            pods += try await node.placedPods(family)
            nodeAddresses[node] = try await node.primaryAddress(family)
        }
        return DataPlane(live: live, family: family, pods: pods, nodeAddresses: nodeAddresses)
    }

    var node1: SimulatedNode { live.nodes[0] }
    var node2: SimulatedNode { live.nodes[1] }

    /// The host in the internet.
    var outside: IPAddress {
        switch family {
        case .ipv4: .v4(Fabric.outsideAddress)
        case .ipv6: .v6(Fabric.outsideIPv6Address)
        }
    }

    /// The kinds of ENIs that serve pods.
    var kinds: [ENIKind] { ENIKind.allCases.filter { kind in pods.contains { $0.kind == kind } } }

    /// The kind of a pod that shows most: on an ENI with a routing table of its own, where there is one.
    var farthest: ENIKind { kinds.last ?? .primary }

    /// A pod of `pods`.
    ///
    /// - Parameters:
    ///   - number: tells it from others of the same node and kind of ENI.
    func pod(_ kind: ENIKind, on node: SimulatedNode, _ number: Int = 0) throws -> PlacedPod {
        let found = pods.filter { $0.node == node.name && $0.kind == kind }
        try #require(found.indices.contains(number), "\(node.name) has \(found.count) pods of a \(kind.rawValue) ENI")
        return found[number]
    }

    /// The primary address of a node's primary ENI.
    func address(of node: SimulatedNode) throws -> IPAddress {
        try #require(nodeAddresses[node], "\(node.name) is not of the fabric")
    }

    /// The address of its node that a pod sees: of all that the node has, in IPv6 the kernel takes the one most like the
    /// pod's (source: RFC 6724, 5, rule 8).
    func nodeAddress(towards pod: PlacedPod) throws -> IPAddress {
        switch family {
        case .ipv4: try address(of: #require(live.nodes.first { $0.name == pod.node }))
        case .ipv6: pod.eniAddress
        }
    }

    /// What the internet sees of a pod when nothing else is configured: in IPv4 its node, in IPv6 the pod, whose address
    /// is valid everywhere.
    func face(of pod: PlacedPod) throws -> (address: IPAddress, eni: String) {
        guard family == .ipv4 else { return (pod.address, pod.eni) }
        return (try nodeAddress(towards: pod), "\(pod.node)/eth0")
    }
}

extension InterfaceRow {
    var kind: ENIKind { isPrimary ? .primary : .secondary }

    /// The own address of a secondary ENI that serves pods.
    fileprivate func address(_ family: Family) -> IPAddress? {
        switch family {
        case .ipv4: .v4(primaryAddress)
        case .ipv6: ipv6Prefix.map { .v6($0.companion(of: primaryAddress)) }
        }
    }
}

extension SimulatedNode {
    func enis() async throws -> [InterfaceRow] {
        try await call(.interfaces)
    }

    /// The primary address of the primary ENI.
    func primaryAddress(_ family: Family = .ipv4) async throws -> IPAddress {
        switch family {
        case .ipv4: return .v4(try await #require(enis().first(where: \.isPrimary)).primaryAddress)
        case .ipv6:
            let eth0 = try #require(try socket().link(.name("eth0")))
            // The other IPv6 address of the interface is link-local, with a prefix of 64 bits.
            let own = try socket().addresses().first {
                $0.interface == eth0.index && $0.address.v6 != nil && $0.prefixLength == 128
            }
            return try #require(own, "\(name) has no IPv6 address").address
        }
    }

    /// The pods, as packets of a family see them.
    func placedPods(_ family: Family = .ipv4) async throws -> [PlacedPod] {
        let enis = Dictionary(uniqueKeysWithValues: try await enis().map { ($0.id, $0) })
        let rows: [PodRow] = try await call(.pods)
        let primaryAddress = try await primaryAddress(family)
        return try rows.map { row in
            let eni = try #require(enis[row.eni])
            return PlacedPod(
                node: name, namespace: row.containerID, addresses: row.addresses,
                address: try #require(row.addresses.address(family)), interface: "eth\(eni.deviceIndex ?? -1)",
                eniAddress: eni.isPrimary ? primaryAddress : try #require(eni.address(family)))
        }
    }

    /// A free address of an ENI of this kind that serves pods: of IPv4, or of an ENI's /80 where it has no others.
    func freeAddress(_ kind: ENIKind) async throws -> IPAddress {
        let enis = try await enis().filter { $0.kind == kind && $0.servesPods }
        if let free = enis.flatMap(\.addresses).first(where: { $0.state == "free" }) { return free.address }
        let taken = Set(enis.flatMap(\.addresses).map(\.address))
        let prefix = enis.filter { $0.addresses.allSatisfy { $0.address.v4 == nil } }.compactMap(\.ipv6Prefix).first
        // Pods without IPv4 have a 1 before the last 32 bits.
        let free = prefix.flatMap { prefix in
            (1...1000).lazy.map { IPAddress.v6(prefix.base.advanced(by: 1 << 32 + $0)) }.first { !taken.contains($0) }
        }
        return try #require(free, "\(name): no \(kind.rawValue) ENI has a free address")
    }

    /// The cloud that the daemons share, as someone else's tool on this node sees it.
    func cloud() async throws -> MockProvider {
        let network = IPv4Network(containing: IPv4Address(bits: 0x0a00_0000), prefixLength: 16)
        let cloud = try MockCloud(
            MockCloudConfiguration(cidr: network, subnets: []), storage: .file(path: directory + "/../cloud.json"),
            now: { BootClock.now })
        let type = try InstanceType(named: "t3.medium")
        return try await MockProvider(
            cloud: cloud, node: MockNode(instanceID: "i-\(name)", subnet: SubnetID("subnet-a"), type: type))
    }

    /// Everything in the node's kernel that must not depend on pods: rules, the ENIs' tables, the packet filter.
    func constants() async throws -> [String] {
        // Rules of one priority exclude each other, so that their order means nothing. Link-local addresses of the pods'
        // links are the kernel's, and so is when it learns of a route from elsewhere.
        let script = """
            for family in -4 -6; do ip $family rule; ip $family route show table all; done |
                grep -v -e ' table 1000 ' -e ' dev wp' -e '^local fe80:' -e '^anycast ' -e '^multicast ' | sort
            nft list table inet warmpool || true
            """
        return try await shell(script, in: netns).split(separator: "\n").map(String.init)
    }
}

extension PodAddresses {
    func address(_ family: Family) -> IPAddress? {
        switch family {
        case .ipv4: ipv4.map(IPAddress.v4)
        case .ipv6: ipv6.map(IPAddress.v6)
        }
    }
}

extension Sandbox {
    /// ADD with a requested address, which must succeed.
    func add(requesting address: IPAddress) async throws -> JSONValue {
        try await add(members: ["runtimeConfig": ["ips": [.string("\(address)")]]])
    }
}
