import Addressing
import Timekeeping

/// An ENI's addresses, counted over all its blocks.
extension ENI {
    /// The free addresses of IPv4.
    public var freeCount: Int { prefixes.values.reduce(singles.free.count) { $0 + $1.free.count } }

    /// Addresses that rest after their pods ended.
    public var coolingCount: Int { cooling.count }

    /// Addresses that pods use.
    public var assignedCount: Int {
        prefixes.values.reduce(singles.assigned + ipv6Addresses.assigned) { $0 + $1.assigned }
    }

    /// Addresses that pods use though the provider took them away.
    public var orphanedCount: Int {
        prefixes.values.reduce(singles.orphaned + ipv6Addresses.orphaned) { $0 + $1.orphaned }
    }

    /// Addresses of IPv4 that are on their way out.
    public var releasingCount: Int { prefixes.values.reduce(singles.releasing) { $0 + $1.releasing } }

    /// All IPv4 addresses for pods that the provider has on it.
    public var heldCount: Int { prefixes.values.reduce(singles.held) { $0 + $1.held } }

    /// The slots that single addresses and prefixes take; what a pod uses though it was taken away takes none.
    public var slotCount: Int { blockCount(.address) + blockCount(.prefix) }

    /// Whether no pod uses it, none did so lately, and nothing of it is on its way out.
    var isIdle: Bool { singles.isIdle && ipv6Addresses.isIdle && prefixes.values.allSatisfy(\.isIdle) }

    /// The blocks that the provider is being asked for.
    var incoming: (kind: BlockKind, count: Int)? {
        if case .assign(let kind, let count, _)? = operation?.kind { (kind, count) } else { nil }
    }

    /// The IPv4 addresses that the provider is being asked for.
    var incomingAddresses: Int { incoming.map { $0.kind.size * $0.count } ?? 0 }

    /// How many more blocks of IPv4 addresses can be asked for.
    func room(_ slots: Int, _ now: Instant) -> Int {
        guard (fullUntil ?? now) <= now else { return 0 }
        let coming = incoming.flatMap { $0.kind == .ipv6Prefix ? nil : $0.count } ?? 0
        return max(0, slots - slotCount - coming)
    }

    /// The order of filling: fewer pods come later, the younger device later among equals.
    func isLessFull(than other: ENI) -> Bool {
        (assignedCount, -(deviceIndex ?? .max)) < (other.assignedCount, -(other.deviceIndex ?? .max))
    }

    /// The free address of a kind that a pod gets: out of the fullest prefix, so that the others become whole; of that
    /// prefix, or of the single addresses, the one that rests longest.
    func nextFree(_ kind: BlockKind) -> IPv4Address? {
        switch kind {
        case .address: singles.free.first
        case .prefix: prefixes.values.lazy.filter { !$0.free.isEmpty }.min { $0.free.count < $1.free.count }?.free.first
        case .ipv6Prefix: nil
        }
    }

    /// The blocks of a kind that nobody uses, those that were freed last at the front.
    func wholeFree(_ kind: BlockKind) -> [Block] {
        switch kind {
        case .address: singles.free.reversed().map(Block.address)
        case .prefix: prefixes.reversed().filter(\.value.isWhollyFree).map { Block.prefix($0.key) }
        case .ipv6Prefix: []
        }
    }

    /// How many blocks of a kind nobody uses.
    func wholeFreeCount(_ kind: BlockKind) -> Int {
        switch kind {
        case .address: singles.free.count
        case .prefix: prefixes.values.count(where: \.isWhollyFree)
        case .ipv6Prefix: 0
        }
    }

    /// How many blocks of a kind take a slot.
    func blockCount(_ kind: BlockKind) -> Int {
        switch kind {
        case .address: singles.held
        case .prefix: prefixes.values.count { $0.held > 0 }
        case .ipv6Prefix: ipv6Prefix == nil ? 0 : 1
        }
    }

    /// Whether pods use a block.
    func isUsed(_ block: Block) -> Bool {
        switch block {
        case .address: false
        case .prefix(let network): prefixes[network].map { $0.assigned + $0.orphaned > 0 } ?? false
        case .ipv6Prefix: !ipv6Addresses.isEmpty
        }
    }

    /// The addresses of all blocks of a kind, counted.
    public func tally(of kind: BlockKind) -> Tally {
        switch kind {
        case .address: singles
        case .prefix: prefixes.values.reduce(Tally(), +)
        case .ipv6Prefix: ipv6Addresses
        }
    }
}
