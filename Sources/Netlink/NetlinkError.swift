import CNetlink
import Glibc

/// A request that the kernel refused, or that could not be put to it.
public struct NetlinkError: Error, Hashable, Sendable {
    /// What was tried, as the `ip` command that would do the same.
    public let operation: String
    /// The error number of errno(3), positive, such as `EEXIST`.
    public let code: Int32
    /// The kernel's own words for it, where it sent any (`NLMSGERR_ATTR_MSG` of its extended acknowledgement).
    public let kernelMessage: String?

    /// - Parameter code: of errno(3), positive.
    public init(operation: String, code: Int32, kernelMessage: String? = nil) {
        self.operation = operation
        self.code = code
        self.kernelMessage = kernelMessage
    }
}

extension NetlinkError: CustomStringConvertible {
    public var description: String {
        let reason = strerrordesc_np(code).map { String(cString: $0) } ?? "error \(code)"
        let detail = kernelMessage.map { ": \($0)" } ?? ""
        return "'\(operation)' failed: \(reason)\(detail)"
    }
}
