import Timekeeping

/// What a simulation came to.
public struct Report: Hashable, Sendable {
    /// How many events were handled.
    public internal(set) var events = 0
    /// How many nodes joined.
    public internal(set) var nodesJoined = 0
    /// How many pods kubelet began to start, those once more that it started again after a crash of their machine.
    public internal(set) var podsStarted = 0
    /// How long each pod waited for its address, from kubelet's first try; for one that never got any until its end.
    /// The shortest first.
    public internal(set) var waits: [Duration] = []
    /// When a pod got an address last; `nil` where none did.
    public internal(set) var lastGrant: Instant?
    /// Why an ADD fails that reaches no daemon, among the codes of the causes.
    public static let daemonDown = "daemon-down"

    /// How often an ADD was refused, by the cause's code; by ``daemonDown`` where it reached no daemon.
    public internal(set) var refusals: [String: Int] = [:]
    /// How often each call was made, by EC2's name of it.
    public internal(set) var calls: [String: Int] = [:]
    /// How many calls were made.
    public internal(set) var callCount = 0
    /// How many calls the cloud throttled.
    public internal(set) var throttled = 0
    /// How often each call was throttled, by EC2's name of it; they add up to ``throttled``.
    public internal(set) var throttles: [String: Int] = [:]
    /// The addresses of the subnet that a node held and no pod used, averaged over all nodes and their time: free,
    /// cooling or on their way out, and the own addresses of ENIs beside the primary one, which serve nobody but the
    /// pool.
    public internal(set) var stranded = 0.0
    /// How the cluster was at regular moments, the first one at the beginning and the last one at the end.
    public internal(set) var samples: [Sample] = []
    /// How the cluster was at the end.
    public internal(set) var end = Sample(at: .origin)
    /// Equal for runs in which the same happened.
    public internal(set) var traceHash: UInt64 = 0

    /// The wait that a share of the pods did not exceed.
    ///
    /// - Parameter share: from 0 to 1; 0.99 for the 99th percentile.
    public func wait(_ share: Double) -> Duration {
        waits.quantile(share)
    }

    /// The calls that change something.
    public var mutatingCalls: Int {
        calls.reduce(0) { $0 + ($1.key.hasPrefix("Describe") ? 0 : $1.value) }
    }

    mutating func finish(nodes: [VirtualNode], traceHash: UInt64) {
        waits.sort()
        let seconds = nodes.reduce(0) { $0 + $1.upTime.inSeconds }
        stranded = seconds > 0 ? nodes.reduce(0) { $0 + $1.strandedSeconds } / seconds : 0
        self.traceHash = traceHash
    }
}

/// A cluster at one moment of a simulation.
public struct Sample: Hashable, Sendable {
    /// The addresses of a subnet; beside ``free`` and ``pods`` there are those of others, the ENIs' own, and those that
    /// nodes hold and no pod uses.
    public struct Subnet: Hashable, Sendable {
        public var free: Int
        /// Aligned /28 networks that are free as a whole, each of which can be a prefix.
        public var freeBlocks: Int
        /// Addresses that pods have.
        public var pods: Int
        /// Addresses that were free before the first node joined and are not now: what nodes hold, the ENIs' own and those
        /// of ``pods`` included, and what strangers took.
        public var taken: Int

        public init(free: Int, freeBlocks: Int, pods: Int, taken: Int) {
            self.free = free
            self.freeBlocks = freeBlocks
            self.pods = pods
            self.taken = taken
        }
    }

    public var at: Instant
    /// How many nodes are up.
    public var nodes = 0
    /// How many pods have an address.
    public var running = 0
    /// How many pods wait for one, by the code of the cause for which they were refused last; those that were not refused
    /// yet by `waiting`.
    public var pending: [String: Int] = [:]
    /// The subnets, in the scenario's order.
    public var subnets: [Subnet] = []
    /// The calls until now.
    public var calls = 0
    /// The calls until now that were throttled.
    public var throttled = 0
    /// The addresses that nodes hold and no pod uses, as in ``Report/stranded``, of all nodes together.
    public var stranded = 0
    /// How many ENIs are attached, the primary ones included.
    public var enis = 0

    public init(at: Instant) {
        self.at = at
    }

    /// How many pods wait for an address.
    public var pendingCount: Int { pending.values.reduce(0, +) }
}

extension [Duration] {
    /// The one of these durations, which are in rising order, that a share of them does not exceed; zero where there is
    /// none.
    ///
    /// - Parameter share: from 0 to 1; 0.99 for the 99th percentile.
    public func quantile(_ share: Double) -> Duration {
        guard !isEmpty else { return .zero }
        let rank = Int((share * Double(count)).rounded(.up))
        return self[Swift.min(Swift.max(rank, 1), count) - 1]
    }
}
