import Yams

/// A value that takes the place of one of a document, or is added to it.
public struct SettingsOverride {
    /// The key with those of the mappings around it and dots between, as reports name it: `pool.warmIPTarget`. An item
    /// of a list is called by its index or by its `name`, `id` or `kind`, as in `groups.general.count`, and all of them
    /// by `*`.
    public let key: String
    /// Where the value comes from, for the reports.
    public let place: String
    /// The keys that are left to go, from the mapping that has the override to the value.
    var path: ArraySlice<Substring>
    let node: Node
    let file: String?

    /// A value from elsewhere than the document.
    ///
    /// - Parameters:
    ///   - text: the value, in YAML's flow style: `5`, `[a, b]`, `{ kind: churn }`.
    ///   - place: where it comes from, such as `--set`.
    /// - Throws: ``SettingsProblems`` for text that is not YAML, and for a key without a name.
    public init(_ key: String, _ text: String, from place: String) throws(SettingsProblems) {
        do {
            try self.init(key, Yams.compose(yaml: text) ?? Node("null", .implicit, .plain), file: nil, place: place)
        } catch let error as YamlError {
            throw SettingsProblems(["\(place): \(key): \(error.problem)"])
        } catch {
            throw SettingsProblems(["\(place): \(error)"])
        }
    }

    init(_ key: String, _ node: Node, file: String?, place: String) throws(SettingsProblems) {
        self.key = key
        self.node = node
        self.file = file
        self.place = place
        path = key.split(separator: ".", omittingEmptySubsequences: false)[...]
        if path.contains("") { throw SettingsProblems(["\(place): '\(key)' is not a key such as pool.warmIPTarget"]) }
    }
}

extension SettingsReader {
    /// The overrides of a document that stand in itself, under a key: a mapping of keys with dots to values.
    public func overrides(_ key: String) -> [SettingsOverride] {
        guard let setting = setting(key) else { return [] }
        guard let mapping = setting.node.mapping else {
            refuse(key, "it must be a mapping of keys such as pool.warmIPTarget to values")
            return []
        }
        return mapping.compactMap { label, node in
            let place = SettingsReader.place(of: label, in: setting.file) ?? setting.place
            do throws(SettingsProblems) {
                return try SettingsOverride(label.string ?? "", node, file: setting.file, place: place)
            } catch {
                problems.list += error.problems
                return nil
            }
        }
    }

    /// The reader of a nested mapping whose missing keys are those of another, as if they stood in both.
    public func nested(_ key: String, over base: SettingsReader) -> SettingsReader? {
        guard let reader = nested(key) else { return nil }
        reader.settings.merge(base.settings) { own, _ in own }
        // Whether they are known, the reader of both says.
        base.known.formUnion(base.settings.keys)
        return reader
    }

    /// Puts the values of overrides that end here into place, and makes room for those that go deeper.
    func applyOverrides() {
        for override in overrides {
            guard let key = override.path.first.map(String.init) else { continue }
            if override.path.count == 1 {
                settings[key] = Setting(
                    node: override.node, place: override.place, file: override.file, name: name(of: key))
            } else if settings[key]?.isNull ?? true {
                settings[key] = Setting(
                    node: .mapping(Node.Mapping([])), place: override.place, file: override.file, name: name(of: key))
            }
        }
        overrides.removeAll { $0.path.count == 1 }
    }

    /// Takes out the overrides within a nested mapping.
    func descend(to key: String) -> [SettingsOverride] {
        let inner = overrides.filter { $0.path.first == key[...] }
        overrides.removeAll { $0.path.first == key[...] }
        return inner.map { override in
            var override = override
            override.path.removeFirst()
            return override
        }
    }

    /// Takes out the overrides within the items of a list; one of an item that is not there stays.
    func descend(to key: String, items: [Node]) -> [[SettingsOverride]] {
        let inner = overrides.filter { $0.path.count > 2 && $0.path.first == key[...] }
        var isUsed: Set<String> = []
        let chosen = items.enumerated().map { index, node in
            let names = ["name", "id", "kind"].compactMap { node.mapping?[$0]?.string } + ["\(index)", "*"]
            return inner.filter { names.contains(String($0.path.dropFirst().first ?? "")) }.map { override in
                isUsed.insert(override.key)
                var override = override
                override.path.removeFirst(2)
                return override
            }
        }
        overrides.removeAll { isUsed.contains($0.key) }
        return chosen
    }
}
