import Pool

/// What is predicted for a cluster and a plan.
///
/// ```swift
/// let prediction = try Prediction(of: cluster, with: plan)
/// for pod in prediction.worst?.pending ?? [] { print(pod.name, pod.cause.sentence) }
/// let remedies = try prediction.remedies(for: cluster, with: plan)
/// ```
public struct Prediction: Hashable, Sendable {
    /// The cluster as it is, after the planned growth, and at the worst and the last moment of each event, in order.
    public var moments: [Moment]
    /// What the prediction assumes, and what of the input it could not use; a sentence each.
    public var notes: [String]

    public init(moments: [Moment], notes: [String] = []) {
        self.moments = moments
        self.notes = notes
    }

    /// The moment with most pending pods, the first of several.
    public var worst: Moment? {
        moments.indices.max { (moments[$0].pending.count, -$0) < (moments[$1].pending.count, -$1) }.map { moments[$0] }
    }
}

/// The cluster at one moment.
public struct Moment: Hashable, Sendable {
    /// Which moment it is.
    public enum Kind: Hashable, Sendable {
        /// Everything that is wanted has been tried.
        case steady
        /// After the planned growth.
        case grown
        /// When an event takes most: surge and old pods side by side, addresses cooling.
        case worst(PlanEvent)
        /// After an event.
        case after(PlanEvent)
    }

    public var kind: Kind
    /// A row for each node group that has nodes or could have some, by name; `""` for nodes of none.
    public var groups: [GroupRow]
    /// A row for each planned subnet, in the plan's order.
    public var subnets: [SubnetRow]
    /// The pods that do not run, in the order in which they were tried.
    public var pending: [PendingPod]

    public init(kind: Kind, groups: [GroupRow], subnets: [SubnetRow], pending: [PendingPod]) {
        self.kind = kind
        self.groups = groups
        self.subnets = subnets
        self.pending = pending
    }
}

/// The nodes of one group at one moment.
public struct GroupRow: Hashable, Sendable {
    /// Which limit of a node comes first.
    public enum Limit: String, Hashable, Sendable {
        /// Kubelet's max-pods, which counts pods on the host's network.
        case kubeletMaxPods = "kubelet-max-pods"
        /// The addresses that the pool can hold.
        case addresses
    }

    public var name: String
    /// `nil` where the group's nodes are of several types, or nobody says.
    public var instanceType: String?
    public var nodes: Int
    /// The nodes that an autoscaler has added for this moment; part of ``nodes``.
    public var addedNodes: Int
    /// The pods with an address that the nodes can run: per node the pool's limit, or kubelet's max-pods less the pods on
    /// the host's network, whichever is less.
    public var capacity: Int
    /// What decides ``capacity`` on most nodes.
    public var limitedBy: Limit
    /// The pods on the host's network.
    public var hostNetworkPods: Int
    /// The pods that have an address.
    public var podsWithAddress: Int
    /// The pods that were placed on a node of the group and get no address.
    public var podsWithoutAddress: Int

    public init(
        name: String, instanceType: String?, nodes: Int, addedNodes: Int, capacity: Int, limitedBy: Limit,
        hostNetworkPods: Int, podsWithAddress: Int, podsWithoutAddress: Int
    ) {
        self.name = name
        self.instanceType = instanceType
        self.nodes = nodes
        self.addedNodes = addedNodes
        self.capacity = capacity
        self.limitedBy = limitedBy
        self.hostNetworkPods = hostNetworkPods
        self.podsWithAddress = podsWithAddress
        self.podsWithoutAddress = podsWithoutAddress
    }
}

/// A subnet at one moment; the parts add up to ``size``.
public struct SubnetRow: Hashable, Sendable {
    public var id: SubnetID
    public var zone: String
    /// All addresses of the subnet.
    public var size: Int
    /// What the VPC keeps and what others use.
    public var others: Int
    /// The ENIs' own addresses.
    public var interfaces: Int
    /// Addresses that pods have.
    public var pods: Int
    /// Addresses that rest after their pods.
    public var cooling: Int
    /// Addresses that nodes hold and no pod uses.
    public var warm: Int
    public var free: Int
    /// Aligned /28 networks that are free as a whole, each of which can be a prefix.
    public var freeBlocks: Int

    public init(
        id: SubnetID, zone: String, size: Int, others: Int, interfaces: Int, pods: Int, cooling: Int, warm: Int,
        free: Int, freeBlocks: Int
    ) {
        self.id = id
        self.zone = zone
        self.size = size
        self.others = others
        self.interfaces = interfaces
        self.pods = pods
        self.cooling = cooling
        self.warm = warm
        self.free = free
        self.freeBlocks = freeBlocks
    }
}

/// A pod that does not run.
public struct PendingPod: Hashable, Sendable {
    public var namespace: String
    public var name: String
    public var workload: WorkloadID?
    /// The node that it was placed on; `nil` where the scheduler finds none.
    public var node: String?
    public var cause: PendingCause

    public init(namespace: String, name: String, workload: WorkloadID?, node: String?, cause: PendingCause) {
        self.namespace = namespace
        self.name = name
        self.workload = workload
        self.node = node
        self.cause = cause
    }
}
