import Addressing
import Collections
import Identity
import Timekeeping

/// The warm pool of one node: its ENIs, their addresses, the pods that hold them, and every rule over these.
///
/// A value without I/O and without a clock. Each event is one mutating method; it takes the time and returns an
/// ``Outcome``: changes to make durable, and actions to perform in the outside world, whose results come back as
/// events. Daemon and simulator drive the same pool.
///
/// ```swift
/// var pool = Pool(configuration: PoolConfiguration(), nonce: "i-1", now: now)
/// var outcome = pool.reconcile(observation, takenAt: now, now: now)   // asks for the primary ENI to be configured
/// outcome = pool.add(request, waiter: WaiterID(1), now: now)          // grants, waits or refuses
/// ```
///
/// | file | rules |
/// | --- | --- |
/// | `Pool+Assign`, `Pool+Choose` | ADD, DEL, GC: who gets which address, who waits, who is refused |
/// | `Census`, `Supply` | what is there, and what can be had by when |
/// | `Pool+Refill` | growing: when and where addresses and ENIs are added |
/// | `Pool+Release` | shrinking: what is given back, and when |
/// | `Pool+Provider`, `Pool+Failures` | the provider's answers and failures |
/// | `Pool+Reconcile`, `Pool+Compare` | the provider's view and the kernel's pods against the pool |
/// | `Pool+Restore` | start from the store, on the same boot or a new one |
/// | `Pool+Explain` | the cause of a shortage |
/// | `Adaptive/` | the target that learns: how pods arrive, how long the provider takes |
/// | `Pool+Blocks` | which ENIs serve pods, and which of their blocks count |
/// | `WarmTarget`, `PoolConfiguration`, `Placement` | targets, limits, max-pods and subnets as formulas |
public struct Pool: Sendable {
    /// An ADD that waits for an address.
    struct Waiter: Sendable {
        let id: WaiterID
        let request: AddRequest
    }

    /// An ENI that the provider is being asked for.
    struct Creation: Sendable {
        let token: MutationToken
        let eni: NewENI
        /// Since when it is unknown whether the ENI exists.
        var inDoubtSince: Instant?
    }

    /// A failing provider, left alone until a moment.
    struct Trouble: Sendable {
        var error: ProviderError
        var since: Instant
        var until: Instant
        /// Until when it is left alone by calls that no pod waits for: where it throttles, longer, so that the pods of
        /// other nodes come first.
        var restsUntil: Instant
        var attempts: Int
        /// It was the view that could not be read.
        var concernsView: Bool
    }

    /// An address that is kept for a pod, and when it has rested enough for any other.
    struct Keeping: Sendable {
        var address: IPAddress
        var restsUntil: Instant
    }

    /// ENIs cannot be created or attached; none is asked for before a moment.
    struct ENITrouble: Sendable {
        var error: ProviderError
        var until: Instant
    }

    /// A subnet without room, left alone until a moment or until its free count changes.
    struct SubnetTrouble: Sendable {
        var until: Instant
        var freeAddresses: Int?
    }

    /// What the operator chose.
    public internal(set) var configuration: PoolConfiguration
    /// What the instance allows; `nil` until the provider's view was read.
    public internal(set) var limits: NodeLimits?
    /// The node's ENIs, in the order in which they came.
    public internal(set) var enis: OrderedDictionary<ENIID, ENI> = [:]
    /// All pod addresses that the node holds, but for the free ones of a /80.
    public internal(set) var addresses: [IPAddress: AddressRecord] = [:]
    /// All pod interfaces that have addresses.
    public internal(set) var attachments: [AttachmentID: Attachment] = [:]

    /// What an adaptive target has learnt; `nil` under any other.
    var demand: DemandEstimator?
    var waiters: Deque<Waiter> = []
    var creations: [Creation] = []
    /// Device indexes of ENIs that somebody else manages.
    var foreignDevices: Set<Int> = []
    /// Pods in the kernel whose address the pool does not hold, or holds for another.
    var strays: [IPAddress: Observation.Pod] = [:]
    /// Addresses that rest for a pod that may return.
    var kept: [PodName: Keeping] = [:]
    /// Subnets of which prefixes are asked one by one.
    var scarce: [SubnetID: SubnetTrouble] = [:]
    /// What the provider said of the node and of the subnets last.
    var node: NodeView?
    var subnets: [SubnetView] = []
    /// Where pods are; `nil` until the provider's view was read.
    var place: PodPlace?
    var trouble: Trouble?
    /// Until when pods are expected back that were refused.
    var returnsUntil = Instant.origin
    /// Subnets that had no free address.
    var exhausted: [SubnetID: SubnetTrouble] = [:]
    /// Subnets that had no free /28.
    var fragmented: [SubnetID: SubnetTrouble] = [:]
    var eniTrouble: ENITrouble?
    var lastShrink: Instant
    /// When the next step of shrinking is to be taken, as the last event left it.
    var shrinkAt: Instant?
    var readBackAt: Instant?
    /// Counts the addresses of IPv6 that were given out.
    var lastIPv6Number: UInt32

    let startedAt: Instant
    private let nonce: String
    private var tokens = 0
    var outcome = Outcome()

