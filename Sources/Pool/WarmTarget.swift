/// How many addresses the pool keeps beyond those that pods use: the classic targets, as formulas.
///
/// Source: the documented behaviour of the AWS VPC CNI (`WARM_ENI_TARGET`, `WARM_IP_TARGET`, `MINIMUM_IP_TARGET`).
public enum WarmTarget: Hashable, Sendable {
    /// Whole ENIs' worth of free addresses.
    case enis(Int)
    /// Free addresses, and the least number of addresses in all.
    case addresses(warm: Int, minimum: Int)
    /// Whole prefixes' worth of free addresses.
    case prefixes(Int)
    /// As many as a wanted wait needs.
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
    ///
    /// - Parameters:
    ///   - total: all addresses held for pods.
    ///   - available: those neither in use nor cooling; negative when pods wait.
    ///   - perENI: the most pod addresses of one ENI.
    public func shortage(total: Int, available: Int, perENI: Int) -> Int {
        switch self {
        case .enis(0): available <= 0 ? perENI : 0
        case .enis(let count): available < count * perENI ? perENI : 0
        case .addresses(let warm, let minimum): max(warm - available, minimum - total, 0)
        case .prefixes(let count): max(count * 16 - available, 0)
        case .adaptive: 0
        }
    }

    /// How many free addresses may be given back one by one. Under an ENI target only whole ENIs go.
    public func surplus(total: Int, available: Int) -> Int {
        switch self {
        case .enis, .prefixes, .adaptive: 0
        case .addresses(let warm, let minimum): max(min(available - warm, total - minimum), 0)
        }
    }

    /// Whether a whole ENI with `free` addresses may go: those that remain must meet the target alone. Under an ENI
    /// target there must be a whole ENI's worth more than it, lest the ENI comes back with the next pod; one that holds
    /// nothing makes no difference to that.
    public func permitsRemoval(of free: Int, total: Int, available: Int, perENI: Int) -> Bool {
        if case .enis(let count) = self, free > 0, available < (count + 1) * perENI { return false }
        return shortage(total: total - free, available: available - free, perENI: perENI) == 0
    }
}
