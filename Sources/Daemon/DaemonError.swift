/// Why the daemon cannot run.
public enum DaemonError: Error, Sendable, CustomStringConvertible {
    case cannotListen(socket: String, String)
    case notRoot
    case cannotPrepare(String)

    public var description: String {
        switch self {
        case .cannotListen(let socket, let why): "cannot listen on \(socket): \(why)"
        case .notRoot:
            "warmpoold must run as root: it makes routes, rules and a packet filter"
        case .cannotPrepare(let why): why
        }
    }
}