    /// An empty pool, which learns its ENIs from the first observation.
    ///
    /// - Parameter nonce: makes the pool's mutation tokens unlike those of any other pool and any earlier run.
    public init(configuration: PoolConfiguration, nonce: String, now: Instant) {
        self.configuration = configuration
        self.nonce = nonce
        startedAt = now
        lastShrink = now
        // Another number in every run, so that an address which was in use lately is far away.
        lastIPv6Number = nonce.utf8.reduce(0x811c_9dc5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
        adopt(configuration.target, now)
    }

    // MARK: Events that are not about one address

    /// Time has passed.
    public mutating func tick(now: Instant) -> Outcome {
        settle(now)
    }

    /// The operator changed the configuration; running pods are not touched.
    public mutating func reconfigure(_ configuration: PoolConfiguration, now: Instant) -> Outcome {
        self.configuration = configuration
        exhausted = [:]
        fragmented = [:]
        scarce = [:]
        findPlace()
        adopt(configuration.target, now)
        return settle(now)
    }

    /// When ``tick(now:)`` has something to do next; `nil` when only an event can change anything.
    public func nextTick(after now: Instant) -> Instant? {
        var next = Instant.distantFuture
        func consider(_ time: Instant?) {
            if let time, time > now, time < next { next = time }
        }
        for waiter in waiters {
            consider(waiter.request.deadline)
            if !kept.isEmpty { consider(waiter.request.deadline + (.zero - Pool.lastMoment)) }
        }
        for eni in enis.values {
            consider(eni.cooling.first?.until)
            consider(eni.retryAt)
            consider(eni.giveBackAt)
            consider(eni.fullUntil)
        }
        if isUrgent(now) { consider(trouble?.until) }
        consider(trouble?.restsUntil)
        for trouble in exhausted.values { consider(trouble.until) }
        for trouble in fragmented.values { consider(trouble.until) }
        consider(eniTrouble?.until)
        consider(readBackAt)
        consider(demand?.waveEndsAt)
        consider(shrinkAt)
        return next == .distantFuture ? nil : next
    }

    // MARK: The end of every event

    /// Brings the pool to rest after an event: what has rested enough is free, who waits is served, who waits in vain
    /// is told why, what lacks is asked for, and what is too much is given back. In this order: nothing is asked for
    /// on behalf of those who are refused, and they put off no giving back.
    mutating func settle(_ now: Instant) -> Outcome {
        thaw(now)
        demand?.endWave(now)
        serveWaiters(now)
        refuseHopeless(now)
        if let limits {
            advanceENIs(limits, now)
            let census = grow(limits, now)
            reserveSlots(limits, now)
            giveBackAgain(now)
            // What was asked for since the census keeps the pool from shrinking.
            shrink(census, now)
        }
        if let at = readBackAt, at <= now {
            readBackAt = nil
            outcome.actions.append(.readBack)
        }
        defer { outcome = Outcome() }
        return outcome
    }

    /// Cooling addresses whose time is over become free. This is not made durable: a store that says "cooling until"
    /// a moment that has passed says the same. One of a /80 is forgotten, durably.
    private mutating func thaw(_ now: Instant) {
        for index in enis.values.indices {
            while let next = enis.values[index].cooling.first, next.until <= now, let record = addresses[next.address] {
                if let pod = record.state.keptFor, kept[pod]?.address == next.address { kept[pod] = nil }
                if case .ipv6Prefix = record.block {
                    set(record, to: nil)
                } else {
                    addresses[next.address]?.state = .free
                    enis.values[index].move(next.address, of: record.block, from: record.state, to: .free)
                }
            }
        }
    }

    // MARK: Changes of state, each recorded

    /// Moves an address to a state, `nil` for gone: the only way in which an address changes.
    mutating func set(_ record: AddressRecord, to state: AddressState?) {
        let old = addresses[record.address]?.state
        if let pod = old?.keptFor, kept[pod]?.address == record.address { kept[pod] = nil }
        enis[record.eni]?.move(record.address, of: record.block, from: old, to: state)
        if let state {
            let record = AddressRecord(address: record.address, block: record.block, eni: record.eni, state: state)
            addresses[record.address] = record
            outcome.changes.append(.putAddress(record))
        } else {
            addresses[record.address] = nil
            outcome.changes.append(.removeAddress(record.address))
        }
    }

    /// Adds an address that the pool does not have.
    mutating func add(_ address: IPAddress, of block: Block, on eni: ENIID, as state: AddressState) {
        set(AddressRecord(address: address, block: block, eni: eni, state: state), to: state)
    }

    mutating func put(_ eni: ENI) {
        enis[eni.id] = eni
        outcome.changes.append(.putENI(eni.record))
    }

    /// Forgets an ENI with all its addresses. No pod may use it any more.
    mutating func remove(_ eni: ENIID) {
        for record in addresses.values where record.eni == eni { set(record, to: nil) }
        enis[eni] = nil
        outcome.changes.append(.removeENI(eni))
    }

    mutating func newToken() -> MutationToken {
        tokens += 1
        return MutationToken("\(nonce)-\(tokens)")
    }
}
