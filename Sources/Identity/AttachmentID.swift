/// The identity of one pod interface: what CNI names it by (source: CNI specification 1.1.0, section 2).
public struct AttachmentID: Hashable, Codable, Sendable, CustomStringConvertible {
    /// The name of the network configuration.
    public var network: String
    /// The container's name as the runtime gave it.
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
    /// The namespace of the pod.
    public var namespace: String
    /// The name of the pod.
    public var name: String
    /// The UID of the pod, which no later pod of the same name shares.
    public var uid: String

    public init(namespace: String = "", name: String = "", uid: String = "") {
        self.namespace = namespace
        self.name = name
        self.uid = uid
    }
}
