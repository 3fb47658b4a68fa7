import Addressing
import Collections
import Identity
import Timekeeping

/// Where an address is in its life: `free → assigned → cooling → free`, and `free → releasing → gone`.
public enum AddressState: Hashable, Sendable {
    case free
    case assigned(AttachmentID)
    /// In use by a pod, though the provider says that the ENI no longer has it: never handed out again.
    case orphaned(AttachmentID)
    case cooling(until: Instant)
    /// The provider was asked to take it away; gone only after its answer.
    case releasing

    /// The state's name, as the store and the operator's tools have it.
    public var name: String {
        switch self {
        case .free: "free"
        case .assigned: "assigned"
        case .orphaned: "orphaned"
        case .cooling: "cooling"
        case .releasing: "releasing"
        }
    }

    /// The attachment that uses the address.
    public var attachment: AttachmentID? {
        switch self {
        case .assigned(let id), .orphaned(let id): id
        case .free, .cooling, .releasing: nil
        }
    }
}

/// One network interface of the node, as the pool sees it, with the tally of its addresses.
public struct ENI: Sendable {
    /// Where an ENI is in its life.
    public enum Phase: Hashable, Sendable {
        /// Exists, attached to nothing.
        case created
        /// On its way to the node: the provider attaches it, the kernel shows it, its routes are made.
        case attaching(since: Instant)
        /// Serves pods.
        case ready(since: Instant)
        case detaching(since: Instant)
        /// Detached for good, to be deleted.
        case detached
        case deleting
        /// Taken away by somebody else while pods use it; forgotten when they are gone.
        case lost

        /// The phase's name, as the operator's tools have it.
        public var name: String {
            switch self {
            case .created: "created"
            case .attaching: "attaching"
            case .ready: "ready"
            case .detaching: "detaching"
            case .detached: "detached"
            case .deleting: "deleting"
            case .lost: "lost"
            }
        }
    }

    /// A change of the ENI's addresses that the provider works on: at most one at a time.
    public struct Operation: Hashable, Sendable {
        /// What the provider was asked for.
        public enum Kind: Hashable, Sendable {
            case assign(count: Int, MutationToken)
            case unassign([IPv4Address])
        }
        /// What the provider was asked for.
        public var kind: Kind
        /// Since when it is unknown whether the change took place; `nil` while the provider is expected to answer.
        public var inDoubtSince: Instant?
    }

    /// The provider's name of the ENI.
    public let id: ENIID
    /// The hardware address, by which the kernel shows the interface.
    public let mac: MACAddress
    /// The subnet that all its addresses are of.
    public let subnet: SubnetID
    /// The subnet's network.
    public let subnetCIDR: IPv4Network
    /// The network card, 0 on all but the largest instance types.
    public let networkCard: Int
    /// The ENI's own address, which is never for pods.
    public let primaryAddress: IPv4Address
    /// The instance was started with it; it is never detached.
    public let isPrimary: Bool
    /// The device index, from its choice on until the ENI is detached.
    public internal(set) var deviceIndex: Int?
    /// Where it is in its life.
    public internal(set) var phase: Phase
    /// What the provider changes of its addresses; `nil` while nothing is under way.
    public internal(set) var operation: Operation?
    /// When it was last created, attached or detached by our doing; the provider's view may lag behind for a while.
    public internal(set) var changedAt: Instant?
    /// The addresses that came or went by our doing, the latest last, for as long as the view may lag behind.
    private var recent: Deque<(address: IPv4Address, at: Instant)> = []
    /// Since when it is unknown whether a detachment took place; `nil` while the provider is expected to answer.
    var detachInDoubtSince: Instant?
    /// No step is tried before this, after one that failed.
    var retryAt: Instant?
    /// Why the step failed that is then taken again, where that keeps the ENI from serving more pods.
    var refusal: ProviderError?
    /// Until when it is full by the provider's word, whatever the instance's limits say.
    var fullUntil: Instant?

