import Addressing
import ControlProtocol
import Fabric
import Foundation
import JSON
import LiveTesting
import Simulator
import Testing

/// By which of its node's ENIs a pod must send: the one that owns its address.
enum ENIKind: String, CaseIterable, Sendable {
    case primary, secondary
}

/// A pod and the ENI that owns its address.
struct PlacedPod: Sendable {
    /// The name of its node, such as `node1`.
    let node: String
    /// The name of its network namespace.
    let namespace: String
    let address: IPv4Address
    /// The name of its ENI's interface, such as `eth1`.
    let interface: String

    /// Its ENI as a ``Flow`` names it, such as `node1/eth1`.
    var eni: String { "\(node)/\(interface)" }

    var kind: ENIKind { interface == "eth0" ? .primary : .secondary }
}

/// A packet's way into the VPC: which ENI it left by, and the addresses that the VPC saw.
struct Flow: Hashable, CustomStringConvertible {
    /// Such as `node1/eth1`; `outside` for the internet.
    let by: String
    let from: IPv4Address
    let to: IPv4Address

    init(by: String, _ from: IPv4Address, _ to: IPv4Address) {
        self.by = by
        self.from = from
        self.to = to
    }

    var description: String { "\(from) → \(to) by \(by)" }
}

/// The fabric of the suite that runs, with two pods on the primary and two on a secondary ENI of every node.
struct DataPlane: Sendable {
    let live: LiveFabric
    let pods: [PlacedPod]

    /// Adds the pods at the first call.
    static func current() async throws -> DataPlane {
        let live = try LiveFabric.current
        var pods: [PlacedPod] = []
        for node in live.nodes {
            for kind in ENIKind.allCases {
                while case let count = try await node.placedPods().count(where: { $0.kind == kind }), count < 2 {
                    let sandbox = try await Sandbox.make("\(kind.rawValue)-\(count)", on: node)
                    let address = try await node.freeAddress(kind)
                    _ = try await sandbox.add(members: ["runtimeConfig": ["ips": [.string("\(address)")]]])
                    // What replaces the address is there, so that nothing changes during a test.
                    try await node.waitUntilWarm()
                }
            }
            pods += try await node.placedPods()
        }
        return DataPlane(live: live, pods: pods)
    }

    var node1: SimulatedNode { live.nodes[0] }
    var node2: SimulatedNode { live.nodes[1] }
    let outside = Fabric.outsideAddress

    /// A pod of `pods`.
    ///
    /// - Parameters:
    ///   - number: tells it from others of the same node and kind of ENI.
    func pod(_ kind: ENIKind, on node: SimulatedNode, _ number: Int = 0) throws -> PlacedPod {
        let found = pods.filter { $0.node == node.name && $0.kind == kind }
        try #require(found.indices.contains(number), "\(node.name) has \(found.count) pods of a \(kind.rawValue) ENI")
        return found[number]
    }

    /// What the VPC saw of `body`'s packets: all of them, and no others.
    func flows(_ body: () async throws -> Void) async throws -> Set<Flow> {
        let router = live.fabric.router.namespace
        try await shell("nft -f - <<'END'\n\(DataPlane.witness)\nEND", in: router)
        try await body()
        let listing = try await shell("nft -j list set ip witness seen", in: router)
        var names = ["outside": "outside"]
        for node in live.nodes {
            for eni in try await node.enis() {
                let digits = eni.mac.description.filter { $0 != ":" }
                names["eni" + digits] = "\(node.name)/eth\(eni.deviceIndex ?? -1)"
            }
        }
        let sets = try JSONValue(parsing: Array(listing.utf8))["nftables"]?.arrayValue?.compactMap { $0["set"] } ?? []
        return try Set(
            (sets.first?["elem"]?.arrayValue ?? []).map { element in
                let parts = element["concat"]?.arrayValue?.compactMap(\.stringValue) ?? []
                try #require(parts.count == 3, "\(element.text())")
                let addresses = try (#require(IPv4Address(parts[1])), #require(IPv4Address(parts[2])))
                return Flow(by: names[parts[0]] ?? parts[0], addresses.0, addresses.1)
            })
    }

    /// Sees packets as they come, before the router's own filter (`raw`, -300).
    private static let witness = """
        add table ip witness
        delete table ip witness
        table ip witness {
            set seen { typeof iifname . ip saddr . ip daddr; flags dynamic; size 65535; }
            chain witness {
                type filter hook prerouting priority -500
                add @seen { iifname . ip saddr . ip daddr }
            }
        }
        """
}

extension SimulatedNode {
    func enis() async throws -> [InterfaceRow] {
        try await call(.interfaces)
    }

    /// The primary address of the primary ENI.
    func primaryAddress() async throws -> IPv4Address {
        try await #require(enis().first(where: \.isPrimary)).primaryAddress
    }

    func placedPods() async throws -> [PlacedPod] {
        let enis = Dictionary(uniqueKeysWithValues: try await enis().map { ($0.id, $0) })
        let rows: [PodRow] = try await call(.pods)
        return try rows.map { row in
            let device = try #require(enis[row.eni]?.deviceIndex)
            return PlacedPod(
                node: name, namespace: row.containerID, address: try #require(row.addresses.ipv4),
                interface: "eth\(device)")
        }
    }

    /// A free address of an ENI of this kind.
    func freeAddress(_ kind: ENIKind) async throws -> IPv4Address {
        let addresses = try await enis().filter { $0.isPrimary == (kind == .primary) }.flatMap(\.addresses)
        let free = addresses.first { $0.state == "free" }?.address.v4
        return try #require(free, "\(name): no \(kind.rawValue) ENI has one")
    }

    /// Everything in the node's kernel that must not depend on pods: rules, the ENIs' tables, the packet filter.
    func constants() async throws -> [String] {
        // Rules of one priority exclude each other, so that their order means nothing.
        let script =
            "(ip -4 rule; ip -4 route show table all | grep -v ' table 1000 ') | sort; nft list table inet warmpool || true"
        return try await shell(script, in: netns).split(separator: "\n").map(String.init)
    }
}

/// Runs a script of the shell inside a namespace; it must succeed.
///
/// - Returns: what it printed.
@discardableResult
func shell(_ script: String, in namespace: String?) async throws -> String {
    let output = try await NamespaceCommand.run(["sh", "-c", script], in: namespace)
    try #require(output.isSuccess, "\(script): \(output.standardError)\(output.standardOutput)")
    return output.standardOutput
}

/// A ping is answered, in a time that also a busy machine has.
///
/// - Parameter options: of ping(8).
func expectPing(
    _ address: IPv4Address, from namespace: String, _ options: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let isAnswered = try await ping(address, from: namespace, "-W 5 \(options)")
    #expect(isAnswered, "\(address) from \(namespace)", sourceLocation: sourceLocation)
}

/// A ping is not answered, in a time that is long for a network of memory.
func expectNoPing(
    _ address: IPv4Address, from namespace: String, _ options: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let isAnswered = try await ping(address, from: namespace, "-W 0.2 \(options)")
    #expect(!isAnswered, "\(address) from \(namespace)", sourceLocation: sourceLocation)
}

private func ping(_ address: IPv4Address, from namespace: String, _ options: String) async throws -> Bool {
    let words = "ping -n -q -c 1 \(options) \(address)".split(separator: " ").map(String.init)
    return try await NamespaceCommand.run(words, in: namespace).isSuccess
}
