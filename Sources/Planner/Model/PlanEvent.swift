/// Which workloads are meant.
///
/// ```swift
/// WorkloadPattern("all")               // every workload
/// WorkloadPattern("web")               // every workload of this name
/// WorkloadPattern("deploy/web")        // every Deployment of this name
/// WorkloadPattern("deploy/shop/web")   // the one in the namespace `shop`
/// ```
public struct WorkloadPattern: Hashable, Sendable {
    /// `nil` for any.
    public var kind: WorkloadID.Kind?
    /// `nil` for any.
    public var namespace: String?
    /// `nil` for any.
    public var name: String?

    public init(kind: WorkloadID.Kind? = nil, namespace: String? = nil, name: String? = nil) {
        self.kind = kind
        self.namespace = namespace
        self.name = name
    }

    /// Whether a workload is meant.
    public func matches(_ id: WorkloadID) -> Bool {
        (kind ?? id.kind) == id.kind && (namespace ?? id.namespace) == id.namespace && (name ?? id.name) == id.name
    }
}

extension WorkloadPattern: LosslessStringConvertible {
    public init?(_ text: String) {
        if text == "all" {
            self.init()
            return
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.allSatisfy({ !$0.isEmpty }), (1...3).contains(parts.count) else { return nil }
        guard parts.count > 1 else {
            self.init(name: parts[0])
            return
        }
        let kind = WorkloadID.Kind.allCases.first { $0.names.contains(parts[0].lowercased()) }
        guard let kind else { return nil }
        self.init(kind: kind, namespace: parts.count == 3 ? parts[1] : nil, name: parts[parts.count - 1])
    }

    public var description: String {
        guard let name else { return kind.map { "all \($0.names[1])" } ?? "all" }
        return [kind?.names[0], namespace, name].compactMap(\.self).joined(separator: "/")
    }
}

/// Something that happens to the cluster.
public enum PlanEvent: Hashable, Sendable {
    /// The pods of workloads are replaced, each workload as its own update strategy says, all at once.
    case rollingUpdate(WorkloadPattern)
    /// Every node of an availability zone is gone.
    case loseZone(String)
    /// Workloads get another number of replicas.
    case scale(WorkloadPattern, replicas: Int)
    /// Every HorizontalPodAutoscaler goes to its most replicas.
    case hpaMax
    /// A node is cordoned, and its pods are evicted, but for those of DaemonSets.
    case drain(node: String)
}

extension PlanEvent: LosslessStringConvertible {
    /// The forms that ``init(_:)`` reads, for messages and help.
    public static let forms = [
        "rolling-update=all|WORKLOAD", "lose-zone=ZONE", "scale=WORKLOAD:REPLICAS", "hpa-max", "drain=NODE",
    ]

    /// Reads one of ``forms``; a workload is written as for ``WorkloadPattern``.
    public init?(_ text: String) {
        let (verb, object) =
            text.firstIndex(of: "=")
            .map { (text[..<$0], String(text[text.index(after: $0)...])) } ?? (text[...], "")
        switch (verb, object) {
        case ("hpa-max", ""): self = .hpaMax
        case (_, ""): return nil
        case ("lose-zone", let zone): self = .loseZone(zone)
        case ("drain", let node): self = .drain(node: node)
        case ("rolling-update", let workloads):
            guard let pattern = WorkloadPattern(workloads) else { return nil }
            self = .rollingUpdate(pattern)
        case ("scale", let what):
            guard let colon = what.lastIndex(of: ":"), let pattern = WorkloadPattern(String(what[..<colon])),
                let replicas = Int(what[what.index(after: colon)...]), replicas >= 0
            else { return nil }
            self = .scale(pattern, replicas: replicas)
        default: return nil
        }
    }

    public var description: String {
        switch self {
        case .rollingUpdate(let pattern): "rolling-update=\(pattern)"
        case .loseZone(let zone): "lose-zone=\(zone)"
        case .scale(let pattern, let replicas): "scale=\(pattern):\(replicas)"
        case .hpaMax: "hpa-max"
        case .drain(let node): "drain=\(node)"
        }
    }
}
