import Addressing
import Collections
import Identity
import Timekeeping

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
            case assign(BlockKind, count: Int, MutationToken)
            case unassign([Block])
        }
        /// What the provider was asked for.
        public var kind: Kind
        /// Since when it is unknown whether the change took place; `nil` while the provider is expected to answer.
        public var inDoubtSince: Instant?
    }

    /// Everything about the ENI. It lies in a place of its own, which copies share until one of them changes: the rules
    /// look at all ENIs after every event, and for that a copy must cost no more than a reference.
    private var shared: [Contents]

    init(_ record: ENIRecord, phase: Phase) {
        shared = [Contents(record: record, phase: phase)]
    }

    init(_ view: InterfaceView, phase: Phase) {
        self.init(
            ENIRecord(
                id: view.id, mac: view.mac, subnet: view.subnet, subnetCIDR: view.subnetCIDR,
                networkCard: view.networkCard, primaryAddress: view.primaryAddress, isPrimary: view.isPrimary,
                deviceIndex: view.attachment.deviceIndex),
            phase: phase)
    }

    /// What is durable of it.
    var record: ENIRecord { shared[0].record }
    /// The provider's name of the ENI.
    public var id: ENIID { shared[0].record.id }
    /// The hardware address, by which the kernel shows the interface.
    public var mac: MACAddress { shared[0].record.mac }
    /// The subnet that all its addresses are of.
    public var subnet: SubnetID { shared[0].record.subnet }
    /// The subnet's network.
    public var subnetCIDR: IPv4Network { shared[0].record.subnetCIDR }
    /// The network card, 0 on all but the largest instance types.
    public var networkCard: Int { shared[0].record.networkCard }
    /// The ENI's own address, which is never for pods.
    public var primaryAddress: IPv4Address { shared[0].record.primaryAddress }
    /// The instance was started with it; it is never detached.
    public var isPrimary: Bool { shared[0].record.isPrimary }
    /// The device index, from its choice on until the ENI is detached.
    public internal(set) var deviceIndex: Int? {
        get { shared[0].record.deviceIndex }
        set { shared[0].record.deviceIndex = newValue }
    }
    /// The /80 out of which its pods get addresses of IPv6.
    public internal(set) var ipv6Prefix: IPv6Network? {
        get { shared[0].record.ipv6Prefix }
        set { shared[0].record.ipv6Prefix = newValue }
    }
    /// Where it is in its life.
    public internal(set) var phase: Phase {
        get { shared[0].phase }
        set { shared[0].phase = newValue }
    }
    /// What the provider changes of its addresses; `nil` while nothing is under way.
    public internal(set) var operation: Operation? {
        get { shared[0].operation }
        set { shared[0].operation = newValue }
    }
    /// When it was last created, attached or detached by our doing; the provider's view may lag behind for a while.
    public internal(set) var changedAt: Instant? {
        get { shared[0].changedAt }
        set { shared[0].changedAt = newValue }
    }
    /// Since when it is unknown whether a detachment took place; `nil` while the provider is expected to answer.
    var detachInDoubtSince: Instant? {
        get { shared[0].detachInDoubtSince }
        set { shared[0].detachInDoubtSince = newValue }
    }
    /// No step is tried before this, after one that failed.
    var retryAt: Instant? {
        get { shared[0].retryAt }
        set { shared[0].retryAt = newValue }
    }
    /// Since when every attempt to bring it into service has failed.
    var failsSince: Instant? {
        get { shared[0].failsSince }
        set { shared[0].failsSince = newValue }
    }
    /// Nothing is given back before this, after the provider refused to take it.
    var giveBackAt: Instant? {
        get { shared[0].giveBackAt }
        set { shared[0].giveBackAt = newValue }
    }
    /// Why the step failed that is then taken again, where that keeps the ENI from serving more pods.
    var refusal: ProviderError? {
        get { shared[0].refusal }
        set { shared[0].refusal = newValue }
    }
    /// Until when it is full by the provider's word, whatever the instance's limits say.
    var fullUntil: Instant? {
        get { shared[0].fullUntil }
        set { shared[0].fullUntil = newValue }
    }
    /// Its single addresses.
    public var singles: Tally { shared[0].singles }
    /// Its prefixes, in the order in which they came.
    public var prefixes: OrderedDictionary<IPv4Network, Tally> { shared[0].prefixes }
    /// Addresses of its /80 that are pods' only ones.
    var ipv6Addresses: Tally { shared[0].ipv6Addresses }
    /// Cooling addresses, the one that is ready first at the front.
    var cooling: Deque<ENI.Cooling> { shared[0].cooling }

    /// Whether something was asked of the provider that it may have done or not.
    var isInDoubt: Bool { operation?.inDoubtSince != nil || detachInDoubtSince != nil }

    /// Whether it serves pods.
    public var isReady: Bool {
        if case .ready = phase { true } else { false }
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

    /// The ENI's own address in IPv6, where it has a /80: of that, the one that goes with its own of IPv4, which is never
    /// a pod's.
    public var ipv6Address: IPv6Address? { ipv6Prefix?.companion(of: primaryAddress) }

    /// Remembers that a block came or went by our doing.
    mutating func noteChange(of block: Block, window: Duration, _ now: Instant) {
        shared[0].noteChange(of: block, window: window, now)
    }

    /// The blocks of which a view asked for at `takenAt` may show what was before our last change.
    func unsettled(window: Duration, _ takenAt: Instant) -> Set<Block> {
        Set(shared[0].recent.filter { takenAt < $0.at + window }.map(\.block))
    }

    /// Takes an address out of the tally of its old state and adds it to the new one; `nil` is "not there".
    mutating func move(_ address: IPAddress, of block: Block, from old: AddressState?, to new: AddressState?) {
        shared[0].move(address, of: block, from: old, to: new)
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
