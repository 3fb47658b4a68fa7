import ModelVPC
import Pool
import RateLimiting
import Timekeeping

/// A node of the simulation: what a daemon holds, and what its kernel shows.
struct VirtualNode {
    let instance: ModelVPC.InstanceID
    let group: Scenario.Group
    /// When its daemon starts for the first time.
    let joins: Instant
    var pool: Pool
    var governor: CallGovernor
    /// How the provider failed last.
    var lastFailure: ProviderError?
    var isUp = false
    /// When the pool wants its next tick; earlier wishes in the queue are void.
    var tickAt: Instant?
    /// The provider's view is being read.
    var isLooking = false
    /// Another look was asked for meanwhile.
    var looksAgain = false
    /// The indexes of the pods whose interfaces the kernel has.
    var running: Set<Int> = []
    /// The indexes of the pods that kubelet tries to start, and that have no address yet.
    var waiting: Set<Int> = []
    private(set) var upSince = Instant.origin
    private(set) var upTime = Duration.zero
    /// Addresses × seconds of the subnet that the node held and no pod used.
    private(set) var strandedSeconds = 0.0
    private(set) var stranded = 0
    private var strandedSince = Instant.origin

    init(_ index: Int, _ scenario: Scenario) {
        instance = ModelVPC.InstanceID(rawValue: "i-\(index)")
        group = scenario.groups[scenario.plan.nodes[index].group]
        joins = scenario.plan.nodes[index].joins
        pool = Pool(configuration: group.pool, nonce: "n\(index)", now: joins)
        governor = CallGovernor(scenario.calls)
    }

    mutating func start(at now: Instant) {
        isUp = true
        upSince = now
        strandedSince = now
    }

    mutating func stop(at now: Instant) {
        noteStranded(at: now)
        isUp = false
    }

    /// Adds up what was stranded until now, and looks at what is stranded from now on: addresses that are free, cooling
    /// or on their way out, and the own addresses of the ENIs beside the primary one.
    mutating func noteStranded(at now: Instant) {
        strandedSeconds += Double(stranded) * (now - strandedSince).inSeconds
        strandedSince = now
        upTime = now - upSince
        stranded = pool.enis.values.reduce(0) { $0 + $1.heldCount - $1.assignedCount + ($1.isPrimary ? 0 : 1) }
    }
}
