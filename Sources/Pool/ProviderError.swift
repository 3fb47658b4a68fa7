import Timekeeping

/// Why a provider did not do what it was asked: the one enum that every backend maps its errors onto.
public enum ProviderError: Error, Hashable, Sendable {
    /// What an instance type limits.
    public enum Limit: String, Hashable, Codable, Sendable {
        case interfaces
        case addressesPerInterface
    }

    /// A limit of the instance is reached.
    case limitReached(Limit)
    /// The subnet has no free address left.
    case subnetExhausted(SubnetID)
    /// The subnet has free addresses, but no free block for a prefix: 16 aligned and contiguous ones, or an IPv6 /80.
    case noContiguousPrefix(SubnetID)
    /// Too many calls; `retryAfter` where the provider said so.
    case throttled(retryAfter: Duration?)
    /// The node's own limit of calls is reached; the call was not made.
    case callsLimited(retryAfter: Duration?)
    case notFound(String)
    /// The address is assigned to another interface.
    case conflict(String)
    case permissionDenied(String)
    case invalidCredentials(String)
    /// The provider failed, and may not fail the next time; with its HTTP status where it has one.
    case transient(status: Int?, String)
    /// No answer: whether the mutation took place is unknown until the provider's view is read again.
    case unreachable(String)
    /// The call was not made, because the provider has been failing: nothing can have happened.
    case suspended(retryAfter: Duration, String)
    case malformedReply(String)
    /// The interface is not in a state in which this can be done.
    case incorrectState(String)
}

extension ProviderError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .limitReached(.interfaces): "the instance has as many interfaces as its type allows"
        case .limitReached(.addressesPerInterface): "the interface has as many addresses as the instance type allows"
        case .subnetExhausted(let subnet): "\(subnet) has no free address"
        case .noContiguousPrefix(let subnet): "\(subnet) has no free block for a prefix"
        case .throttled(let retryAfter?): "throttled; retry after \(retryAfter.rounded)"
        case .throttled(nil): "throttled"
        case .callsLimited(let retryAfter?): "the node's limit of calls is reached for \(retryAfter.rounded)"
        case .callsLimited(nil): "the node's limit allows no such call"
        case .notFound(let what): "\(what) does not exist"
        case .conflict(let what): "\(what) is assigned to another interface"
        case .permissionDenied(let what): "permission denied: \(what)"
        case .invalidCredentials(let what): "invalid credentials: \(what)"
        case .transient(let status?, let what): "the provider failed with status \(status): \(what)"
        case .transient(nil, let what): "the provider failed: \(what)"
        case .unreachable(let what): "the provider does not answer: \(what)"
        case .suspended(let retryAfter, let what): "no call is made for \(retryAfter.rounded), because \(what)"
        case .malformedReply(let what): "the provider's reply cannot be read: \(what)"
        case .incorrectState(let what): "\(what)"
        }
    }
}
