import Addressing
import Identity
import Timekeeping

/// Why a pod gets no address: the same enum for the plugin's error, `warmpoolctl explain`, metrics, planner and
/// simulator.
public enum Cause: Hashable, Sendable {
    case maxPodsReached(limit: Int)
    /// Every ENI that the node may have is attached and full of addresses that pods use.
    case enisFull(enis: Int, addresses: Int)
    case subnetExhausted(SubnetID, retryAt: Instant)
    /// The subnet has no block for a prefix, and single addresses are not to be used or cannot be had either.
    case noContiguousPrefix(SubnetID, retryAt: Instant)
    /// The configuration cannot work on this node; one sentence says why.
    case impossible(String)
    case throttled(until: Instant)
    /// The node's own limit of calls is reached.
    case callsLimited(until: Instant)
    case unreachable(since: Instant, String)
    case permissionDenied(String, retryAt: Instant)
    /// The node cannot show the provider who it is.
    case invalidCredentials(String, retryAt: Instant)
    /// The provider answers, but with failures.
    case providerFailing(String, retryAt: Instant)
    case attachPending(ENIID, since: Instant)
    /// Addresses are on their way, but did not arrive before the ADD's deadline.
    case refillPending(count: Int)
    case cooling(count: Int, until: Instant)
    case starting(since: Instant)
    /// The daemon cannot make a grant durable.
    case storeFailing(String, retryAt: Instant)
    case requestedAddressUnavailable(IPAddress, Unavailability)
    /// A DEL for the same attachment came while the ADD waited.
    case withdrawn

    /// Why a requested address cannot be had.
    public enum Unavailability: Hashable, Sendable {
        case unknown
        case inUse(AttachmentID)
        case cooling(until: Instant)
        case notReady
        /// Pods have no address of its family.
        case otherFamily
    }
}

extension Cause {
    /// The machine-readable name, stable across versions.
    public var code: String {
        switch self {
        case .maxPodsReached: "max-pods-reached"
        case .enisFull: "enis-full"
        case .subnetExhausted: "subnet-exhausted"
        case .noContiguousPrefix: "no-contiguous-prefix"
        case .impossible: "configuration-impossible"
        case .throttled: "provider-throttled"
        case .callsLimited: "calls-limited"
        case .unreachable: "provider-unreachable"
        case .permissionDenied: "permission-denied"
        case .invalidCredentials: "invalid-credentials"
        case .providerFailing: "provider-failing"
        case .attachPending: "eni-attach-pending"
        case .refillPending: "refill-pending"
        case .cooling: "addresses-cooling"
        case .starting: "daemon-starting"
        case .storeFailing: "store-failing"
        case .requestedAddressUnavailable: "requested-address-unavailable"
        case .withdrawn: "withdrawn"
        }
    }

    /// All that ``code`` can be.
    public static let codes = [
        "max-pods-reached", "enis-full", "subnet-exhausted", "no-contiguous-prefix", "configuration-impossible",
        "provider-throttled", "calls-limited", "provider-unreachable", "permission-denied", "invalid-credentials",
        "provider-failing", "eni-attach-pending", "refill-pending", "addresses-cooling", "daemon-starting",
        "store-failing", "requested-address-unavailable", "withdrawn",
    ]

    /// How long to wait before another try makes sense; `nil` where only a change by somebody helps.
    public func retryAfter(_ now: Instant) -> Duration? {
        switch self {
        case .subnetExhausted(_, let at), .noContiguousPrefix(_, let at), .throttled(let at), .callsLimited(let at),
            .permissionDenied(_, let at), .invalidCredentials(_, let at), .providerFailing(_, let at),
            .cooling(_, let at), .storeFailing(_, let at),
            .requestedAddressUnavailable(_, .cooling(let at)):
            max(at - now, .zero)
        case .unreachable, .attachPending, .refillPending, .starting: .seconds(5)
        case .maxPodsReached, .enisFull, .impossible, .requestedAddressUnavailable, .withdrawn: nil
        }
    }

    /// One sentence for a person: the limit, its value, what is in use, what lifts it, when to retry.
    ///
    /// - Parameter now: `nil` for a sentence without times, about a state that lasts.
    public func sentence(_ now: Instant?) -> String {
        func next(_ at: Instant) -> String { now.map { "; next attempt in \(max(at - $0, .zero).rounded)" } ?? "" }
        func ready(_ at: Instant) -> String { now.map { " in \(max(at - $0, .zero).rounded)" } ?? " later" }
        func since(_ start: Instant) -> String { now.map { " for \(($0 - start).rounded)" } ?? "" }
        return switch self {
        case .maxPodsReached(let limit):
            "max-pods is reached: \(limit) of \(limit) pods have an address; raise maxPods (and kubelet's max-pods) "
                + "or add a node"
        case .enisFull(let enis, let addresses):
            "all ENIs are full: \(enis) of \(enis) ENIs attached, \(addresses) of \(addresses) addresses in use by "
                + "pods; a pod must end, or use a larger instance type or another node"
        case .subnetExhausted(let subnet, let at):
            "\(subnet) has no free address left; free addresses in it or add a subnet\(next(at))"
        case .noContiguousPrefix(let subnet, let at):
            "\(subnet) has no free aligned /28 block (fragmentation); reserve a block for prefixes in it or allow "
                + "single addresses (prefixFallback)\(next(at))"
        case .impossible(let why): "\(why); correct the configuration of warmpoold"
        case .throttled(let until):
            "throttled by the provider, which allows this account no more calls for now\(next(until))"
        case .callsLimited(let until):
            "the node makes no more calls for now than its configuration allows (key calls)\(next(until))"
        case .unreachable(let start, let error):
            "the provider has not answered\(since(start)) (\(error)); check the network path and the endpoint; the "
                + "daemon keeps trying"
        case .invalidCredentials(let what, let at):
            "the node has no credentials that the provider accepts: \(what)\(next(at))"
        case .permissionDenied(let what, let at):
            "the provider refuses this node: \(what); grant the permission to the node's role\(next(at))"
        case .providerFailing(let error, let at), .storeFailing(let error, let at):
            "\(error)\(next(at))"
        case .attachPending(let eni, let start):
            "\(eni) is being attached\(since(start)); its addresses can be used as soon as its "
                + "interface appears"
        case .refillPending(0):
            "no address could be had before the deadline; retry"
        case .refillPending(let count):
            "\(count) \(count == 1 ? "address is" : "addresses are") on the way from the provider but did not arrive "
                + "in time; retry"
        case .cooling(let count, let until):
            "no address is free: \(count) \(count == 1 ? "is" : "are") cooling after their pods ended, the first is "
                + "ready\(ready(until))"
        case .starting(let start):
            "the daemon is starting\(since(start)) and has not read the provider's view yet; retry"
        case .requestedAddressUnavailable(let address, .unknown):
            "the requested address \(address) is not held by this node; request one that `warmpoolctl enis` shows, "
                + "or none"
        case .requestedAddressUnavailable(let address, .inUse(let other)):
            "the requested address \(address) is in use by \(other)"
        case .requestedAddressUnavailable(let address, .cooling(let until)):
            "the requested address \(address) is cooling and ready\(ready(until))"
        case .requestedAddressUnavailable(let address, .notReady):
            "the requested address \(address) belongs to an ENI that is not ready, or is being given back; retry"
        case .requestedAddressUnavailable(let address, .otherFamily):
            "the requested address \(address) is of a family that pods here do not have; request another, or set "
                + "ipFamilies"
        case .withdrawn:
            "the attachment was deleted while it waited for an address"
        }
    }
}
