import Addressing
import Identity

/// What the provider and the kernel say at one moment.
public struct Observation: Hashable, Sendable {
    /// A pod that the kernel routes addresses to.
    public struct Pod: Hashable, Sendable {
        /// What CNI names the interface by.
        public var id: AttachmentID
        /// The addresses that are routed to it.
        public var addresses: PodAddresses

        public init(id: AttachmentID, addresses: PodAddresses) {
            self.id = id
            self.addresses = addresses
        }
    }

    /// The instance and its limits.
    public var node: NodeView
    /// The interfaces that are attached to the node, and the detached ones that bear its tag.
    public var interfaces: [InterfaceView]
    /// The subnets that the node may use.
    public var subnets: [SubnetView]
    /// The kernel's pods at the time of the event itself: read after the provider's view, with no ADD or DEL between
    /// reading and ``Pool/reconcile(_:takenAt:now:)``. (A pod that ended in between would look like one to be taken in.)
    public var pods: [Pod]

    public init(node: NodeView, interfaces: [InterfaceView], subnets: [SubnetView], pods: [Pod]) {
        self.node = node
        self.interfaces = interfaces
        self.subnets = subnets
        self.pods = pods
    }
}

/// The tags that mean something to the pool.
public enum ENITag {
    /// The token of the creation, which finds an ENI whose creation was never answered.
    public static let token = "warmpool.dev/token"
    /// An ENI with this tag is left alone (source: AWS VPC CNI, which honours the same tag).
    public static let noManage = "node.k8s.amazonaws.com/no_manage"
}

/// The tags by which a provider recognises what belongs to a node.
public enum CloudTag {
    /// With the id of an instance as its value: by it an interface belongs to the node while it is attached to none.
    public static let instance = "node.k8s.amazonaws.com/instance_id"
}
