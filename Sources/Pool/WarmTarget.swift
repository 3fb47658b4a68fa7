/// How many addresses the pool keeps beyond those that pods use: the classic targets, as formulas, and one that
/// learns.
///
/// Source: the documented behaviour of the AWS VPC CNI (`WARM_ENI_TARGET`, `WARM_IP_TARGET`, `MINIMUM_IP_TARGET`,
/// `WARM_PREFIX_TARGET`).
public enum WarmTarget: Hashable, Codable, Sendable {
    /// Whole ENIs' worth of free addresses.
    case enis(Int)
    /// Free addresses, and the least number of addresses in all.
    case addresses(warm: Int, minimum: Int)
    /// Whole prefixes' worth of free addresses.
    case prefixes(Int)
    /// So many free addresses as the node turns out to need for a chosen wait. What it comes to at a moment the pool
    /// knows; the formulas here say what it comes to before anything was learnt.
    case adaptive(AdaptiveTarget)

    /// The target that the four classic settings mean together: an IP target, where one is set, overrides the others; a
    /// prefix target counts with prefix delegation alone, and is 1 there unless an ENI target is set.
    public static func classic(
        warmENI: Int?, warmIP: Int?, minimumIP: Int?, warmPrefix: Int? = nil, prefixDelegation: Bool = false
    ) -> WarmTarget {
        if warmIP != nil || minimumIP != nil { return .addresses(warm: warmIP ?? 0, minimum: minimumIP ?? 0) }
        if prefixDelegation, let warmPrefix = warmPrefix ?? (warmENI == nil ? 1 : nil) { return .prefixes(warmPrefix) }
        return .enis(warmENI ?? 1)
    }

    /// How many addresses the pool lacks; 0 when the target is met.
    public func shortage(of stock: Stock) -> Int {
        switch self {
        case .enis(0): stock.available <= 0 ? stock.perENI : 0
        case .enis(let count): stock.available < count * stock.perENI ? stock.perENI : 0
        case .addresses(let warm, let minimum): max(warm - stock.available, minimum - stock.total, 0)
        case .prefixes(let count): max(count * BlockKind.prefix.size - stock.available, 0)
        case .adaptive(let goal): goal.unlearnt.shortage(of: stock)
        }
    }

    /// How many of the blocks that nobody uses may be given back one by one. Under an ENI target only whole ENIs go. In
    /// the published formula for prefixes, cooling addresses could be used at once; here they are as good as assigned, lest
    /// the prefix that is given back be asked for again.
    ///
    /// - Parameters:
    ///   - free: the blocks of the kind that nobody uses.
    ///   - blocks: all blocks of the kind.
    public func surplus(_ kind: BlockKind, free: Int, blocks: Int, of stock: Stock) -> Int {
        switch self {
        case .enis: 0
        case .adaptive(let goal): goal.unlearnt.surplus(kind, free: free, blocks: blocks, of: stock)
        case .addresses(let warm, let minimum) where kind == .prefix:
            max(
                min(
                    free, blocks - kind.blocks(for: stock.total - stock.available + warm),
                    blocks - kind.blocks(for: minimum)), 0)
        case .addresses(let warm, let minimum):
            max(min(free, stock.available - warm, stock.total - minimum), 0)
        case .prefixes(let count): kind == .prefix ? max(free - count, 0) : 0
        }
    }

    /// Whether a whole ENI with `free` addresses may go: those that remain must meet the target alone. Under an ENI
    /// target there must be a whole ENI's worth more than it, lest the ENI comes back with the next pod; one that holds
    /// nothing makes no difference to that.
    public func permitsRemoval(of free: Int, from stock: Stock) -> Bool {
        if case .enis(let count) = self, free > 0, stock.available < (count + 1) * stock.perENI { return false }
        var rest = stock
        rest.total -= free
        rest.available -= free
        return shortage(of: rest) == 0
    }
}

/// What a target looks at.
public struct Stock: Hashable, Sendable {
    /// All addresses held for pods.
    public var total: Int
    /// Those neither in use nor cooling; negative when pods wait.
    public var available: Int
    /// Those in use.
    public var assigned: Int
    /// The most pod addresses of one ENI.
    public var perENI: Int

    public init(total: Int, available: Int, assigned: Int, perENI: Int) {
        self.total = total
        self.available = available
        self.assigned = assigned
        self.perENI = perENI
    }
}