    /// Free addresses, the one that rests longest first.
    public internal(set) var free: Deque<IPv4Address> = []
    /// Cooling addresses, the one that is ready first at the front.
    var cooling: Deque<(address: IPv4Address, until: Instant)> = []
    /// Addresses that pods use.
    public internal(set) var assignedCount = 0
    /// Addresses that pods use though the provider took them away.
    public internal(set) var orphanedCount = 0
    /// Addresses that are on their way out.
    public internal(set) var releasingCount = 0

    init(_ view: InterfaceView, phase: Phase) {
        id = view.id
        mac = view.mac
        subnet = view.subnet
        subnetCIDR = view.subnetCIDR
        networkCard = view.networkCard
        primaryAddress = view.primaryAddress
        isPrimary = view.isPrimary
        deviceIndex = view.attachment.deviceIndex
        self.phase = phase
    }

    init(_ record: ENIRecord) {
        id = record.id
        mac = record.mac
        subnet = record.subnet
        subnetCIDR = record.subnetCIDR
        networkCard = record.networkCard
        primaryAddress = record.primaryAddress
        isPrimary = record.isPrimary
        deviceIndex = record.deviceIndex
        phase = .created
    }

    /// Addresses that rest after their pods ended.
    public var coolingCount: Int { cooling.count }

    /// All pod addresses that occupy a slot of the ENI.
    public var heldCount: Int { free.count + cooling.count + assignedCount + releasingCount }

    /// The addresses that count towards the targets.
    var total: Int { free.count + cooling.count + assignedCount }

    /// Whether something was asked of the provider that it may have done or not.
    var isInDoubt: Bool { operation?.inDoubtSince != nil || detachInDoubtSince != nil }

    /// Addresses that the provider is being asked for.
    var incoming: Int {
        if case .assign(let count, _)? = operation?.kind { count } else { 0 }
    }

    /// Whether it serves pods.
    public var isReady: Bool {
        if case .ready = phase { true } else { false }
    }

    /// How many more addresses can be asked for.
    func room(_ perENI: Int, _ now: Instant) -> Int {
        (fullUntil ?? now) > now ? 0 : max(0, perENI - heldCount - incoming)
    }

    /// Serves pods, or will as soon as it is attached.
    public var isServingOrComing: Bool {
        switch phase {
        case .created, .attaching, .ready: true
        case .detaching, .detached, .deleting, .lost: false
        }
    }

    /// The gateway of the ENI's subnet: by convention its first host address.
    public var gateway: IPv4Address { subnetCIDR[1] }

    /// Remembers that an address came or went by our doing.
    mutating func noteChange(of address: IPv4Address, window: Duration, _ now: Instant) {
        while let oldest = recent.first, oldest.at + window <= now { recent.removeFirst() }
        recent.append((address, now))
    }

    /// The addresses of which a view asked for at `takenAt` may show what was before our last change.
    func unsettled(window: Duration, _ takenAt: Instant) -> Set<IPv4Address> {
        Set(recent.lazy.filter { takenAt < $0.at + window }.map(\.address))
    }

    /// Takes an address out of the tally of its old state and adds it to the new one; `nil` is "not there".
    mutating func move(_ address: IPv4Address, from old: AddressState?, to new: AddressState?) {
        switch old {
        case .free?:
            if free.first == address { free.removeFirst() } else { free.removeAll { $0 == address } }
        case .cooling?:
            if cooling.first?.address == address {
                cooling.removeFirst()
            } else {
                cooling.removeAll { $0.address == address }
            }
        case .assigned?: assignedCount -= 1
        case .orphaned?: orphanedCount -= 1
        case .releasing?: releasingCount -= 1
        case nil: break
        }
        switch new {
        case .free?: free.append(address)
        case .cooling(let until)?:
            let later = cooling.firstIndex { $0.until > until } ?? cooling.endIndex
            cooling.insert((address, until), at: later)
        case .assigned?: assignedCount += 1
        case .orphaned?: orphanedCount += 1
        case .releasing?: releasingCount += 1
        case nil: break
        }
    }
}

extension InterfaceView.Attachment {
    /// The device index, where the interface has one.
    var deviceIndex: Int? {
        switch self {
        case .attaching(let index), .attached(let index): index
        case .detached, .detaching: nil
        }
    }
}
