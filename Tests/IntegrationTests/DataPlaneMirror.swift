import Addressing
import Dispatch
import Glibc
import Netlink
import Testing

/// Runs `body` while a TCP service in a namespace answers each connection with the address that it came from.
func withMirror<Value>(
    in namespace: String, port: UInt16 = 8080, isolation: isolated (any Actor)? = #isolation,
    _ body: () async throws -> Value
) async throws -> Value {
    let listener = try await blocking(in: namespace) { try listen(port) }
    DispatchQueue.global().async {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { break }
            let text = Array((peer(of: connection)?.description ?? "?").utf8)
            send(connection, text, text.count, Int32(MSG_NOSIGNAL))
            close(connection)
        }
        close(listener)
    }
    // It wakes the one who waits for connections, who then closes the socket.
    defer { shutdown(listener, Int32(SHUT_RDWR)) }
    return try await body()
}

/// Asks a mirror, from inside a namespace, which address it sees.
///
/// - Parameter seconds: long where an answer must come, also on a busy machine; short where none must.
/// - Returns: `nil` where no connection comes about.
func source(
    seenBy address: IPAddress, port: UInt16 = 8080, from namespace: String, seconds: Int = 5
) async throws -> IPAddress? {
    try await blocking(in: namespace) { try ask(address, port, seconds: seconds) }
}

/// A connection comes about, and the service sees this client.
///
/// - Parameters:
///   - service: the namespace that it is in.
///   - address: where it is reached, if `service`.
///   - from: the client's namespace.
func expect(
    _ service: String, at address: IPAddress, port: UInt16 = 8080, seesClient client: IPAddress, in from: String,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let seen = try await withMirror(in: service) { try await source(seenBy: address, port: port, from: from) }
    #expect(seen == client, "\(address):\(port) asked from \(from)", sourceLocation: sourceLocation)
}

/// A connection to a pod comes about, and the pod sees this client.
func expect(
    _ pod: PlacedPod, seesClient client: IPAddress, in from: String,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    try await expect(
        pod.namespace, at: pod.address, seesClient: client, in: from, sourceLocation: sourceLocation)
}

/// A socket that speaks both families: an IPv4 address is one of IPv6 for it.
private func openSocket() throws(NetlinkError) -> Int32 {
    let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw NetlinkError(operation: "open a socket", code: errno) }
    return descriptor
}

private func listen(_ port: UInt16) throws(NetlinkError) -> Int32 {
    let listener = try openSocket()
    var one: Int32 = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
    let bound = withSocketAddress(.v6(IPv6Address(bits: 0)), port) { bind(listener, $0, $1) }
    guard bound == 0, Glibc.listen(listener, 16) == 0 else {
        defer { close(listener) }
        throw NetlinkError(operation: "listen on port \(port)", code: errno)
    }
    return listener
}

private func ask(_ address: IPAddress, _ port: UInt16, seconds: Int) throws(NetlinkError) -> IPAddress? {
    let connection = try openSocket()
    defer { close(connection) }
    var limit = timeval(tv_sec: seconds, tv_usec: 0)
    for option in [SO_SNDTIMEO, SO_RCVTIMEO] {
        setsockopt(connection, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
    // Closing waits for the last acknowledgement, so that no packet of this connection is under way afterwards.
    var patience = linger(l_onoff: 1, l_linger: Int32(seconds))
    setsockopt(connection, SOL_SOCKET, SO_LINGER, &patience, socklen_t(MemoryLayout<linger>.size))
    guard withSocketAddress(address, port, { connect(connection, $0, $1) }) == 0 else { return nil }
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64)
    while case let count = recv(connection, &buffer, buffer.count, 0), count > 0 {
        text += buffer[..<count]
    }
    return IPAddress(String(decoding: text, as: UTF8.self))
}

private func peer(of connection: Int32) -> IPAddress? {
    var address = sockaddr_in6()
    var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
    let status = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(connection, $0, &length) }
    }
    let bits = withUnsafeBytes(of: address.sin6_addr) { $0.reduce(UInt128(0)) { $0 << 8 | UInt128($1) } }
    guard status == 0 else { return nil }
    return bits >> 32 == mapped >> 32
        ? .v4(IPv4Address(bits: UInt32(truncatingIfNeeded: bits))) : .v6(IPv6Address(bits: bits))
}

/// An IPv4 address as one of IPv6 (source: RFC 4291, 2.5.5.2).
private let mapped = UInt128(0xffff) << 32

private func withSocketAddress<Value>(
    _ address: IPAddress, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
) -> Value {
    let bits =
        switch address {
        case .v4(let address): mapped | UInt128(address.bits)
        case .v6(let address): address.bits
        }
    var socketAddress = sockaddr_in6()
    socketAddress.sin6_family = sa_family_t(AF_INET6)
    socketAddress.sin6_port = port.bigEndian
    withUnsafeMutableBytes(of: &socketAddress.sin6_addr) { $0.storeBytes(of: bits.bigEndian, as: UInt128.self) }
    return withUnsafePointer(to: &socketAddress) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in6>.size)) }
    }
}

/// Runs what blocks on a thread inside a namespace, for which no thread of Swift's own waits.
private func blocking<Value: Sendable>(
    in name: String, _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async {
            continuation.resume(
                with: Result { try NetworkNamespace(named: name).run { Result { try body() } }.get() })
        }
    }
}
