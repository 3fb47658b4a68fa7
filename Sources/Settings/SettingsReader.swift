import Timekeeping
import Yams

/// Reads one mapping of a YAML document strictly: every value is checked, every key must be known, and all problems are
/// collected instead of only the first.
///
/// ```swift
/// let configuration = try SettingsReader.read(text, file: "warmpoold.yaml") { reader in
///     Configuration(cooldown: reader.duration("cooldown", in: .zero ... .seconds(3600)) ?? .seconds(30))
/// }
/// ```
public final class SettingsReader {
    /// Everything that is wrong, in the order in which it was found.
    public final class Problems {
        /// One sentence each.
        public var list: [String] = []
    }

    /// A value, and where it was written.
    struct Setting {
        var node: Node
        var place: String
        /// The document, for the places of what is inside the value; `nil` for a value from elsewhere.
        var file: String?
        /// What it is called where it was written.
        var name: String

        var isNull: Bool { node.null != nil && node.scalar?.style == .plain }
    }

    /// Reads a document.
    ///
    /// - Parameters:
    ///   - file: the document's name, for the reports.
    ///   - overrides: what takes the place of the document's values; of two for the same key, the later one counts.
    ///   - body: reads every key, so that every problem is found; with any, what it returns is of no use.
    /// - Throws: ``SettingsProblems`` with everything that is wrong, unknown keys included.
    public static func read<Value>(
        _ text: String, file: String, overrides: [SettingsOverride] = [], _ body: (SettingsReader, Problems) -> Value
    ) throws(SettingsProblems) -> Value {
        let problems = Problems()
        let reader = SettingsReader(
            try mapping(of: text, file: file), file: file, place: file, overrides: overrides, problems: problems)
        let value = body(reader, problems)
        reader.finish()
        guard problems.list.isEmpty else {
            // What stands in one place can be read for several.
            var seen: Set<String> = []
            throw SettingsProblems(problems.list.filter { seen.insert($0).inserted })
        }
        return value
    }

    /// An empty document is a mapping without keys.
    private static func mapping(of text: String, file: String) throws(SettingsProblems) -> Node.Mapping {
        do {
            guard let root = try Yams.compose(yaml: text), root != Node("") else { return Node.Mapping([]) }
            if let mapping = root.mapping { return mapping }
        } catch let error as YamlError {
            throw SettingsProblems([error.problem(in: file)])
        } catch {
            throw SettingsProblems(["\(file): not valid YAML: \(error)"])
        }
        throw SettingsProblems(["\(file): the document must be a mapping of keys to values"])
    }

    let path: String
    let place: String
    var settings: [String: Setting] = [:]
    var known: Set<String> = []
    var overrides: [SettingsOverride]
    let problems: Problems

    /// - Parameters:
    ///   - path: the key of the mapping itself, such as `mock`; empty for the document.
    ///   - file: the name of the document; `nil` for a mapping from elsewhere.
    ///   - place: where the mapping begins, for the report of a missing key.
    init(
        _ mapping: Node.Mapping, path: String = "", file: String?, place: String, overrides: [SettingsOverride],
        problems: Problems
    ) {
        self.path = path
        self.place = place
        self.overrides = overrides
        self.problems = problems
        for (key, node) in mapping {
            let place = SettingsReader.place(of: key, in: file) ?? place
            guard let name = key.scalar?.string else {
                problems.list.append("\(place): a key must be text")
                continue
            }
            settings[name] = Setting(node: node, place: place, file: file, name: self.name(of: name))
        }
        applyOverrides()
    }

    static func place(of node: Node, in file: String?) -> String? {
        guard let file else { return nil }
        return node.mark.map { "\(file):\($0.line)" } ?? file
    }

    /// Puts a value from elsewhere in the place of that of the document; `null` means there what it means here.
    public func override(_ key: String, with text: String, from place: String) {
        settings[key] = Setting(
            node: Node(text, .implicit, .plain), place: place, file: nil, name: name(of: key))
    }

    /// The keys of the mapping, in rising order: for one whose keys are names that the operator chose.
    public var keys: [String] { settings.keys.sorted() }

