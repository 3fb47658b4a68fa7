import Addressing

/// One pod of `warmpoolctl pods`.
public struct PodRow: Codable, Sendable {
    /// The pod's namespace; empty where the runtime gave none.
    public var namespace: String
    /// The pod's name; empty where the runtime gave none.
    public var name: String
    /// The pod's UID; empty where the runtime gave none.
    public var uid: String
    /// The name of the network configuration.
    public var network: String
    /// The runtime's name of the container.
    public var containerID: String
    /// The interface's name in the pod.
    public var ifname: String
    /// The pod's addresses, one of each of its families.
    public var addresses: PodAddresses
    /// The ENI that has the addresses.
    public var eni: String
    /// The name of the host end of the pod's link.
    public var hostInterface: String
    /// The path of the pod's network namespace.
    public var netns: String
    /// Seconds since the addresses were granted.
    public var ageSeconds: Double

    public init(
        namespace: String, name: String, uid: String, network: String, containerID: String, ifname: String,
        addresses: PodAddresses, eni: String, hostInterface: String, netns: String, ageSeconds: Double
    ) {
        self.namespace = namespace
        self.name = name
        self.uid = uid
        self.network = network
        self.containerID = containerID
        self.ifname = ifname
        self.addresses = addresses
        self.eni = eni
        self.hostInterface = hostInterface
        self.netns = netns
        self.ageSeconds = ageSeconds
    }
}
