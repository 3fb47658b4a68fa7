import Addressing

extension Configuration {
    /// A key that a running daemon does not follow.
    private struct Fixed: Sendable {
        let key: String
        let differs: @Sendable (Configuration, Configuration) -> Bool
        let keep: @Sendable (inout Configuration, Configuration) -> Void

        init(_ key: String, _ property: WritableKeyPath<Configuration, some Equatable & Sendable> & Sendable) {
            self.key = key
            differs = { $0[keyPath: property] != $1[keyPath: property] }
            keep = { $0[keyPath: property] = $1[keyPath: property] }
        }
    }

    private static let fixed = [
        Fixed("socket", \.socket), Fixed("store", \.store), Fixed("logLevel", \.logLevel),
        Fixed("logFormat", \.logFormat), Fixed("provider", \.provider), Fixed("calls", \.calls),
        Fixed("calls.timeout", \.callTimeout), Fixed("limits", \.limits),
        Fixed("routing", \.layout), Fixed("eniMTU", \.eniMTU),
    ]

    /// The keys whose change a running daemon cannot follow.
    func needingRestart(comparedTo running: Configuration) -> [String] {
        merged(over: running).kept
    }

    /// This configuration, with what needs a restart as it is in the running one.
    func reloaded(over running: Configuration) -> Configuration {
        merged(over: running).configuration
    }

    private func merged(over running: Configuration) -> (configuration: Configuration, kept: [String]) {
        var result = self
        var kept = Configuration.fixed.filter { $0.differs(self, running) }.map(\.key)
        for fixed in Configuration.fixed { fixed.keep(&result, running) }
        // What a running daemon could follow must fit what stays as it is.
        if result.podMTU ?? 0 > result.eniMTU {
            result.podMTU = running.podMTU
            kept.append("podMTU")
        }
        if result.pool.families != running.pool.families, !result.canHaveFamilies {
            result.pool.families = running.pool.families
            kept.append("ipFamilies")
        }
        return (result, kept)
    }

    /// Whether ENIs and pods' links can have addresses of the families.
    private var canHaveFamilies: Bool {
        !pool.families.hasIPv6
            || (podMTU ?? eniMTU >= IPv6Address.minimumMTU && limits?.ipv6PerENI != 0
                && limits?.supportsPrefixes != false)
    }
}