    // MARK: Scalars

    /// A text; `nil` where there is none, or none that can be read, which is reported. So do all that follow.
    public func string(_ key: String) -> String? {
        read(key, expecting: "text that is not empty") { $0.isEmpty ? nil : $0 }
    }

    /// Whether a key has this text, which is one of several things that it can have.
    public func isText(_ key: String, _ text: String) -> Bool {
        setting(key)?.node.scalar?.string == text
    }

    /// `true` or `false`.
    public func bool(_ key: String) -> Bool? {
        read(key, expecting: "true or false") { ["true": true, "false": false][$0.lowercased()] }
    }

    /// A whole number in a range, in decimal or with `0x` in hexadecimal digits.
    public func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
        read(key, expecting: "a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
            let isHex = text.hasPrefix("0x")
            return Int(isHex ? String(text.dropFirst(2)) : text, radix: isHex ? 16 : 10)
                .flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A number in a range, with or without a fraction.
    public func number(_ key: String, in range: ClosedRange<Double>) -> Double? {
        read(key, expecting: "a number from \(range.lowerBound) to \(range.upperBound)") { text in
            Double(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A duration in a range, written with its unit.
    public func duration(_ key: String, in range: ClosedRange<Duration>) -> Duration? {
        let span = "\(range.lowerBound.text) to \(range.upperBound.text)"
        return read(key, expecting: "a duration with its unit, such as 500ms or 30s, from \(span)") { text in
            Duration(text: text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// One of the names of a type's cases.
    public func choice<Value: RawRepresentable & CaseIterable>(_ key: String, of type: Value.Type) -> Value?
    where Value.RawValue == String {
        let allowed = type.allCases.map(\.rawValue).joined(separator: ", ")
        return read(key, expecting: "one of \(allowed)", Value.init(rawValue:))
    }

    /// A value that can be made of its text.
    ///
    /// - Parameter what: what is allowed, for the report.
    public func value<Value: LosslessStringConvertible>(_ key: String, expecting what: String) -> Value? {
        read(key, expecting: what, Value.init)
    }

    private func read<Value>(_ key: String, expecting what: String, _ convert: (String) -> Value?) -> Value? {
        guard let setting = setting(key) else { return nil }
        guard let text = setting.node.scalar?.string, let value = convert(text) else {
            report(setting, expected: what)
            return nil
        }
        return value
    }

    // MARK: Collections

    /// A list, as a sequence or as text with commas, as environment variables have it.
    ///
    /// - Parameter nonEmpty: whether a list without items is wrong.
    public func list<Value: LosslessStringConvertible>(
        _ key: String, of what: String, nonEmpty: Bool = false
    ) -> [Value]? {
        list(key, of: what, nonEmpty: nonEmpty, Value.init)
    }

    private func list<Value>(
        _ key: String, of what: String, nonEmpty: Bool, _ convert: (String) -> Value?
    ) -> [Value]? {
        guard let setting = setting(key) else { return nil }
        let texts: [String?]
        if let sequence = setting.node.sequence {
            texts = sequence.map { $0.scalar?.string }
        } else if let text = setting.node.scalar?.string {
            texts = text.split { $0 == "," || $0 == " " }.map(String.init)
        } else {
            report(setting, expected: "a list of \(what)")
            return nil
        }
        if nonEmpty, texts.isEmpty { refuse(key, "the list is empty; it has at least one item, \(what)") }
        return texts.compactMap { text in
            if let text, !text.isEmpty, let value = convert(text) { return value }
            problems.list.append(
                "\(setting.place): \(setting.name): \(text.map { "'\($0)'" } ?? "a list or mapping") is not \(what)")
            return nil
        }
    }

    /// A list of names of a type's cases.
    ///
    /// - Parameter nonEmpty: whether a list without items is wrong.
    public func choices<Value: RawRepresentable & CaseIterable>(
        _ key: String, of type: Value.Type, nonEmpty: Bool = false
    ) -> [Value]? where Value.RawValue == String {
        let allowed = type.allCases.map(\.rawValue).joined(separator: ", ")
        return list(key, of: "one of \(allowed)", nonEmpty: nonEmpty) { (text: String) in Value(rawValue: text) }
    }

    /// A mapping of names to text.
    public func dictionary(_ key: String) -> [String: String]? {
        guard let setting = setting(key) else { return nil }
        guard let mapping = setting.node.mapping else {
            report(setting, expected: "a mapping of names to text")
            return nil
        }
        var values: [String: String] = [:]
        for (label, value) in mapping {
            guard let name = label.string, let text = value.scalar?.string else {
                problems.list.append(
                    "\(setting.place): \(setting.name).\(label.string ?? "?"): \(described(value)) is not text")
                continue
            }
            values[name] = text
        }
        return values
    }

    /// The reader of a nested mapping; `nil` where there is none.
    public func nested(_ key: String) -> SettingsReader? {
        guard let setting = setting(key) else { return nil }
        return reader(of: setting.node, setting, place: setting.place, overrides: descend(to: key))
    }

    /// The readers of a list of mappings, which has at least one.
    public func nestedList(_ key: String) -> [SettingsReader] {
        guard let setting = setting(key) else { return [] }
        guard let sequence = setting.node.sequence else {
            report(setting, expected: "a list of mappings")
            return []
        }
        if sequence.isEmpty { refuse(key, "the list is empty") }
        let overrides = descend(to: key, items: Array(sequence))
        return sequence.enumerated().compactMap { index, node in
            reader(
                of: node, setting, item: "[\(index)]",
                place: SettingsReader.place(of: node, in: setting.file) ?? setting.place, overrides: overrides[index])
        }
    }

    private func reader(
        of node: Node, _ setting: Setting, item: String = "", place: String, overrides: [SettingsOverride]
    ) -> SettingsReader? {
        guard let mapping = node.mapping else {
            problems.list.append("\(place): \(setting.name)\(item) must be a mapping of keys to values")
            return nil
        }
        return SettingsReader(
            mapping, path: setting.name + item, file: setting.file, place: place, overrides: overrides,
            problems: problems)
    }

    // MARK: Problems

    /// Reports that a required key is missing.
    public func require(_ key: String, _ what: String) {
        if setting(key) == nil { problems.list.append("\(place): \(name(of: key)) is missing: \(what)") }
    }

    /// Reports a value that is well formed but cannot be.
    public func refuse(_ key: String, _ why: String) {
        problems.list.append("\(settings[key]?.place ?? place): \(settings[key]?.name ?? name(of: key)): \(why)")
    }

    /// Reports every key that nobody asked for.
    public func finish() {
        for key in settings.keys.sorted() where !known.contains(key) {
            let similar = known.filter { $0.lowercased() == key.lowercased() || $0.isOneEdit(from: key) }.sorted()
            let hint = similar.first.map { "; did you mean \($0)?" } ?? ""
            problems.list.append(
                "\(settings[key]?.place ?? place): unknown key \(settings[key]?.name ?? name(of: key))\(hint)")
        }
        for override in overrides { problems.list.append("\(override.place): there is no \(override.key) to be set") }
    }

    func setting(_ key: String) -> Setting? {
        known.insert(key)
        guard let setting = settings[key], !setting.isNull else { return nil }
        return setting
    }

    private func report(_ setting: Setting, expected what: String) {
        problems.list.append("\(setting.place): \(setting.name): \(described(setting.node)) is not \(what)")
    }

    private func described(_ node: Node) -> String {
        node.scalar.map { "'\($0.string)'" } ?? "a list or mapping"
    }

    func name(of key: String) -> String {
        path.isEmpty ? key : "\(path).\(key)"
    }
}

extension String {
    /// Whether one letter added, dropped or changed makes one text of the other.
    fileprivate func isOneEdit(from other: String) -> Bool {
        let (short, long) = count <= other.count ? (Array(self), Array(other)) : (Array(other), Array(self))
        guard long.count - short.count <= 1 else { return false }
        let start = zip(short, long).prefix { $0 == $1 }.count
        let end = zip(short.reversed(), long.reversed()).prefix { $0 == $1 }.count
        return start + end >= long.count - 1
    }
}
