import Glibc

/// The address of a Unix socket (source: unix(7)).
public struct UnixSocketAddress: Sendable {
    /// The longest path in bytes; the kernel's field holds a final zero too.
    public static let longestPath = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

    private var address = sockaddr_un()
    private let length: socklen_t

    /// - Parameter path: a path, or `@` and a name for a socket of the abstract namespace.
    /// - Returns: `nil` for a path that is longer than ``longestPath``.
    public init?(path: String) {
        var bytes = Array(path.utf8)
        guard bytes.count <= UnixSocketAddress.longestPath else { return nil }
        if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
    }

    /// Calls `body` with the address as the system calls want it.
    public func withAddress<Value>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }
}
