import Addressing
import Identity
import Timekeeping

/// A pod interface that holds an address.
public struct Attachment: Hashable, Sendable {
    /// What CNI names the interface by.
    public var id: AttachmentID
    /// The pod that the interface belongs to.
    public var pod: PodIdentity
    /// The path of the pod's network namespace as the runtime gave it.
    public var netns: String
    /// The pod's address.
    public var address: IPv4Address
    /// The ENI that has the address.
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
