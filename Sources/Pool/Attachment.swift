import Addressing
import Identity
import Timekeeping

/// A pod interface that holds an address of each of its families.
public struct Attachment: Hashable, Sendable {
    /// What CNI names the interface by.
    public var id: AttachmentID
    /// The pod that the interface belongs to.
    public var pod: PodIdentity
    /// The path of the pod's network namespace as the runtime gave it.
    public var netns: String
    /// The pod's addresses.
    public var addresses: PodAddresses
    /// The ENI that has the addresses.
    public var eni: ENIID
    /// When the addresses were granted.
    public var since: Instant

    public init(
        id: AttachmentID, pod: PodIdentity, netns: String, addresses: PodAddresses, eni: ENIID, since: Instant
    ) {
        self.id = id
        self.pod = pod
        self.netns = netns
        self.addresses = addresses
        self.eni = eni
        self.since = since
    }
}
