import Addressing
import ModelVPC
import Pool

/// What is planned beside the cluster: machines, subnets, the pool's configuration, growth and events.
public struct Plan: Hashable, Sendable {
    /// Node groups, in the order in which an autoscaler tries them. A group may name one that the cluster has nodes of.
    public var groups: [NodeGroup]
    /// The subnets of the VPC; none to plan as if addresses never ended.
    public var subnets: [PlannedSubnet]
    /// The configuration of every node's pool.
    public var pool: PoolConfiguration
    /// How workloads grow before the events.
    public var growth: [Growth]
    /// What happens, one after another.
    public var events: [PlanEvent]

    public init(
        groups: [NodeGroup] = [], subnets: [PlannedSubnet] = [], pool: PoolConfiguration = PoolConfiguration(),
        growth: [Growth] = [], events: [PlanEvent] = []
    ) {
        self.groups = groups
        self.subnets = subnets
        self.pool = pool
        self.growth = growth
        self.events = events
    }
}

/// Nodes that are alike.
public struct NodeGroup: Hashable, Sendable {
    public var name: String
    /// Such as `m5.large`.
    public var instanceType: String
    /// How many nodes there are; `nil` for as many as the cluster has of it. Nodes that the cluster lacks are added, and
    /// the youngest that it has too many are left out.
    public var count: Int?
    /// The least number of nodes; those that the cluster lacks are added.
    public var min: Int
    /// The most nodes to which the group grows when pods wait for want of nodes; `nil` where nothing scales it.
    public var max: Int?
    /// The availability zones, among which nodes are evenly spread; none for a single one without a name.
    public var zones: [String]
    public var labels: [String: String]
    public var taints: [Taint]
    /// Kubelet's `--max-pods`; `nil` for the number that goes with the pool's configuration.
    public var maxPods: Int?
    /// What pods can request on one node; `nil` for the instance type's size less what the system keeps.
    public var allocatable: Resources?

    public init(
        name: String, instanceType: String, count: Int? = nil, min: Int = 0, max: Int? = nil, zones: [String] = [],
        labels: [String: String] = [:], taints: [Taint] = [], maxPods: Int? = nil, allocatable: Resources? = nil
    ) {
        self.name = name
        self.instanceType = instanceType
        self.count = count
        self.min = min
        self.max = max
        self.zones = zones
        self.labels = labels
        self.taints = taints
        self.maxPods = maxPods
        self.allocatable = allocatable
    }
}

/// A subnet.
public struct PlannedSubnet: Hashable, Sendable {
    /// What of a subnet others have, so that the cluster's nodes and pods cannot.
    public typealias Use = ModelVPC.Occupancy

    /// How long the prefix of a subnet's CIDR may be.
    public static let prefixLengths = ModelVPC.subnetPrefixLengths

    public var id: SubnetID
    public var cidr: IPv4Network
    public var zone: String
    /// What others use, the five addresses that the VPC itself keeps not counted.
    public var used: Use
    /// Whether it is for pods alone, so that no node is started in it. It then bears the tag `kubernetes.io/role/cni`.
    public var isForPods: Bool

    public init(
        id: SubnetID, cidr: IPv4Network, zone: String, used: Use = .addresses(0), isForPods: Bool = false
    ) {
        self.id = id
        self.cidr = cidr
        self.zone = zone
        self.used = used
        self.isForPods = isForPods
    }
}

/// The growth of a workload.
public struct Growth: Hashable, Sendable {
    /// By how much.
    public enum Amount: Hashable, Sendable {
        /// The replicas are multiplied, and rounded up.
        case factor(Double)
        /// The new number of replicas.
        case replicas(Int)
    }

    public var workloads: WorkloadPattern
    public var amount: Amount

    public init(workloads: WorkloadPattern, amount: Amount) {
        self.workloads = workloads
        self.amount = amount
    }
}
