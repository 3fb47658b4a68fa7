import Pool

/// What is counted of a cluster at rest, by the same words whoever counts: planner, virtual mode or live mode.
public struct ClusterCount: Hashable, Sendable {
    /// What the cluster's nodes have of a subnet.
    public struct Subnet: Hashable, Sendable {
        public var id: SubnetID
        /// The addresses that nodes hold, the own ones of ENIs included.
        public var held: Int
        /// Those of them that pods have.
        public var pods: Int

        public init(id: SubnetID, held: Int, pods: Int) {
            self.id = id
            self.held = held
            self.pods = pods
        }
    }

    /// How many nodes are up.
    public var nodes: Int
    /// How many pods have an address.
    public var running: Int
    /// How many pods wait for one, by the code of the cause for which they were refused last.
    public var pending: [String: Int]
    /// How many ENIs are attached, the primary ones included.
    public var enis: Int
    /// The subnets, in the scenario's order.
    public var subnets: [Subnet]

    public init(nodes: Int, running: Int, pending: [String: Int], enis: Int, subnets: [Subnet]) {
        self.nodes = nodes
        self.running = running
        self.pending = pending
        self.enis = enis
        self.subnets = subnets
    }

    /// How many pods wait for an address.
    public var pendingCount: Int { pending.values.reduce(0, +) }

    /// How many pods there should be.
    public var wanted: Int { running + pendingCount }

    /// The addresses for pods that nodes hold and no pod has.
    public var warm: Int { subnets.reduce(0) { $0 + $1.held - $1.pods } - enis }
}
