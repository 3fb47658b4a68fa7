import Addressing
import Timekeeping

/// What the plugin needs to know to make a pod's interface: the answer to ADD and to CHECK.
public struct PodAddress: Codable, Hashable, Sendable {
    /// The pod's own addresses, one of each of its families.
    public var addresses: PodAddresses
    /// The address that the pod's default route in IPv4 points at: link-local, the same for every pod.
    public var gateway: IPv4Address
    /// The address that the pod's default route in IPv6 points at, likewise.
    public var gatewayIPv6: IPv6Address
    /// The routing table with one route per pod.
    public var podTable: UInt32
    /// The interface group of the host end, which names the address's ENI.
    public var interfaceGroup: UInt32
    /// The MTU of both ends of a link that is made now, in bytes, where its network asks for no other.
    public var mtu: UInt32
    /// The MTU of the ENI that has the addresses, which no network may exceed.
    public var eniMTU: UInt32
    /// The attachment had the address already.
    public var isRepeat: Bool
    /// The network namespace in which the daemon makes its routes, by its inode: the plugin's must be the same.
    public var hostNamespace: UInt64
    /// Who has made no interface by then has lost the address: it may be another pod's.
    public var usableUntil: Instant

    public init(
        addresses: PodAddresses, gateway: IPv4Address, gatewayIPv6: IPv6Address, podTable: UInt32,
        interfaceGroup: UInt32, mtu: UInt32, eniMTU: UInt32, isRepeat: Bool, hostNamespace: UInt64,
        usableUntil: Instant
    ) {
        self.addresses = addresses
        self.gateway = gateway
        self.gatewayIPv6 = gatewayIPv6
        self.podTable = podTable
        self.interfaceGroup = interfaceGroup
        self.mtu = mtu
        self.eniMTU = eniMTU
        self.isRepeat = isRepeat
        self.hostNamespace = hostNamespace
        self.usableUntil = usableUntil
    }
}

/// The answer to STATUS: whether pods can be served now or within the time of a refill.
public struct Readiness: Codable, Hashable, Sendable {
    /// Whether an ADD can be served.
    public var isReady: Bool
    /// Why not, in one sentence.
    public var reason: String?

    public init(isReady: Bool, reason: String?) {
        self.isReady = isReady
        self.reason = reason
    }
}

/// The answer to GC.
public struct CollectReply: Codable, Hashable, Sendable {
    /// The attachments that were removed, as `network/container/interface`.
    public var removed: [String]
    /// What could not be removed, a sentence each.
    public var failures: [String]

    public init(removed: [String], failures: [String]) {
        self.removed = removed
        self.failures = failures
    }
}
