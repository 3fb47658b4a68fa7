import Curl

/// Why the instance metadata service does not tell something.
public enum InstanceMetadataError: Error, Hashable, Sendable {
    /// No reply: it is down, or this is no EC2 instance.
    case unreachable(HTTPError)
    /// The service is switched off for this instance.
    case disabled
    /// There is nothing at this path: the instance has no such thing.
    case notFound(path: String)
    /// Another refusal.
    case refused(path: String, status: Int)
    case malformed(path: String, reason: String)
}

extension InstanceMetadataError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreachable(let error):
            "the instance metadata service does not answer: \(error); in a container, the instance's metadata options "
                + "must allow a hop limit of 2"
        case .disabled: "the instance metadata service is disabled for this instance"
        case .notFound(let path): "the instance metadata service has no \(path)"
        case .refused(let path, let status): "the instance metadata service refuses \(path) with status \(status)"
        case .malformed(let path, let reason): "the instance metadata service's \(path) can't be used: \(reason)"
        }
    }
}
