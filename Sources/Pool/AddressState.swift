import Identity
import Timekeeping

/// Kubernetes' name of a pod, which a later pod can have again.
public struct PodName: Hashable, Sendable {
    /// The namespace of the pod.
    public var namespace: String
    /// The pod's name within it.
    public var name: String

    public init(namespace: String, name: String) {
        self.namespace = namespace
        self.name = name
    }

    /// The name of a pod that returns under the same name: one that ends in a hyphen and a number, as a StatefulSet's do.
    /// The number has at most four digits, because the names of other pods end in five letters and digits at random.
    ///
    /// - Returns: `nil` for any other pod.
    public init?(returning pod: PodIdentity) {
        guard let hyphen = pod.name.lastIndex(of: "-"), hyphen != pod.name.startIndex else { return nil }
        let ordinal = pod.name[pod.name.index(after: hyphen)...]
        let isNumber = ordinal.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard isNumber, (1...4).contains(ordinal.utf8.count), ordinal == "0" || ordinal.first != "0" else { return nil }
        self.init(namespace: pod.namespace, name: pod.name)
    }
}

/// Where an address is in its life: `free → assigned → cooling → free`, and `free → releasing → gone`.
public enum AddressState: Hashable, Sendable {
    case free
    case assigned(AttachmentID)
    /// In use by a pod, though the provider says that the ENI no longer has it: never handed out again.
    case orphaned(AttachmentID)
    /// Resting after its pod ended; only a pod of the same name gets it before, where it is kept for one.
    case cooling(until: Instant, keptFor: PodName? = nil)
    /// The provider was asked to take it away; gone only after its answer.
    case releasing

    /// The state's name, as the store and the operator's tools have it.
    public var name: String {
        switch self {
        case .free: "free"
        case .assigned: "assigned"
        case .orphaned: "orphaned"
        case .cooling: "cooling"
        case .releasing: "releasing"
        }
    }

    /// The attachment that uses the address.
    public var attachment: AttachmentID? {
        switch self {
        case .assigned(let id), .orphaned(let id): id
        case .free, .cooling, .releasing: nil
        }
    }

    /// Until when it rests.
    public var coolingUntil: Instant? {
        if case .cooling(let until, _) = self { until } else { nil }
    }

    /// Whose return it waits for.
    public var keptFor: PodName? {
        if case .cooling(_, let pod) = self { pod } else { nil }
    }
}
