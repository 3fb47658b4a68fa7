/// `warmpoolctl status`.
public struct Overview: Codable, Sendable {
    /// Addresses, counted by state.
    public struct Addresses: Codable, Sendable {
        /// Held for pods, whatever their state.
        public var total: Int
        /// In use by pods.
        public var assigned: Int
        /// Ready for the next pod.
        public var free: Int
        /// Resting after their pods.
        public var cooling: Int
        /// On their way from the provider.
        public var incoming: Int
        /// The most that the pool may hold; absent where addresses are as good as endless, as those of IPv6 are.
        public var limit: Int?

        public init(total: Int, assigned: Int, free: Int, cooling: Int, incoming: Int, limit: Int?) {
            self.total = total
            self.assigned = assigned
            self.free = free
            self.cooling = cooling
            self.incoming = incoming
            self.limit = limit
        }
    }

    /// The /28 prefixes, counted by how much of them pods use.
    public struct Prefixes: Codable, Sendable {
        /// All that the ENIs have.
        public var total: Int
        /// Those of which no address is in use or cooling: they can be given back.
        public var free: Int
        /// Those that have both free addresses and others: many of them with few pods are fragmentation.
        public var partlyUsed: Int

        public init(total: Int, free: Int, partlyUsed: Int) {
            self.total = total
            self.free = free
            self.partlyUsed = partlyUsed
        }
    }

    /// How the provider is called.
    public struct Calls: Codable, Sendable {
        /// A call that goes slower than configured, because the provider has throttled it.
        public struct Slowed: Codable, Sendable {
            /// The call's name, such as `assign`.
            public var call: String
            /// How many a second are made in the long run.
            public var perSecond: Double
            /// Seconds until the next can be made, where the provider asked for a pause.
            public var closedSeconds: Double?

            public init(call: String, perSecond: Double, closedSeconds: Double?) {
                self.call = call
                self.perSecond = perSecond
                self.closedSeconds = closedSeconds
            }
        }

        /// The circuit breaker: `closed` lets calls through, `open` none, `half-open` has let one through to try.
        public var breaker: String
        /// Seconds until an open breaker lets one through.
        public var breakerOpenSeconds: Double?
        /// The calls that go slower than configured.
        public var slowed: [Slowed]

        public init(breaker: String, breakerOpenSeconds: Double?, slowed: [Slowed]) {
            self.breaker = breaker
            self.breakerOpenSeconds = breakerOpenSeconds
            self.slowed = slowed
        }
    }

    /// The daemon's version.
    public var version: String
    /// The daemon's process.
    public var pid: Int32
    /// Seconds since the daemon's start.
    public var uptimeSeconds: Double
    /// The instance that the node is; absent until the provider has answered.
    public var instanceID: String?
    /// The instance's type.
    public var instanceType: String?
    /// The instance's zone.
    public var zone: String?
    /// The provider's name, as in the configuration.
    public var provider: String
    /// How the provider is called at the moment.
    public var calls: Calls
    /// The warm target, in words.
    public var target: String
    /// What pods get and where from, a few words each: the families, `secondary addresses` or `prefix delegation`,
    /// and custom networking where it is on.
    public var mode: [String]
    /// Whether pods can be served now or within the time of a refill.
    public var isReady: Bool
    /// The ENIs of the node.
    public var enis: Int
    /// The most ENIs that the pool may use.
    public var eniLimit: Int
    /// The addresses, counted by state.
    public var addresses: Addresses
    /// The prefixes; absent where the node has none and wants none.
    public var prefixes: Prefixes?
    /// The pods that hold an address.
    public var pods: Int
    /// The ADDs that wait for one.
    public var waiting: Int
    /// Seconds since the provider's view was read.
    public var lastReconcileSeconds: Double?
    /// Disagreements that were repaired since the start.
    public var repairs: Int
    /// Why a pod that came now would get no address.
    public var obstacle: Obstacle?
    /// Why the pool does not grow at the moment.
    public var growthObstacle: Obstacle?
    /// What else an operator should know, a sentence each: what the pool makes do without, and what it is leaving.
    public var notes: [String]

    public init(
        version: String, pid: Int32, uptimeSeconds: Double, instanceID: String?, instanceType: String?, zone: String?,
        provider: String, calls: Calls, target: String, mode: [String], isReady: Bool, enis: Int, eniLimit: Int,
        addresses: Addresses, prefixes: Prefixes?, pods: Int, waiting: Int, lastReconcileSeconds: Double?,
        repairs: Int, obstacle: Obstacle?, growthObstacle: Obstacle?, notes: [String]
    ) {
        self.version = version
        self.pid = pid
        self.uptimeSeconds = uptimeSeconds
        self.instanceID = instanceID
        self.instanceType = instanceType
        self.zone = zone
        self.provider = provider
        self.calls = calls
        self.target = target
        self.mode = mode
        self.isReady = isReady
        self.enis = enis
        self.eniLimit = eniLimit
        self.addresses = addresses
        self.prefixes = prefixes
        self.pods = pods
        self.waiting = waiting
        self.lastReconcileSeconds = lastReconcileSeconds
        self.repairs = repairs
        self.obstacle = obstacle
        self.growthObstacle = growthObstacle
        self.notes = notes
    }
}
