import Addressing
import Pool
import Settings
import Timekeeping

extension PoolConfiguration {
    private enum Family: String, CaseIterable {
        case ipv4, ipv6
    }

    private enum TargetKind: String, CaseIterable {
        case classic, adaptive
    }

    /// Reads targets, limits and times of a pool, and the subnets that pods are in, of `warmpoold.yaml` or of a plan: the
    /// keys and what they mean are the same.
    ///
    /// - Parameter override: puts values from elsewhere into `customNetworking`, where there is that section.
    public init(_ reader: SettingsReader, customNetworking override: (SettingsReader) -> Void = { _ in }) {
        self.init()
        let day = Duration.zero ... .seconds(86_400)
        families = PoolConfiguration.readFamilies(reader)
        prefixDelegation = reader.bool("prefixDelegation") ?? prefixDelegation
        prefixFallback = reader.bool("prefixFallback") ?? prefixFallback
        target = PoolConfiguration.readTarget(reader, prefixDelegation: prefixDelegation)
        placement = Placement(reader, customNetworking: override)
        maxENI = reader.integer("maxENI", in: 1...100)
        reservedENIs = reader.integer("reservedENIs", in: 0...100) ?? reservedENIs
        maxPods = reader.integer("maxPods", in: 1...10_000)
        cooldown = reader.duration("cooldown", in: day) ?? cooldown
        stickyFor = reader.duration("stickyFor", in: day) ?? stickyFor
        shrinkInterval = reader.duration("shrinkInterval", in: day) ?? shrinkInterval
        minimumENILifetime = reader.duration("minimumENILifetime", in: day) ?? minimumENILifetime
        subnetBackoff = reader.duration("subnetBackoff", in: day) ?? subnetBackoff
        consistencyWindow = reader.duration("consistencyWindow", in: day) ?? consistencyWindow
        attachmentGrace =
            reader.duration("attachmentGrace", in: .seconds(10) ... .seconds(86_400)) ?? attachmentGrace
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
