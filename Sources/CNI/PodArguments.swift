/// What `CNI_ARGS` says about the pod: Kubernetes' names for it, where the runtime gave them.
///
/// ```swift
/// try PodArguments("IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web-0").name   // web-0
/// ```
public struct PodArguments: Hashable, Sendable {
    /// `K8S_POD_NAMESPACE`.
    public let namespace: String?
    /// `K8S_POD_NAME`.
    public let name: String?
    /// `K8S_POD_UID`.
    public let uid: String?

    /// Reads pairs `KEY=VALUE` that semicolons separate; the empty text has none.
    ///
    /// As with libcni, a key that the plugin does not know is an error unless `IgnoreUnknown` is `1` or `true`.
    ///
    /// - Throws: code 4 for what is not a pair, for a wrong `IgnoreUnknown`, and for unknown keys, all of them named.
    public init(_ text: String) throws(CNIError) {
        var values: [Key: String] = [:]
        var unknown: [String] = []
        for pair in text.isEmpty ? [] : text.split(separator: ";", omittingEmptySubsequences: false) {
            guard let equals = pair.firstIndex(of: "="), equals != pair.startIndex else {
                throw CNIError(
                    .invalidEnvironment, "CNI_ARGS: '\(pair)' is not a pair KEY=VALUE",
                    details: "pairs are separated by ';', as in IgnoreUnknown=1;K8S_POD_NAME=web-0")
            }
            if let key = Key(rawValue: String(pair[..<equals])) {
                values[key] = String(pair[pair.index(after: equals)...])
            } else {
                unknown.append(String(pair[..<equals]))
            }
        }
        let ignoresUnknown = try PodArguments.flag(values[.ignoreUnknown])
        guard unknown.isEmpty || ignoresUnknown else {
            let known = Key.allCases.map(\.rawValue).joined(separator: ", ")
            throw CNIError(
                .invalidEnvironment, "CNI_ARGS: unknown \(unknown.joined(separator: ", "))",
                details: "known are \(known); IgnoreUnknown=1 lets all others pass")
        }
        namespace = values[.namespace]
        name = values[.name]
        uid = values[.uid]
    }

    private enum Key: String, CaseIterable {
        case ignoreUnknown = "IgnoreUnknown"
        case namespace = "K8S_POD_NAMESPACE"
        case name = "K8S_POD_NAME"
        case uid = "K8S_POD_UID"
        /// Always the same as `CNI_CONTAINERID`.
        case infraContainerID = "K8S_POD_INFRA_CONTAINER_ID"
    }

    private static func flag(_ text: String?) throws(CNIError) -> Bool {
        switch text?.lowercased() {
        case "1", "true": return true
        case nil, "0", "false": return false
        default:
            throw CNIError(
                .invalidEnvironment, "CNI_ARGS: IgnoreUnknown '\(text ?? "")' is not 1, true, 0 or false")
        }
    }
}
