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
    /// What came or went by our doing, the latest last, for as long as the view may lag behind.
    private var recent: Deque<(block: Block, at: Instant)> = []
    /// Since when it is unknown whether a detachment took place; `nil` while the provider is expected to answer.
    var detachInDoubtSince: Instant?
    /// No step is tried before this, after one that failed.
    var retryAt: Instant?
    /// Nothing is given back before this, after the provider refused to take it.
    var giveBackAt: Instant?
    /// Why the step failed that is then taken again, where that keeps the ENI from serving more pods.
    var refusal: ProviderError?
    /// Until when it is full by the provider's word, whatever the instance's limits say.
    var fullUntil: Instant?

    /// The /80 out of which its pods get addresses of IPv6.
    public internal(set) var ipv6Prefix: IPv6Network?
    /// Its single addresses.
    public private(set) var singles = Tally()
    /// Its prefixes, in the order in which they came.
    public private(set) var prefixes: OrderedDictionary<IPv4Network, Tally> = [:]
    /// Addresses of its /80 that are pods' only ones.
    private(set) var ipv6Addresses = Tally()
    /// Cooling addresses, the one that is ready first at the front.
    private(set) var cooling: Deque<(address: IPAddress, until: Instant)> = []

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
        ipv6Prefix = record.ipv6Prefix
        phase = .created
    }

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
        while let oldest = recent.first, oldest.at + window <= now { recent.removeFirst() }
        recent.append((block, now))
    }

    /// The blocks of which a view asked for at `takenAt` may show what was before our last change.
    func unsettled(window: Duration, _ takenAt: Instant) -> Set<Block> {
        Set(recent.lazy.filter { takenAt < $0.at + window }.map(\.block))
    }

    /// Takes an address out of the tally of its old state and adds it to the new one; `nil` is "not there".
    mutating func move(_ address: IPAddress, of block: Block, from old: AddressState?, to new: AddressState?) {
        if case .cooling? = old {
            if cooling.first?.address == address {
                cooling.removeFirst()
            } else {
                cooling.removeAll { $0.address == address }
            }
        }
        if let until = new?.coolingUntil {
            let later = cooling.firstIndex { $0.until > until } ?? cooling.endIndex
            cooling.insert((address, until), at: later)
        }
        func move(in tally: inout Tally) {
            if let old { tally.remove(address, old) }
            if let new { tally.add(address, new) }
        }
        switch block {
        case .address: move(in: &singles)
        case .ipv6Prefix: move(in: &ipv6Addresses)
        case .prefix(let network):
            move(in: &prefixes[network, default: Tally()])
            if prefixes[network]?.isEmpty == true { prefixes[network] = nil }
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
