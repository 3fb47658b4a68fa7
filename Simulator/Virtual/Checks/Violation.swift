import Timekeeping

/// Something does not hold that always must.
public struct Violation: Error, Hashable, Sendable, CustomStringConvertible {
    /// What must hold.
    public enum Rule: String, Hashable, Codable, CaseIterable, Sendable {
        /// An address has at most one pod.
        case oneOwner = "one-owner"
        /// An address rests after its pod.
        case cooldown
        /// A pod's addresses are its node's in the cloud.
        case possession
        /// Max-pods, ENIs of an instance, addresses of an ENI.
        case limits
        /// No call is made beyond what the node's policy permits.
        case callPolicy = "call-policy"
        /// The addresses of a subnet are free, an ENI's, or a stranger's, and add up.
        case conservation
        /// After the quiesce cloud, store, pool and kernel say the same of a node.
        case agreement
        /// After the quiesce the cloud has no ENI that nobody knows.
        case leak
        /// After the quiesce nodes come to rest, and no pod waits while there is an address for it.
        case rest
        /// Engine and cloud understand each other.
        case understanding
    }

    /// The virtual time of the event after which it was seen.
    public let at: Instant
    /// What does not hold.
    public let rule: Rule
    /// The objects and values, in words.
    public let text: String

    init(at: Instant, _ rule: Rule, _ text: String) {
        self.at = at
        self.rule = rule
        self.text = text
    }

    public var description: String { "at \((at - .origin).text): \(rule.rawValue): \(text)" }
}
