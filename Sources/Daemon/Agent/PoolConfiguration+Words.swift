import Pool
import PoolSettings
import Timekeeping

extension PoolConfiguration {
    /// What pods get and where from, a few words each: the families, what the slots of ENIs hold, and custom networking
    /// where it is on.
    ///
    /// - Parameter limits: what the instance can have; `nil` while nobody has said.
    func mode(_ limits: NodeLimits?) -> [String] {
        [familyWords, slotWords(limits), placement.words].compactMap(\.self)
    }

    private var familyWords: String {
        switch families {
        case .ipv4: "IPv4"
        case .ipv6: "IPv6"
        case .dualStack: "IPv4 and IPv6"
        }
    }

    /// An ENI's IPv6 addresses always come out of a prefix, which needs no mention.
    private func slotWords(_ limits: NodeLimits?) -> String? {
        guard families.hasIPv4 else { return nil }
        return limits.map(usesPrefixes) ?? prefixDelegation ? "prefix delegation" : "secondary addresses"
    }
}

extension Placement {
    fileprivate var words: String? {
        switch self {
        case .node: nil
        case .custom(.zone): "custom networking by zone"
        case .custom(.named(let name, _)): "custom networking in '\(name)'"
        case .custom(.discovery): "custom networking by discovery"
        }
    }
}

extension WarmTarget {
    /// The target in words.
    var text: String {
        switch self {
        case .enis(let count): "\(count) warm \(count == 1 ? "ENI" : "ENIs")"
        case .addresses(let warm, let minimum): "\(warm) warm addresses, at least \(minimum) in all"
        case .prefixes(let count): "\(count) warm \(count == 1 ? "prefix" : "prefixes")"
        case .adaptive(let target):
            "as many as it takes for a wait of \(TargetWait(target)), at least \(target.minimum) in all"
        }
    }
}
