extension Report {
    /// The cluster at one moment.
    public struct Moment: Hashable, Sendable, Encodable {
        /// `steady`, `grown`, `worst` (of an event) or `after` (an event).
        public var kind: String
        /// The event, as `--event` takes it; absent for the first two kinds.
        public var event: String?
        /// The moment for people, such as `during rolling-update=all`.
        public var title: String
        /// The pods that are wanted, but for those that run on the host's network and need no address.
        public var pods: Int
        /// Those of them that are pending.
        public var pending: Int
        /// Those of the pending ones for which the scheduler finds no node; the others are in ``nodeGroups``.
        public var withoutNode: Int
        /// A row for each node group.
        public var nodeGroups: [NodeGroup]
        /// A row for each subnet.
        public var subnets: [Subnet]
        /// Why pods are pending, the cause of most pods first.
        public var causes: [Cause]
        /// Every pending pod, in the order in which they were tried.
        public var pendingPods: [PendingPod]

        public init(
            kind: String, event: String? = nil, title: String, pods: Int, nodeGroups: [NodeGroup], subnets: [Subnet],
            causes: [Cause], pendingPods: [PendingPod]
        ) {
            self.kind = kind
            self.event = event
            self.title = title
            self.pods = pods
            pending = pendingPods.count
            withoutNode = pendingPods.count { $0.node == nil }
            self.nodeGroups = nodeGroups
            self.subnets = subnets
            self.causes = causes
            self.pendingPods = pendingPods
        }
    }

    /// The nodes of one group.
    public struct NodeGroup: Hashable, Sendable, Encodable {
        /// The group's name; `(none)` for nodes of no group.
        public var name: String
        /// Such as `m5.large`; absent where the nodes are of several types, or nobody says.
        public var instanceType: String?
        /// How many nodes it has.
        public var nodes: Int
        /// Those of them that an autoscaler has added.
        public var addedNodes: Int
        /// How many pods with an address its nodes can run.
        public var capacity: Int
        /// The limit that decides ``capacity``: `addresses` or `kubelet-max-pods`.
        public var limitedBy: String
        /// The pods on the host's network, which need no address.
        public var hostNetworkPods: Int
        /// The pods on its nodes that want an address: ``running`` and ``pending`` ones.
        public var wanted: Int
        /// The pods that have an address.
        public var running: Int
        /// The pods that are on a node and get no address.
        public var pending: Int

        public init(
            name: String, instanceType: String?, nodes: Int, addedNodes: Int = 0, capacity: Int, limitedBy: String,
            hostNetworkPods: Int = 0, running: Int, pending: Int
        ) {
            self.name = name
            self.instanceType = instanceType
            self.nodes = nodes
            self.addedNodes = addedNodes
            self.capacity = capacity
            self.limitedBy = limitedBy
            self.hostNetworkPods = hostNetworkPods
            wanted = running + pending
            self.running = running
            self.pending = pending
        }
    }

    /// The addresses of one subnet: ``used``, ``cooling``, ``warm`` and ``free`` ones add up to ``size``.
    public struct Subnet: Hashable, Sendable, Encodable {
        /// The subnet's name.
        public var id: String
        /// Its availability zone.
        public var zone: String
        /// All its addresses.
        public var size: Int
        /// The addresses in use: ``pods``, ``interfaces`` and ``others``.
        public var used: Int
        /// Addresses of pods.
        public var pods: Int
        /// The ENIs' own addresses.
        public var interfaces: Int
        /// Addresses that the VPC keeps and that others use.
        public var others: Int
        /// Addresses that rest after their pods.
        public var cooling: Int
        /// Addresses that nodes hold and no pod uses.
        public var warm: Int
        /// Addresses that nobody holds.
        public var free: Int
        /// Aligned /28 networks that are free as a whole, each of which can be a prefix.
        public var freePrefixes: Int

        public init(
            id: String, zone: String, pods: Int, interfaces: Int, others: Int, cooling: Int, warm: Int, free: Int,
            freePrefixes: Int
        ) {
            self.id = id
            self.zone = zone
            used = pods + interfaces + others
            size = used + cooling + warm + free
            self.pods = pods
            self.interfaces = interfaces
            self.others = others
            self.cooling = cooling
            self.warm = warm
            self.free = free
            self.freePrefixes = freePrefixes
        }
    }

    /// A reason, and how many pods are pending for it.
    public struct Cause: Hashable, Sendable, Encodable {
        /// The machine-readable name, that of the pool's causes where the pool has the cause.
        public var code: String
        /// How many pods.
        public var count: Int
        /// One of the pods' sentences.
        public var sentence: String

        public init(code: String, count: Int, sentence: String) {
            self.code = code
            self.count = count
            self.sentence = sentence
        }
    }

    /// A pod without a node or without an address.
    public struct PendingPod: Hashable, Sendable, Encodable {
        /// The pod's namespace.
        public var namespace: String
        /// The pod's name.
        public var name: String
        /// What the pod is of, such as `deployment/shop/web`; absent for a pod of its own.
        public var workload: String?
        /// The node that it was placed on; absent where the scheduler finds none.
        public var node: String?
        /// The ``Cause/code``.
        public var cause: String
        /// Why, with numbers.
        public var sentence: String

        public init(namespace: String, name: String, workload: String?, node: String?, cause: String, sentence: String)
        {
            self.namespace = namespace
            self.name = name
            self.workload = workload
            self.node = node
            self.cause = cause
            self.sentence = sentence
        }
    }

    /// A change, and what it does.
    public struct Remedy: Hashable, Sendable, Encodable {
        /// What to change.
        public var change: String
        /// The pending pods without it.
        public var pendingBefore: Int
        /// The pending pods with it.
        public var pendingAfter: Int
        /// How many addresses of the subnets it gives free; negative where it takes more.
        public var addressesSaved: Int
        /// How many nodes it saves; negative where it needs more.
        public var nodesSaved: Int
        /// The figures come from planning again with the change.
        public let verified = true

        public init(
            change: String, pendingBefore: Int, pendingAfter: Int, addressesSaved: Int, nodesSaved: Int
        ) {
            self.change = change
            self.pendingBefore = pendingBefore
            self.pendingAfter = pendingAfter
            self.addressesSaved = addressesSaved
            self.nodesSaved = nodesSaved
        }
    }
}
