import Addressing

/// Why a pod that came now would get no address, or why the pool does not grow.
public struct Obstacle: Codable, Hashable, Sendable {
    /// The machine-readable cause, such as `enis-full`.
    public var cause: String
    /// One sentence for a person.
    public var sentence: String
    /// Seconds after which another try makes sense.
    public var retryAfter: Double?

    public init(cause: String, sentence: String, retryAfter: Double?) {
        self.cause = cause
        self.sentence = sentence
        self.retryAfter = retryAfter
    }
}

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
        /// The most that the pool may hold.
        public var limit: Int

        public init(total: Int, assigned: Int, free: Int, cooling: Int, incoming: Int, limit: Int) {
            self.total = total
            self.assigned = assigned
            self.free = free
            self.cooling = cooling
            self.incoming = incoming
            self.limit = limit
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
    /// Whether pods can be served now or within the time of a refill.
    public var isReady: Bool
    /// The ENIs of the node.
    public var enis: Int
    /// The most ENIs that the pool may use.
    public var eniLimit: Int
    /// The addresses, counted by state.
    public var addresses: Addresses
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

    public init(
        version: String, pid: Int32, uptimeSeconds: Double, instanceID: String?, instanceType: String?, zone: String?,
        provider: String, calls: Calls, target: String, isReady: Bool, enis: Int, eniLimit: Int, addresses: Addresses,
        pods: Int,
        waiting: Int, lastReconcileSeconds: Double?, repairs: Int, obstacle: Obstacle?, growthObstacle: Obstacle?
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
        self.isReady = isReady
        self.enis = enis
        self.eniLimit = eniLimit
        self.addresses = addresses
        self.pods = pods
        self.waiting = waiting
        self.lastReconcileSeconds = lastReconcileSeconds
        self.repairs = repairs
        self.obstacle = obstacle
        self.growthObstacle = growthObstacle
    }
}

/// One ENI of `warmpoolctl enis`.
public struct InterfaceRow: Codable, Sendable {
    /// One address of the ENI.
    public struct Address: Codable, Sendable {
        /// The address itself.
        public var address: IPv4Address
        /// `free`, `assigned`, `orphaned`, `cooling` or `releasing`.
        public var state: String
        /// The attachment that uses it, as `network/container/interface`.
        public var attachment: String?
        /// Seconds until a cooling address is free.
        public var coolingSeconds: Double?

        public init(address: IPv4Address, state: String, attachment: String?, coolingSeconds: Double?) {
            self.address = address
            self.state = state
            self.attachment = attachment
            self.coolingSeconds = coolingSeconds
        }
    }

    /// The provider's name of the ENI.
    public var id: String
    /// Absent while the ENI is attached to nothing.
    public var deviceIndex: Int?
    /// Whether the instance was started with it.
    public var isPrimary: Bool
    /// `created`, `attaching`, `ready`, `detaching`, `detached`, `deleting` or `lost`.
    public var phase: String
    /// Its hardware address.
    public var mac: MACAddress
    /// The provider's name of its subnet.
    public var subnet: String
    /// The ENI's own address, which is never for pods.
    public var primaryAddress: IPv4Address
    /// The table by which packets of its pods leave.
    public var routingTable: UInt32?
    /// The addresses, counted by state.
    public var addresses: [Address]

    public init(
        id: String, deviceIndex: Int?, isPrimary: Bool, phase: String, mac: MACAddress, subnet: String,
        primaryAddress: IPv4Address, routingTable: UInt32?, addresses: [Address]
    ) {
        self.id = id
        self.deviceIndex = deviceIndex
        self.isPrimary = isPrimary
        self.phase = phase
        self.mac = mac
        self.subnet = subnet
        self.primaryAddress = primaryAddress
        self.routingTable = routingTable
        self.addresses = addresses
    }
}

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
    /// The address itself.
    public var address: IPv4Address
    /// The ENI that has the address.
    public var eni: String
    /// The name of the host end of the pod's link.
    public var hostInterface: String
    /// The path of the pod's network namespace.
    public var netns: String
    /// Seconds since the address was granted.
    public var ageSeconds: Double

    public init(
        namespace: String, name: String, uid: String, network: String, containerID: String, ifname: String,
        address: IPv4Address, eni: String, hostInterface: String, netns: String, ageSeconds: Double
    ) {
        self.namespace = namespace
        self.name = name
        self.uid = uid
        self.network = network
        self.containerID = containerID
        self.ifname = ifname
        self.address = address
        self.eni = eni
        self.hostInterface = hostInterface
        self.netns = netns
        self.ageSeconds = ageSeconds
    }
}

/// One finding of `warmpoolctl explain`.
public struct Explanation: Codable, Sendable {
    /// What is explained: a pod, or the node.
    public var subject: String
    /// One sentence for a person.
    public var sentence: String
    /// The machine-readable cause, where something is refused or waits.
    public var cause: String?
    /// Seconds after which another try makes sense.
    public var retryAfter: Double?

    public init(subject: String, sentence: String, cause: String? = nil, retryAfter: Double? = nil) {
        self.subject = subject
        self.sentence = sentence
        self.cause = cause
        self.retryAfter = retryAfter
    }
}

/// `warmpoolctl max-pods`.
public struct MaxPodsReport: Codable, Sendable {
    /// The instance's type.
    public var instanceType: String
    /// The instance's limits.
    public var enis: Int
    /// An ENI's IPv4 addresses, its primary one included.
    public var ipv4PerENI: Int
    /// The ENIs that the pool may use of them.
    public var eniLimit: Int
    /// The most pods with an address.
    public var podAddresses: Int
    /// The number for kubelet's `--max-pods`.
    public var kubeletMaxPods: Int
    /// Whether `maxPods` is set in the configuration.
    public var isConfigured: Bool

    public init(
        instanceType: String, enis: Int, ipv4PerENI: Int, eniLimit: Int, podAddresses: Int, kubeletMaxPods: Int,
        isConfigured: Bool
    ) {
        self.instanceType = instanceType
        self.enis = enis
        self.ipv4PerENI = ipv4PerENI
        self.eniLimit = eniLimit
        self.podAddresses = podAddresses
        self.kubeletMaxPods = kubeletMaxPods
        self.isConfigured = isConfigured
    }
}

/// `warmpoolctl verify`: kernel, store and provider compared.
public struct VerifyReport: Codable, Sendable {
    /// The pods that hold an address.
    public var pods: Int
    /// The addresses, counted by state.
    public var addresses: Int
    /// The ENIs of the node.
    public var enis: Int
    /// Every disagreement, a sentence each; none when all three agree.
    public var differences: [String]

    public init(pods: Int, addresses: Int, enis: Int, differences: [String]) {
        self.pods = pods
        self.addresses = addresses
        self.enis = enis
        self.differences = differences
    }
}

/// `warmpoolctl gc`: what a reconciliation found and repaired, a sentence each.
public struct ReconcileReport: Codable, Sendable {
    public var repairs: [String]

    public init(repairs: [String]) {
        self.repairs = repairs
    }
}
