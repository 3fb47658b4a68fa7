import ModelVPC
import Pool
import RateLimiting
import Timekeeping

/// A node of the simulation: what a daemon holds, and what its kernel shows.
struct VirtualNode {
    private enum Life: Hashable {
        /// Not there yet, or terminated.
        case absent
        case running
        /// The daemon is dead; pods run.
        case daemonDown(until: Instant)
        /// The machine is down; no pod runs.
        case machineDown(until: Instant)
    }

    let instance: ModelVPC.InstanceID
    var group: Scenario.Group
    /// When its daemon starts for the first time, or when that is tried next.
    var joins: Instant
    var pool: Pool
    var governor: CallGovernor
    /// How the provider failed last.
    var lastFailure: ProviderError?
    private var life = Life.absent
    /// The number of the daemon's present run: what an earlier one began is nothing to it.
    private(set) var run = 0
    /// Its daemon dies, for so long, at the next event of its pool: when it has stored what changes, before anybody saw it.
    var isDoomed: Duration?
    /// What the daemon has made durable; `nil` where nobody will ask for it.
    var store: VirtualStore?
    /// When the pool wants its next tick; earlier wishes in the queue are void.
    var tickAt: Instant?
    /// The provider's view is being read.
    var isLooking = false
    /// How many calls of the daemon's present run have not ended.
    var callsUnderWay = 0
    /// Judges when its calls are made.
    var pace: CallPace
    /// When it is read again.
    var reading: ReadingPace
    /// A look that was throttled, and goes on where it stopped.
    var unfinishedLook: Errand?
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
    /// How many ENIs are attached, after the last event.
    private(set) var eniCount = 0
    private var strandedSince = Instant.origin

    init(_ index: Int, _ scenario: Scenario, keepsStore: Bool) {
        instance = VirtualNode.instance(index)
        group = scenario.groups[scenario.plan.nodes[index].group]
        joins = scenario.plan.nodes[index].joins
        pool = Pool(configuration: group.pool, nonce: "n\(index)", now: joins)
        governor = CallGovernor(scenario.calls)
        reading = ReadingPace(scenario.reconcileInterval)
        pace = CallPace(scenario.calls)
        store = keepsStore ? VirtualStore() : nil
    }

    /// The name of the instance that a node of the plan is.
    static func instance(_ index: Int) -> ModelVPC.InstanceID { ModelVPC.InstanceID(rawValue: "i-\(index)") }

    /// Its daemon runs.
    var isUp: Bool { life == .running }

    /// The machine runs, with its daemon or without.
    var isPowered: Bool {
        switch life {
        case .running, .daemonDown: true
        case .absent, .machineDown: false
        }
    }

    /// It has joined and not left.
    var isPresent: Bool { life != .absent }

    /// When the machine, where it is down, will run again.
    var backAt: Instant? {
        if case .machineDown(let until) = life { until } else { nil }
    }

    mutating func start(at now: Instant) {
        life = .running
        upSince = now
        strandedSince = now
    }

    mutating func stop(at now: Instant) {
        noteStranded(at: now)
        end(.absent)
    }

    mutating func stopDaemon(until instant: Instant) {
        end(.daemonDown(until: instant))
    }

    mutating func stopMachine(until instant: Instant) {
        end(.machineDown(until: instant))
    }

    /// What the daemon had in memory is lost.
    private mutating func end(_ next: Life) {
        life = next
        run += 1
        isDoomed = nil
        tickAt = nil
        isLooking = false
        looksAgain = false
        unfinishedLook = nil
        callsUnderWay = 0
        lastFailure = nil
    }

    /// The daemon starts again, with what its store holds.
    mutating func startDaemon(_ calls: CallPolicy, at now: Instant) {
        let restored = Pool.restored(
            store?.snapshot ?? PoolSnapshot(), sameBoot: backAt == nil, configuration: group.pool,
            nonce: "\(instance.rawValue)r\(run)", now: now)
        pool = restored.pool
        store?.apply(restored.changes)
        governor = CallGovernor(calls)
        pace = CallPace(calls)
        life = .running
    }

    /// An event is over.
    ///
    /// - Returns: when the pool wants its next tick.
    mutating func rest(at now: Instant) -> Instant? {
        noteStranded(at: now)
        return pool.nextTick(after: now)
    }

    /// Adds up what was stranded until now, and looks at what is stranded from now on: addresses that are free, cooling
    /// or on their way out, and the own addresses of the ENIs beside the primary one.
    mutating func noteStranded(at now: Instant) {
        strandedSeconds += Double(stranded) * (now - strandedSince).inSeconds
        strandedSince = now
        upTime = now - upSince
        (stranded, eniCount) = (0, 0)
        for eni in pool.enis.values {
            stranded += eni.heldCount - eni.assignedCount + (eni.isPrimary ? 0 : 1)
            if eni.deviceIndex != nil { eniCount += 1 }
        }
    }
}
