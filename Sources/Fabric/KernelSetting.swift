import Glibc
import Netlink

/// A value for a file under `/proc/sys`, which shows the settings of the network namespace that a thread is in.
struct KernelSetting: Sendable {
    private let path: String
    private let value: String

    init(_ name: String, _ value: String) {
        path = "/proc/sys/" + name
        self.value = value
    }

    /// `ip netns exec NAMESPACE sysctl -w …`
    ///
    /// - Throws: ``FabricError/setting(path:code:)`` for the first that is refused, ``FabricError/kernel(_:)`` where the
    ///   namespace cannot be entered.
    static func write(_ settings: [KernelSetting], in namespace: NetworkNamespace) throws(FabricError) {
        let failure = try asFabricError { () throws(NetlinkError) in
            try namespace.run { () -> FabricError? in
                for setting in settings {
                    if let code = setting.write() { return .setting(path: setting.path, code: code) }
                }
                return nil
            }
        }
        if let failure { throw failure }
    }

    /// - Returns: the error number, if it was refused.
    private func write() -> Int32? {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        let bytes = Array(value.utf8)
        return Glibc.write(descriptor, bytes, bytes.count) == bytes.count ? nil : errno
    }
}
