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
        Configuration.fixed.filter { $0.differs(self, running) }.map(\.key) + (fitsENI(of: running) ? [] : ["podMTU"])
    }

    /// This configuration, with what needs a restart as it is in the running one.
    func reloaded(over running: Configuration) -> Configuration {
        var result = self
        for fixed in Configuration.fixed { fixed.keep(&result, running) }
        if !fitsENI(of: running) { result.podMTU = running.podMTU }
        return result
    }

    /// Whether pods with this MTU can send by ENIs that keep the MTU which they have.
    private func fitsENI(of running: Configuration) -> Bool {
        podMTU ?? 0 <= running.eniMTU
    }
}
