import Addressing
import Timekeeping

/// The identity of one pod interface: what CNI names it by (source: CNI specification 1.1.0, section 2).
public struct AttachmentID: Hashable, Codable, Sendable, CustomStringConvertible {
    /// The name of the network configuration.
    public var network: String
    public var containerID: String
    /// The interface's name inside the pod.
    public var ifname: String

    public init(network: String, containerID: String, ifname: String) {
        self.network = network
        self.containerID = containerID
        self.ifname = ifname
    }

    public var description: String { "\(network)/\(containerID)/\(ifname)" }
}

/// Kubernetes' names for the pod that an attachment belongs to; empty where the runtime gave none.
public struct PodIdentity: Hashable, Codable, Sendable {
    public var namespace: String
    public var name: String
    public var uid: String

    public init(namespace: String = "", name: String = "", uid: String = "") {
        self.namespace = namespace
        self.name = name
        self.uid = uid
    }
}

/// A pod interface that holds an address.
public struct Attachment: Hashable, Sendable {
    public var id: AttachmentID
    public var pod: PodIdentity
    /// The path of the pod's network namespace as the runtime gave it.
    public var netns: String
    public var address: IPv4Address
    public var eni: ENIID
    /// When the address was granted.
    public var since: Instant

    public init(
        id: AttachmentID, pod: PodIdentity, netns: String, address: IPv4Address, eni: ENIID, since: Instant
    ) {
        self.id = id
        self.pod = pod
        self.netns = netns
        self.address = address
        self.eni = eni
        self.since = since
    }
}
