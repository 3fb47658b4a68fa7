import Addressing
import Identity
import NamespaceTesting
import Netlink
import PodNetwork

/// A namespace that plays the host, with addresses of both families of its own.
struct Host: Sendable {
    let host: TestNamespace
    let network = PodNetwork()

    /// Forwards packets and looks destinations up among the pods first.
    init(_ namespace: TestNamespace) throws {
        host = namespace
        try host("sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1")
        try host("ip link set lo up")
        for address in Host.addresses(.dualStack).all {
            try host("ip address add \(address.host) dev lo")
        }
        try host("ip rule add priority 512 lookup 1000")
        try host("ip -6 rule add priority 512 lookup 1000")
    }

    /// The host's own addresses.
    static func addresses(_ families: IPFamilies) -> PodAddresses { .sample(1, families) }

    func setUp(_ pod: PodSpec, in namespace: TestNamespace) throws -> PodNetwork.SetUp {
        try host.run {
            try network.setUp(
                pod, in: namespace.namespace, host: NetlinkSocket(), pod: try NetlinkSocket(in: namespace.namespace))
        }
    }

    func check(_ pod: PodSpec, in namespace: TestNamespace) throws {
        try host.run { try network.check(pod, host: NetlinkSocket(), pod: try NetlinkSocket(in: namespace.namespace)) }
    }

    /// The first difference that a check names; `nil` where it finds none.
    func difference(_ pod: PodSpec, in namespace: TestNamespace) throws -> String? {
        do {
            try check(pod, in: namespace)
            return nil
        } catch PodNetworkError.differs(let difference) {
            return difference
        }
    }

    func tearDown(_ pod: PodSpec) throws {
        if let problem = try network.tearDown([pod.attachment], host: host.socket()).values.first { throw problem }
    }

    /// All that a pod can leave behind: links, addresses, neighbours, and routes and rules of all tables.
    func state() throws -> [String] {
        try ["link", "address", "neighbour", "route show table all", "-6 route show table all", "rule", "-6 rule"]
            .map { try host("ip \($0)") }
    }

    /// The names of the host's interfaces without `lo`.
    func interfaces() throws -> [String] {
        try host.socket().links().map(\.name).filter { $0 != "lo" }
    }
}

extension PodSpec {
    /// A pod of the primary ENI.
    static func sample(
        _ containerID: String = "c0ffee", _ number: UInt32 = 10, _ families: IPFamilies = .ipv4
    ) -> PodSpec {
        PodSpec(
            attachment: AttachmentName(AttachmentID(network: "warmpool", containerID: containerID, ifname: "eth0")),
            addresses: .sample(number, families), group: 4097, mtu: 9001)
    }
}

extension Ruleset {
    /// Of a node with two secondary ENIs, whose pods have these families.
    static func sample(_ families: IPFamilies) -> Ruleset {
        Ruleset(
            families: families, primaryInterface: "eth0", primaryAddress: IPv4Address("10.0.0.1")!,
            secondaryENIs: [.init(group: 4098, mark: 0x200), .init(group: 14198, mark: 0x300)],
            vpcNetworks: [IPv4Network("10.0.0.0/16")!, IPv4Network("10.0.4.0/24")!],
            vpcIPv6Networks: [IPv6Network("2001:db8::/56")!], podIPv6Prefixes: [IPv6Network("2001:db8::/80")!])
    }
}

extension PodAddresses {
    /// Number 10 is 10.0.0.10 and 2001:db8::a.
    static func sample(_ number: UInt32, _ families: IPFamilies) -> PodAddresses {
        let ipv4 = IPv4Address("10.0.0.0")!.advanced(by: Int(number))
        let ipv6 = IPv6Address("2001:db8::")!.advanced(by: UInt128(number))
        return PodAddresses(ipv4: families.hasIPv4 ? ipv4 : nil, ipv6: families.hasIPv6 ? ipv6 : nil)!
    }
}

extension TestNamespace {
    /// Whether a ping from inside is answered from each of the addresses.
    func reaches(all addresses: PodAddresses) -> Bool {
        addresses.all.allSatisfy { reaches($0) }
    }
}
