/// All that the scheduler and the pool need to know of a pod. Pods of one workload share one.
public struct PodTemplate: Hashable, Sendable {
    /// The pod's labels, which spread constraints select by.
    public var labels: [String: String]
    /// What a node must have free: the sum over containers and sidecars, or the largest init container's, whichever is
    /// more, and the overhead of the runtime class (source: Kubernetes, "Init Containers", effective request).
    public var requests: Resources
    /// Labels that the node must have.
    public var nodeSelector: [String: String]
    /// Required node affinity: one of these must match; none for no affinity.
    public var affinityTerms: [NodeSelectorTerm]
    /// The taints that it is let through.
    public var tolerations: [Toleration]
    /// Spread constraints with `DoNotSchedule`.
    public var topologySpread: [SpreadConstraint]
    /// Ports of the node that it takes.
    public var hostPorts: Set<HostPort>
    /// Whether it is on the node's own network, and needs no address of the pool.
    public var usesHostNetwork: Bool
    /// Pods of higher priority are placed first.
    public var priority: Int

    public init(
        labels: [String: String] = [:], requests: Resources = Resources(), nodeSelector: [String: String] = [:],
        affinityTerms: [NodeSelectorTerm] = [], tolerations: [Toleration] = [],
        topologySpread: [SpreadConstraint] = [], hostPorts: Set<HostPort> = [], usesHostNetwork: Bool = false,
        priority: Int = 0
    ) {
        self.labels = labels
        self.requests = requests
        self.nodeSelector = nodeSelector
        self.affinityTerms = affinityTerms
        self.tolerations = tolerations
        self.topologySpread = topologySpread
        self.hostPorts = hostPorts
        self.usesHostNetwork = usesHostNetwork
        self.priority = priority
    }
}

/// A port of the node that one pod alone can have.
public struct HostPort: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// `TCP`, `UDP` or `SCTP`.
    public var transport: String
    public var port: Int
    /// The address of the node that it is bound to; `0.0.0.0` for all.
    public var address: String

    public init(transport: String = "TCP", port: Int, address: String = "0.0.0.0") {
        self.transport = transport
        self.port = port
        self.address = address
    }

    /// Whether two pods cannot have both on one node.
    public func conflicts(with other: HostPort) -> Bool {
        transport == other.transport && port == other.port
            && (address == other.address || address == "0.0.0.0" || other.address == "0.0.0.0")
    }

    public static func < (left: HostPort, right: HostPort) -> Bool {
        (left.port, left.transport, left.address) < (right.port, right.transport, right.address)
    }

    /// Such as `8080/TCP`.
    public var description: String { "\(port)/\(transport)" }
}

/// A limit of how unevenly pods may be spread, with `whenUnsatisfiable: DoNotSchedule`.
public struct SpreadConstraint: Hashable, Sendable {
    /// The label whose values are the domains, such as `topology.kubernetes.io/zone`.
    public var topologyKey: String
    /// The most by which a domain may have more pods than the one with fewest.
    public var maxSkew: Int
    /// Which pods of the same namespace count: all of these must be met by a pod's labels. `nil` for none, which
    /// happens without a `labelSelector`.
    public var selector: [Requirement]?
    /// With fewer domains than this, the least count is taken as 0.
    public var minDomains: Int

    public init(topologyKey: String, maxSkew: Int, selector: [Requirement]?, minDomains: Int = 1) {
        self.topologyKey = topologyKey
        self.maxSkew = maxSkew
        self.selector = selector
        self.minDomains = minDomains
    }

    /// Whether a pod with these labels counts.
    public func selects(_ labels: [String: String]) -> Bool {
        selector.map { $0.allSatisfy { $0.isMet(by: labels[$0.key]) } } ?? false
    }
}
