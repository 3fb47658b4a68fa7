import Addressing
import Identity
import NamespaceTesting
import Netlink
import PodNetwork

/// A namespace that plays the host.
struct Host: Sendable {
    let host: TestNamespace
    let network = PodNetwork()

    /// Forwards packets and looks destinations up among the pods first.
    init(_ namespace: TestNamespace) throws {
        host = namespace
        try host("sysctl -qw net.ipv4.ip_forward=1")
        try host("ip link set lo up")
        try host("ip address add 10.0.0.1/32 dev lo")
        try host("ip rule add priority 512 lookup 1000")
    }

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

    /// The names of the host's interfaces without `lo`.
    func interfaces() throws -> [String] {
        try host.socket().links().map(\.name).filter { $0 != "lo" }
    }
}

extension PodSpec {
    /// A pod of the primary ENI.
    static func sample(_ containerID: String = "c0ffee", _ address: String = "10.0.0.10") -> PodSpec {
        PodSpec(
            attachment: AttachmentName(AttachmentID(network: "warmpool", containerID: containerID, ifname: "eth0")),
            address: IPv4Address(address)!, group: 4097, mtu: 9001)
    }
}
