/// One condition on labels: of a node's (`nodeAffinity`) or a pod's (`labelSelector`).
///
/// Source: Kubernetes API, `NodeSelectorRequirement` and `LabelSelectorRequirement`.
public enum Requirement: Hashable, Sendable {
    case isIn(key: String, [String])
    case isNotIn(key: String, [String])
    case exists(key: String)
    case doesNotExist(key: String)
    case isGreater(key: String, than: Int64)
    case isLess(key: String, than: Int64)

    /// The label that it looks at.
    public var key: String {
        switch self {
        case .isIn(let key, _), .isNotIn(let key, _), .exists(let key), .doesNotExist(let key),
            .isGreater(let key, _), .isLess(let key, _):
            key
        }
    }

    /// Whether a label with this value, `nil` for none, meets it. A label that is absent meets `NotIn`.
    public func isMet(by value: String?) -> Bool {
        switch self {
        case .isIn(_, let values): value.map(values.contains) ?? false
        case .isNotIn(_, let values): value.map { !values.contains($0) } ?? true
        case .exists: value != nil
        case .doesNotExist: value == nil
        case .isGreater(_, let limit): value.flatMap { Int64($0) }.map { $0 > limit } ?? false
        case .isLess(_, let limit): value.flatMap { Int64($0) }.map { $0 < limit } ?? false
        }
    }
}

extension Requirement: CustomStringConvertible {
    /// As a label selector is written: `zone in (a,b)`, `!spot`, `cores > 4`.
    public var description: String {
        switch self {
        case .isIn(let key, let values) where values.count == 1: "\(key)=\(values[0])"
        case .isIn(let key, let values): "\(key) in (\(values.joined(separator: ",")))"
        case .isNotIn(let key, let values): "\(key) notin (\(values.joined(separator: ",")))"
        case .exists(let key): key
        case .doesNotExist(let key): "!\(key)"
        case .isGreater(let key, let limit): "\(key) > \(limit)"
        case .isLess(let key, let limit): "\(key) < \(limit)"
        }
    }
}

/// One alternative of a required node affinity: all its requirements must be met.
///
/// A term without any requirement matches no node (source: Kubernetes API, `NodeSelectorTerm`).
public struct NodeSelectorTerm: Hashable, Sendable {
    /// Conditions on the node's labels, `matchExpressions`.
    public var labels: [Requirement]
    /// Conditions on the node's name, `matchFields` with the key `metadata.name`.
    public var name: [Requirement]

    public init(labels: [Requirement] = [], name: [Requirement] = []) {
        self.labels = labels
        self.name = name
    }

    /// Whether a node meets it.
    public func matches(_ node: ClusterNode) -> Bool {
        !(labels.isEmpty && name.isEmpty)
            && labels.allSatisfy { $0.isMet(by: node.labels[$0.key]) }
            && name.allSatisfy { $0.isMet(by: node.name) }
    }
}

extension NodeSelectorTerm: CustomStringConvertible {
    public var description: String { (labels + name).map(\.description).joined(separator: ",") }
}

/// What a node keeps pods away with.
public struct Taint: Hashable, Sendable, CustomStringConvertible {
    public enum Effect: String, Hashable, Sendable, CaseIterable {
        case noSchedule = "NoSchedule"
        case preferNoSchedule = "PreferNoSchedule"
        case noExecute = "NoExecute"
    }

    public var key: String
    public var value: String
    public var effect: Effect

    public init(key: String, value: String = "", effect: Effect) {
        self.key = key
        self.value = value
        self.effect = effect
    }

    /// Whether pods must tolerate it to be placed.
    public var isHard: Bool { effect != .preferNoSchedule }

    /// As `kubectl taint` writes it: `dedicated=gpu:NoSchedule`.
    public var description: String { "\(key)\(value.isEmpty ? "" : "=\(value)"):\(effect.rawValue)" }
}

/// What lets a pod onto tainted nodes.
public struct Toleration: Hashable, Sendable {
    /// The taint's key; `nil` for any.
    public var key: String?
    /// The taint's value; `nil` for any (operator `Exists`).
    public var value: String?
    /// The taint's effect; `nil` for any.
    public var effect: Taint.Effect?

    public init(key: String? = nil, value: String? = nil, effect: Taint.Effect? = nil) {
        self.key = key
        self.value = value
        self.effect = effect
    }

    /// Whether it covers a taint.
    public func tolerates(_ taint: Taint) -> Bool {
        (key ?? taint.key) == taint.key && (value ?? taint.value) == taint.value
            && (effect ?? taint.effect) == taint.effect
    }
}
