extension SettingsReader {
    /// The texts of a value or of a list of values, any of which is meant; empty where there is none, or none that can be
    /// read, which is reported.
    public func alternatives(_ key: String) -> [String] {
        guard let setting = setting(key) else { return [] }
        let texts = setting.node.sequence.map { $0.map { $0.scalar?.string } } ?? [setting.node.scalar?.string]
        if texts.isEmpty { refuse(key, "the list is empty") }
        if texts.contains(nil) { refuse(key, "it is neither a value nor a list of values") }
        return texts.compactMap(\.self)
    }
}
