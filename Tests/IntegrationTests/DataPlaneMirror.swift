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
    seenBy address: IPv4Address, port: UInt16 = 8080, from namespace: String, seconds: Int = 5
) async throws -> IPv4Address? {
    try await blocking(in: namespace) { try ask(address, port, seconds: seconds) }
}

/// A connection comes about, and the service sees this client.
///
/// - Parameters:
///   - service: the namespace that it is in.
///   - address: where it is reached, if `service`.
///   - from: the client's namespace.
func expect(
    _ service: String, at address: IPv4Address, port: UInt16 = 8080, seesClient client: IPv4Address, in from: String,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let seen = try await withMirror(in: service) { try await source(seenBy: address, port: port, from: from) }
    #expect(seen == client, "\(address):\(port) asked from \(from)", sourceLocation: sourceLocation)
}

/// A connection to a pod comes about, and the pod sees this client.
func expect(
    _ pod: PlacedPod, seesClient client: IPv4Address, in from: String,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    try await expect(
        pod.namespace, at: pod.address, seesClient: client, in: from, sourceLocation: sourceLocation)
}

private func listen(_ port: UInt16) throws(NetlinkError) -> Int32 {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var one: Int32 = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
    let bound = withSocketAddress(IPv4Address(bits: 0), port) { bind(listener, $0, $1) }
    guard bound == 0, Glibc.listen(listener, 16) == 0 else {
        defer { close(listener) }
        throw NetlinkError(operation: "listen on port \(port)", code: errno)
    }
    return listener
}

private func ask(_ address: IPv4Address, _ port: UInt16, seconds: Int) throws(NetlinkError) -> IPv4Address? {
    let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard connection >= 0 else { throw NetlinkError(operation: "open a socket", code: errno) }
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
    return IPv4Address(String(decoding: text, as: UTF8.self))
}

private func peer(of connection: Int32) -> IPv4Address? {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(connection, $0, &length) }
    }
    return status == 0 ? IPv4Address(bits: UInt32(bigEndian: address.sin_addr.s_addr)) : nil
}

private func withSocketAddress<Value>(
    _ address: IPv4Address, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
) -> Value {
    var socketAddress = sockaddr_in()
    socketAddress.sin_family = sa_family_t(AF_INET)
    socketAddress.sin_port = port.bigEndian
    socketAddress.sin_addr.s_addr = address.bits.bigEndian
    return withUnsafePointer(to: &socketAddress) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
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
