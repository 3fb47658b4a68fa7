import Glibc
import Netlink
import Nftables

/// Why a fabric could not be made, changed or removed.
public enum FabricError: Error, Sendable, CustomStringConvertible {
    /// The name cannot be a fabric's.
    case invalidName(String)
    /// Processes run in the namespaces of a fabric of this name.
    case inUse(name: String, processes: [pid_t])
    /// There is no router of this name to follow an ENI.
    case noRouter(namespace: String, NetlinkError)
    /// The kernel refused a change.
    case kernel(NetlinkError)
    /// The router's packet filter could not be set up.
    case rules(NftablesError)
    /// A command failed or could not be started.
    case command(String, reason: String)
    /// A setting of the kernel could not be written.
    case setting(path: String, code: Int32)

    public var description: String {
        switch self {
        case .invalidName(let name):
            "'\(name)' cannot be a fabric's name: use 1 to \(Fabric.longestName) of a-z, 0-9 and '-', the first and the "
                + "last not '-'"
        case .inUse(let name, let processes):
            "a fabric named '\(name)' is in use by the processes "
                + processes.map { "\($0)" }.joined(separator: ", ") + ": stop them, or choose another name"
        case .noRouter(let namespace, let error):
            "the fabric's router, network namespace '\(namespace)', cannot be opened (\(error)): create the fabric "
                + "first, or correct the router's name"
        case .kernel(let error): error.description
        case .rules(let error): error.description
        case .command(let command, let reason): "'\(command)' failed: \(reason)"
        case .setting(let path, let code): "cannot write \(path): \(String(cString: strerror(code)))"
        }
    }
}

/// Runs `body` with the kernel's refusals as ``FabricError/kernel(_:)``.
func asFabricError<Value>(_ body: () throws(NetlinkError) -> Value) throws(FabricError) -> Value {
    do throws(NetlinkError) {
        return try body()
    } catch {
        throw .kernel(error)
    }
}
