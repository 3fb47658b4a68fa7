import Addressing
import Fabric
import Glibc
import NamespaceTesting
import Netlink
import Synchronization

private let counter = Atomic(0)

/// A fabric's name that no other test uses.
func uniqueName() -> String {
    "fabric-test-\(getpid())-\(counter.add(1, ordering: .relaxed).newValue)"
}

/// Makes a fabric, hands it to `body` and removes it, whatever happens.
func withFabric(nodes: Int = 2, _ body: (Fabric) async throws -> Void) async throws {
    let fabric = try await Fabric.create(name: uniqueName(), nodes: nodes)
    do {
        try await body(fabric)
    } catch {
        try? await fabric.remove()
        throw error
    }
    try await fabric.remove()
}

/// The primary ENI of a node: 10.7.1.10 and 2001:db8:7:1::10, 10.7.1.20 and 2001:db8:7:1::20, …
func primary(_ number: Int, also secondary: [String] = [], ipv6Prefixes: [String] = []) -> FabricENI {
    FabricENI(
        mac: MACAddress(bits: 0x0200_0000_0000 + UInt64(number)), deviceIndex: 0, subnet: subnet,
        primaryAddress: subnet[10 * number], secondaryAddresses: secondary.map { IPv4Address($0)! },
        ipv6Subnet: ipv6Subnet, ipv6Address: ipv6Subnet.base.advanced(by: 0x10 * UInt128(number)),
        ipv6Prefixes: ipv6Prefixes.map { IPv6Network($0)! })
}

/// A second ENI, with the address of a pod and a prefix for others.
let secondary = FabricENI(
    mac: MACAddress("02:00:00:00:00:09")!, deviceIndex: 1, subnet: subnet, primaryAddress: IPv4Address("10.7.1.39")!,
    secondaryAddresses: [IPv4Address("10.7.1.40")!], ipv6Subnet: ipv6Subnet,
    ipv6Prefixes: [IPv6Network("2001:db8:7:1:9::/80")!])

let subnet = IPv4Network("10.7.1.0/24")!

let ipv6Subnet = IPv6Network("2001:db8:7:1::/64")!

extension Fabric {
    func follow(_ enis: [FabricENI], node: Int) throws {
        try router.follow(enis, in: NetworkNamespace(named: nodes[node]))
    }
}

/// Runs a command inside a namespace.
@discardableResult
func inside(_ namespace: String, _ command: String) throws -> String {
    try shell("ip netns exec \(namespace) \(command)")
}

/// Whether a ping is answered, within the time in which the kernel asks three times for a neighbour.
func reaches(_ address: String, from namespace: String, as source: String? = nil, seconds: Int = 3) -> Bool {
    let option = source.map { "-I \($0)" } ?? ""
    return (try? inside(namespace, "ping -c 1 -W \(seconds) \(option) \(address)")) != nil
}

/// How many packets the router has dropped because of their source.
func droppedPackets(_ fabric: Fabric) throws -> Int {
    let rules = try inside(fabric.router.namespace, "nft list chain inet fabric sources").split(separator: " ")
    guard let label = rules.firstIndex(of: "packets") else { return -1 }
    return Int(rules[label + 1]) ?? -1
}

func interfaces(of namespace: String) throws -> [String] {
    try NetlinkSocket(in: NetworkNamespace(named: namespace)).links().map(\.name).sorted()
}

/// Links, routes and addresses of the router and the nodes, without the link-local ones that the kernel makes in its
/// time.
func snapshot(_ fabric: Fabric) throws -> [String] {
    try ([fabric.router.namespace] + fabric.nodes).flatMap { name in
        let socket = try NetlinkSocket(in: NetworkNamespace(named: name))
        return try socket.links().map { "\(name) \($0.index) \($0.name) \($0.isUp)" }
            + socket.routes(table: Route.main).map { "\(name) \($0)" }.sorted()
            + socket.addresses().filter { $0.address.v6.map { !linkLocal.contains($0) } ?? true }
            .map { "\(name) \($0)" }.sorted()
    }
}

private let linkLocal = IPv6Network("fe80::/10")!

/// The names of the machine's namespaces that begin with a fabric's name.
func namespaces(beginning prefix: String) throws -> [String] {
    try shell("ip netns list").split(separator: "\n").compactMap { $0.split(separator: " ").first.map(String.init) }
        .filter { $0.hasPrefix(prefix + "-") }.sorted()
}

/// A process that does nothing inside a namespace, until it is released.
final class Sleeper {
    let pid: pid_t

    init(in namespace: String) throws {
        let output = try shell("ip netns exec \(namespace) sleep 60 > /dev/null & echo $!")
        pid = pid_t(output.filter(\.isNumber)) ?? 0
        // The command is inside once 'ip' has become 'sleep'.
        while try shell("cat /proc/\(pid)/comm") != "sleep\n" { usleep(1000) }
    }

    deinit {
        kill(pid, SIGKILL)
    }
}
