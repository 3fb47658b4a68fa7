import Addressing
import InstanceLimits
import ModelVPC
import Pool
import RateLimiting
import Timekeeping

/// All that decides a simulation: two runs of equal scenarios are equal, event by event.
public struct Scenario: Hashable, Codable, Sendable {
    /// Nodes that are alike; those of the plan name their group by its index.
    public struct Group: Hashable, Codable, Sendable {
        public var name: String
        /// The instance type of its nodes.
        public var instanceType: InstanceType
        /// What the nodes' daemons are told.
        public var pool: PoolConfiguration
        /// Where its nodes are started.
        public var subnet: SubnetID

        public init(
            name: String = "nodes", instanceType: InstanceType, pool: PoolConfiguration,
            subnet: SubnetID = Scenario.usualSubnet.id
        ) {
            self.name = name
            self.instanceType = instanceType
            self.pool = pool
            self.subnet = subnet
        }
    }

    /// A subnet of the VPC.
    public struct Subnet: Hashable, Codable, Sendable {
        /// What others have of it from the beginning.
        public typealias Use = ModelVPC.Occupancy

        public var id: SubnetID
        public var cidr: IPv4Network
        public var zone: String
        public var tags: [String: String]
        /// What others use, the five addresses that the VPC itself keeps not counted.
        public var used: Use

        public init(
            id: SubnetID, cidr: IPv4Network, zone: String = "zone-a", tags: [String: String] = [:],
            used: Use = .addresses(0)
        ) {
            self.id = id
            self.cidr = cidr
            self.zone = zone
            self.tags = tags
            self.used = used
        }
    }

    /// The network of the VPC, which holds those of all subnets.
    public var network = IPv4Network(containing: IPv4Address(bits: 0x0a00_0000), prefixLength: 8)
    public var subnets: [Subnet]
    public var groups: [Group]
    /// How the nodes treat the provider.
    public var calls = CallPolicy()
    /// How slow the cloud is.
    public var cloud: ModelVPC.Settings
    /// How often the account may call; all nodes draw from the same buckets.
    public var throttling: ModelVPC.Throttling
    /// What goes wrong in the cloud's API.
    public var faults: [ModelVPC.FaultRule] = []
    /// What goes wrong elsewhere.
    public var incidents: [Incident] = []
    /// Which nodes and pods come and go.
    public var plan: Plan
    /// When the simulation ends.
    public var duration: Duration
    /// Decides everything random: latencies, jitter, faults.
    public var seed: UInt64
    /// How long the runtime lets an ADD wait before it fails.
    public var addTimeout = Duration.seconds(30)
    /// The pause after which kubelet tries again to start a pod that got no address; it is drawn evenly from it to half
    /// as much again. Source: kubelet's `backOffPeriod` and `workerBackOffPeriodJitterFactor`.
    public var retryPause = Duration.seconds(10)
    /// How often a node reads the provider's view.
    public var reconcileInterval = Duration.seconds(60)
    /// How long a call of the provider may take.
    public var callTimeout = Duration.seconds(5)
    /// How long an attached interface may take to appear.
    public var attachTimeout = Duration.seconds(10)
    /// How often ``Report/samples`` has one; `nil` for none.
    public var sampleInterval: Duration?

    /// How long the simulation goes on after its end, without new pods, faults and incidents, until pools, stores and
    /// cloud must agree; `nil` for not at all. It has no part in the report.
    public var quiesce: Duration?

    /// A scenario with the timeouts that daemon and plugin have by default.
    public init(
        groups: [Group], subnets: [Subnet] = [Scenario.usualSubnet],
        cloud: ModelVPC.Settings = Scenario.usualCloud,
        throttling: ModelVPC.Throttling = Scenario.usualThrottling,
        plan: Plan, duration: Duration, seed: UInt64
    ) {
        self.groups = groups
        self.subnets = subnets
        self.cloud = cloud
        self.throttling = throttling
        self.plan = plan
        self.duration = duration
        self.seed = seed
    }

    /// A standard workload on nodes of one type with a warm target, all else as usual.
    ///
    /// - Throws: `UnknownInstanceType`.
    public init(
        _ workload: Workload, target: WarmTarget, instanceType: String = "m5.xlarge", nodes: Int, duration: Duration,
        seed: UInt64
    ) throws(UnknownInstanceType) {
        var pool = PoolConfiguration()
        pool.target = target
        self.init(
            groups: [Group(instanceType: try InstanceType(named: instanceType), pool: pool)],
            plan: workload.plan(nodes: nodes, duration: duration, seed: seed), duration: duration, seed: seed)
    }

    /// A cloud about as slow as EC2 is on a good day: addresses come within about a second, an ENI within 4 to 10 s.
    public static let usualCloud: ModelVPC.Settings = {
        var settings = ModelVPC.Settings()
        settings.latency = .init(.milliseconds(100) ... .milliseconds(400))
        settings.latencyPerAction = [
            .assignPrivateIpAddresses: .init(.milliseconds(400) ... .milliseconds(1200)),
            .createNetworkInterface: .init(.milliseconds(500) ... .milliseconds(1500)),
            .attachNetworkInterface: .init(.milliseconds(500) ... .milliseconds(1500)),
        ]
        settings.attachDelay = .init(.seconds(2) ... .seconds(5))
        settings.appearDelay = .init(.milliseconds(500) ... .seconds(2))
        settings.detachDelay = .init(.seconds(1) ... .seconds(5))
        settings.consistencyDelay = .init(.zero ... .seconds(2))
        return settings
    }()

    /// Buckets that a busy cluster of some tens of nodes does not empty.
    public static let usualThrottling = ModelVPC.Throttling(
        mutating: TokenBucket(capacity: 200, refillPerSecond: 20),
        nonMutating: TokenBucket(capacity: 200, refillPerSecond: 50))

    /// Room for more pods than any of the standard workloads has.
    public static let usualSubnet = Subnet(
        id: SubnetID("subnet-virtual"), cidr: IPv4Network(containing: IPv4Address(bits: 0x0a00_0000), prefixLength: 16))
}
