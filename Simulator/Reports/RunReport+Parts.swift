extension RunReport {
    /// Nodes that are alike.
    public struct Group: Hashable, Sendable, Encodable {
        public var name: String
        /// Such as `m5.large`.
        public var instanceType: String
        /// How many the plan has, from the beginning or later.
        public var nodes: Int
    }

    /// Pods that need an address.
    public struct Pods: Hashable, Sendable, Encodable {
        /// How many kubelet began to start.
        public var started: Int
        /// How many have an address at the end.
        public var running: Int
        /// How many wait for one at the end.
        public var pending: Int
        /// Why they wait: the cause for which each was refused last, `waiting` for those that were not refused yet.
        public var pendingByCause: [Cause]
        /// The most that waited at once, as far as the samples show it.
        public var mostPending: Int
        /// When that was, in seconds; absent where no pod waited in any sample.
        public var mostPendingAt: Double?
        /// Why they waited then.
        public var mostPendingByCause: [Cause]
    }

    /// A cause's code, and how often.
    public struct Cause: Hashable, Sendable, Encodable {
        /// The machine-readable name, that of the pool's causes.
        public var code: String
        public var count: Int
    }

    /// From kubelet's first try until the pod has its address; for one that never gets any, until its end. Seconds.
    public struct Waits: Hashable, Sendable, Encodable {
        public var p50: Double
        public var p90: Double
        public var p99: Double
        public var longest: Double
        /// How many pods waited for how long, in steps of 1, 2 and 5.
        public var distribution: [Bucket]
    }

    /// Pods that waited for more than the bucket before it says, and for no more than this one says.
    public struct Bucket: Hashable, Sendable, Encodable {
        /// In seconds; 0 for those that did not wait.
        public var upTo: Double
        public var pods: Int
    }

    /// A call of the cloud's API.
    public struct Call: Hashable, Sendable, Encodable {
        /// EC2's name of it.
        public var name: String
        /// How often it was made, throttled ones included.
        public var made: Int
        /// How often the cloud throttled it.
        public var throttled: Int
    }

    /// The addresses of a subnet: ``pods``, ``others`` and ``free`` ones add up to ``size``.
    public struct Subnet: Hashable, Sendable, Encodable {
        public var id: String
        /// Such as `10.0.0.0/16`.
        public var cidr: String
        /// All its addresses.
        public var size: Int
        /// Addresses that pods have.
        public var pods: Int
        /// What nodes hold and no pod uses, ENIs' own addresses, and what the VPC and others have.
        public var others: Int
        /// Addresses that nobody holds.
        public var free: Int
        /// Aligned /28 networks that are free as a whole, each of which can be a prefix.
        public var freePrefixes: Int
    }

    /// The time that a cluster took against the least that the token buckets allow.
    public struct Bound: Hashable, Sendable, Encodable {
        /// The least time in which the buckets could have let the needed calls through, in seconds.
        public var least: Double
        /// The time until no pod waited any more, in seconds; absent where some wait at the end.
        public var taken: Double?

        public init(least: Double, taken: Double?) {
            self.least = least
            self.taken = taken
        }
    }

    /// An expectation.
    public struct Check: Hashable, Sendable, Encodable {
        /// What is expected.
        public var sentence: String
        public var holds: Bool
        /// What was seen.
        public var seen: String

        public init(sentence: String, holds: Bool, seen: String) {
            self.sentence = sentence
            self.holds = holds
            self.seen = seen
        }
    }

    /// The cluster at one moment.
    public struct Moment: Hashable, Sendable, Encodable {
        /// Seconds since the beginning.
        public var at: Double
        /// How many nodes are up.
        public var nodes: Int
        /// How many pods have an address.
        public var running: Int
        /// How many wait for one, by cause.
        public var pending: [Cause]
        /// The subnets, in the order of ``RunReport/subnets``.
        public var subnets: [Fill]
        /// The calls until now, throttled ones included.
        public var calls: Int
        /// The calls until now that were throttled.
        public var throttled: Int
        /// The addresses that nodes hold and no pod uses, of all nodes together.
        public var stranded: Int

        /// How many pods wait for an address.
        public var pendingCount: Int { pending.reduce(0) { $0 + $1.count } }
    }

    /// A subnet at one moment.
    public struct Fill: Hashable, Sendable, Encodable {
        public var pods: Int
        public var free: Int
        public var freePrefixes: Int
    }
}
