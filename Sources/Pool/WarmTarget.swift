/// How many addresses the pool keeps beyond those that pods use: the classic targets, as formulas, and one that learns.
///
/// Source: the documented behaviour of the AWS VPC CNI (`WARM_ENI_TARGET`, `WARM_IP_TARGET`, `MINIMUM_IP_TARGET`).
public enum WarmTarget: Hashable, Sendable {
    /// Whole ENIs' worth of free addresses.
    case enis(Int)
    /// Free addresses, and the least number of addresses in all.
    case addresses(warm: Int, minimum: Int)
    /// So many free addresses as the node turns out to need for a chosen wait. What it comes to at a moment the pool
    /// knows; the formulas here say what it comes to before anything was learnt.
    case adaptive(AdaptiveTarget)

    /// The target that the three classic settings mean together: an IP target, where one is set, overrides the ENI
    /// target.
    public static func classic(warmENI: Int, warmIP: Int?, minimumIP: Int?) -> WarmTarget {
        warmIP == nil && minimumIP == nil ? .enis(warmENI) : .addresses(warm: warmIP ?? 0, minimum: minimumIP ?? 0)
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
        case .adaptive(let goal): goal.unlearnt.shortage(total: total, available: available, perENI: perENI)
        }
    }

    /// How many free addresses may be given back one by one. Under an ENI target only whole ENIs go.
    public func surplus(total: Int, available: Int) -> Int {
        switch self {
        case .enis: 0
        case .addresses(let warm, let minimum): max(min(available - warm, total - minimum), 0)
        case .adaptive(let goal): goal.unlearnt.surplus(total: total, available: available)
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
