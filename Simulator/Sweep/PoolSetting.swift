import Pool
import PoolSettings
import Settings

/// What the nodes' daemons are told in a cell: keys of `warmpoold.yaml` with their values.
///
/// The target and the mode are those of the setting alone, whatever a scenario's file says; other keys that a setting
/// does not name are as the file has them.
public struct PoolSetting: Hashable, Sendable {
    /// A key with its value, as YAML has it.
    struct Pair: Hashable, Sendable {
        var key: String
        var value: String
    }

    let pairs: [Pair]
    /// What the setting is like.
    public let mode: PoolMode

    /// The keys that say together what is kept warm, and of what, in the order in which a name has them.
    private static let targetKeys = [
        "prefixDelegation", "warmTarget", "targetWait", "warmENITarget", "warmIPTarget", "minimumIPTarget",
        "warmPrefixTarget",
    ]

    /// Such as `warmIPTarget=5,minimumIPTarget=10`.
    public var name: String { pairs.map { "\($0.key)=\($0.value)" }.joined(separator: ",") }

    /// All settings that a text means: a key can have several values, of which each makes settings of its own.
    ///
    /// ```text
    /// warmIPTarget=1,2,5,minimumIPTarget=10     three settings
    /// warmTarget=adaptive,targetWait=1s at p99  one
    /// ```
    ///
    /// - Parameter place: where the text comes from, for the reports.
    /// - Throws: `SettingsProblems` for keys that a pool does not have, and for values that they cannot have.
    public static func parse(_ text: String, from place: String) throws(SettingsProblems) -> [PoolSetting] {
        var axes: [(key: String, values: [String])] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            if let sign = part.firstIndex(of: "=") {
                axes.append((String(part[..<sign]), [String(part[part.index(after: sign)...])]))
            } else if axes.isEmpty {
                throw SettingsProblems([
                    "\(place): '\(text)' is not a setting such as warmIPTarget=5,minimumIPTarget=10"
                ])
            } else {
                axes[axes.count - 1].values.append(String(part))
            }
        }
        return try product(of: axes, from: place)
    }

    /// Every combination of the keys' values, the last key's values changing first. The order in which the keys were
    /// written does not matter.
    static func product(
        of axes: [(key: String, values: [String])], from place: String
    ) throws(SettingsProblems) -> [PoolSetting] {
        func rank(_ key: String) -> Int { targetKeys.firstIndex(of: key) ?? targetKeys.count }
        let axes = axes.sorted { (rank($0.key), $0.key) < (rank($1.key), $1.key) }
        let combinations = axes.reduce([[]]) { (combinations: [[Pair]], axis) in
            combinations.flatMap { pairs in axis.values.map { pairs + [Pair(key: axis.key, value: $0)] } }
        }
        var settings: [PoolSetting] = []
        for pairs in combinations { settings.append(try PoolSetting(pairs, from: place)) }
        return settings
    }

    private init(_ pairs: [Pair], from place: String) throws(SettingsProblems) {
        self.pairs = pairs
        var overrides: [SettingsOverride] = []
        for pair in pairs { overrides.append(try SettingsOverride(pair.key, pair.value, from: place)) }
        let pool = try SettingsReader.read("", file: place, overrides: overrides) { reader, _ in
            PoolConfiguration(reader)
        }
        mode =
            switch (pool.target, pool.prefixDelegation) {
            case (.adaptive, false): .adaptive
            case (.adaptive, true): .adaptivePrefixes
            case (_, true), (.prefixes, _): .prefixes
            case (.enis, false): .enis
            case (.addresses, false): .addresses
            }
    }

    /// What makes a scenario's nodes have the setting, in every group.
    func overrides() throws(SettingsProblems) -> [SettingsOverride] {
        let named = Set(pairs.map(\.key))
        let others = PoolSetting.targetKeys.filter { !named.contains($0) }.map { Pair(key: $0, value: "null") }
        var overrides: [SettingsOverride] = []
        for pair in others + pairs {
            overrides.append(try SettingsOverride("groups.*.pool.\(pair.key)", pair.value, from: "pool \(name)"))
        }
        return overrides
    }
}
