import Addressing
import Pool
import Settings
import Timekeeping

extension Configuration {
    private enum Family: String, CaseIterable {
        case ipv4, ipv6
    }

    private enum TargetKind: String, CaseIterable {
        case classic, adaptive
    }

    /// Reads targets, limits and times of the pool, and the subnets that pods are in.
    static func readPool(_ reader: SettingsReader, _ environment: [String: String]) -> PoolConfiguration {
        var pool = PoolConfiguration()
        let day = Duration.zero ... .seconds(86_400)
        pool.families = readFamilies(reader)
        pool.prefixDelegation = reader.bool("prefixDelegation") ?? pool.prefixDelegation
        pool.prefixFallback = reader.bool("prefixFallback") ?? pool.prefixFallback
        pool.target = readTarget(reader, prefixDelegation: pool.prefixDelegation)
        pool.placement = readPlacement(reader, environment)
        pool.maxENI = reader.integer("maxENI", in: 1...100)
        pool.reservedENIs = reader.integer("reservedENIs", in: 0...100) ?? pool.reservedENIs
        pool.maxPods = reader.integer("maxPods", in: 1...10_000)
        pool.cooldown = reader.duration("cooldown", in: day) ?? pool.cooldown
        pool.stickyFor = reader.duration("stickyFor", in: day) ?? pool.stickyFor
        pool.shrinkInterval = reader.duration("shrinkInterval", in: day) ?? pool.shrinkInterval
        pool.minimumENILifetime = reader.duration("minimumENILifetime", in: day) ?? pool.minimumENILifetime
        pool.subnetBackoff = reader.duration("subnetBackoff", in: day) ?? pool.subnetBackoff
        pool.consistencyWindow = reader.duration("consistencyWindow", in: day) ?? pool.consistencyWindow
        pool.attachmentGrace =
            reader.duration("attachmentGrace", in: .seconds(10) ... .seconds(86_400))
            ?? pool.attachmentGrace
        return pool
    }

    private static func readFamilies(_ reader: SettingsReader) -> IPFamilies {
        let families = reader.choices("ipFamilies", of: Family.self, nonEmpty: true) ?? [.ipv4]
        guard families.contains(.ipv6) else { return .ipv4 }
        return families.contains(.ipv4) ? .dualStack : .ipv6
    }

    /// Reads the targets of either kind, so that changing to the other brings no surprise.
    private static func readTarget(_ reader: SettingsReader, prefixDelegation: Bool) -> WarmTarget {
        let minimumIP = reader.integer("minimumIPTarget", in: 0...1000)
        let classic = WarmTarget.classic(
            warmENI: reader.integer("warmENITarget", in: 0...100),
            warmIP: reader.integer("warmIPTarget", in: 0...1000), minimumIP: minimumIP,
            warmPrefix: reader.integer("warmPrefixTarget", in: 0...1000), prefixDelegation: prefixDelegation)
        var adaptive = AdaptiveTarget(minimum: minimumIP ?? 0)
        if let wait: TargetWait = reader.value("targetWait", expecting: TargetWait.expectedText) {
            adaptive.wait = wait.wait
            adaptive.percentile = wait.percentile
        }
        return reader.choice("warmTarget", of: TargetKind.self) == .adaptive ? .adaptive(adaptive) : classic
    }
}
