import ControlProtocol
import Glibc
import JSON
import Testing

/// A peer on the control socket that says whatever a test wants.
final class Peer: Sendable {
    private let descriptor: Int32

    init(_ path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let status = UnixSocketAddress(path: path)?.withAddress { connect(descriptor, $0, $1) }
        try #require(status == 0, "\(String(cString: strerror(errno)))")
    }

    deinit {
        close(descriptor)
    }

    func send(_ bytes: [UInt8]) {
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    func finishSending() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// The next answer; `nil` at the end.
    func reply() async throws -> Reply? {
        try await onThread { [self] in
            guard let length = receive(Frame.headerLength).flatMap(Frame.length), let body = receive(length) else {
                return nil
            }
            return try JSONCoding.decode(Reply.self, from: body)
        }
    }

    /// Whether the other side has closed, and said no more before.
    func isAtEnd() async throws -> Bool {
        try await onThread { [descriptor] in
            var byte: UInt8 = 0
            return recv(descriptor, &byte, 1, 0) <= 0 && errno != EAGAIN
        }
    }

    private func receive(_ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return recv(descriptor, &bytes, count, Int32(MSG_WAITALL)) == count ? bytes : nil
    }
}
