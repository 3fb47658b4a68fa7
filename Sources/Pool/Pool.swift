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
/// | `Pool+Assign` | ADD, DEL, GC: who gets which address, who waits, who is refused |
/// | `Pool+Refill` | growing: when and where addresses and ENIs are added |
/// | `Pool+Release` | shrinking: what is given back, and when |
/// | `Pool+Provider` | the provider's answers and failures |
/// | `Pool+Reconcile` | the provider's view and the kernel's pods against the pool |
/// | `Pool+Restore` | start from the store, on the same boot or a new one |
/// | `Pool+Explain` | the cause of a shortage |
/// | `Adaptive/` | the target that learns: how pods arrive, how long the provider takes |
/// | `WarmTarget`, `PoolConfiguration` | targets, limits and max-pods as formulas |
public struct Pool: Sendable {
    /// An ADD that waits for an address.
    struct Waiter: Sendable {
        let id: WaiterID
        let request: AddRequest
    }

    /// An ENI that the provider is being asked for.
    struct Creation: Sendable {
        let token: MutationToken
        let addressCount: Int
        /// Since when it is unknown whether the ENI exists.
        var inDoubtSince: Instant?
    }

    /// A failing provider, left alone until a moment.
    struct Trouble: Sendable {
        var error: ProviderError
        var since: Instant
        var until: Instant
        var attempts: Int
        /// It was the view that could not be read.
        var concernsView: Bool
    }

    /// ENIs cannot be created or attached; none is asked for before a moment.
    struct ENITrouble: Sendable {
        var error: ProviderError
        var until: Instant
    }

    /// A subnet without room, left alone until a moment or until its free count changes.
    struct SubnetTrouble: Sendable {
        var error: ProviderError
        var subnet: SubnetID
        var until: Instant
        var freeAddresses: Int?
    }

    /// What the operator chose.
    public internal(set) var configuration: PoolConfiguration
    /// What the instance allows; `nil` until the provider's view was read.
    public internal(set) var limits: NodeLimits?
    /// The node's ENIs, in the order in which they came.
    public internal(set) var enis: OrderedDictionary<ENIID, ENI> = [:]
    /// All pod addresses that the node holds.
    public internal(set) var addresses: [IPv4Address: AddressRecord] = [:]
    /// All pod interfaces that have an address.
    public internal(set) var attachments: [AttachmentID: Attachment] = [:]

    /// What an adaptive target has learnt; `nil` under any other.
    var demand: DemandEstimator?
    var waiters: Deque<Waiter> = []
    var creations: [Creation] = []
    /// Device indexes of ENIs that somebody else manages.
    var foreignDevices: Set<Int> = []
    /// Pods in the kernel whose address the pool does not hold, or holds for another.
    var strays: [IPv4Address: AttachmentID] = [:]
    var trouble: Trouble?
    var subnetTrouble: SubnetTrouble?
    var eniTrouble: ENITrouble?
    var lastShrink: Instant
    var readBackAt: Instant?

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
        adopt(configuration.target, now)
        subnetTrouble = nil
        return settle(now)
    }

    /// When ``tick(now:)`` has something to do next; `nil` when only an event can change anything.
    public func nextTick(after now: Instant) -> Instant? {
        var next = Instant.distantFuture
        func consider(_ time: Instant?) {
            if let time, time > now, time < next { next = time }
        }
        for waiter in waiters { consider(waiter.request.deadline) }
        for eni in enis.values {
            consider(eni.cooling.first?.until)
            consider(eni.retryAt)
            consider(eni.fullUntil)
        }
        consider(trouble?.until)
        consider(subnetTrouble?.until)
        consider(eniTrouble?.until)
        consider(readBackAt)
        consider(demand?.waveEndsAt)
        consider(nextShrink()?.notBefore)
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
        if limits != nil {
            advanceENIs(now)
            grow(now)
            reserveSlots(now)
            shrink(now)
        }
        if let at = readBackAt, at <= now {
            readBackAt = nil
            outcome.actions.append(.readBack)
        }
        defer { outcome = Outcome() }
        return outcome
    }

    /// Cooling addresses whose time is over become free. This is not made durable: a store that says "cooling until"
    /// a moment that has passed says the same.
    private mutating func thaw(_ now: Instant) {
        for index in enis.values.indices {
            while let next = enis.values[index].cooling.first, next.until <= now {
                addresses[next.address]?.state = .free
                enis.values[index].move(next.address, from: .cooling(until: next.until), to: .free)
            }
        }
    }

    // MARK: Changes of state, each recorded

    /// Moves an address to a state, `nil` for gone: the only way in which an address changes.
    mutating func set(_ address: IPv4Address, of eni: ENIID, to state: AddressState?) {
        enis[eni]?.move(address, from: addresses[address]?.state, to: state)
        if let state {
            let record = AddressRecord(address: address, eni: eni, state: state)
            addresses[address] = record
            outcome.changes.append(.putAddress(record))
        } else {
            addresses[address] = nil
            outcome.changes.append(.removeAddress(address))
        }
    }

    mutating func put(_ eni: ENI) {
        enis[eni.id] = eni
        outcome.changes.append(.putENI(ENIRecord(eni)))
    }

    /// Forgets an ENI with all its addresses. No pod may use it any more.
    mutating func remove(_ eni: ENIID) {
        for record in addresses.values where record.eni == eni {
            set(record.address, of: eni, to: nil)
        }
        enis[eni] = nil
        outcome.changes.append(.removeENI(eni))
    }

    mutating func newToken() -> MutationToken {
        tokens += 1
        return MutationToken("\(nonce)-\(tokens)")
    }
}
