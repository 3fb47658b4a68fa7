import ControlProtocol
import Foundation
import Glibc
import JSON
import Synchronization
import Testing

/// Answers every request on a control socket with the same result, on a thread of its own.
final class CannedDaemon: Sendable {
    private final class Requests: Sendable {
        let list = Mutex<[Request]>([])
    }

    let socket: String
    private let descriptor: Int32
    private let received = Requests()

    /// What was asked, in the order in which it came.
    var requests: [Request] { received.list.withLock { $0 } }

    init(at path: String, answering result: some Encodable) throws {
        socket = path
        descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let status = UnixSocketAddress(path: path)?.withAddress { bind(descriptor, $0, $1) }
        try #require(status == 0 && listen(descriptor, 8) == 0, "\(String(cString: strerror(errno)))")
        let reply = try Frame.bytes(Reply.success(JSONCoding.encode(result)))
        Thread.detachNewThread { [descriptor, received] in
            // Ends with the socket.
            while case let peer = accept(descriptor, nil, nil), peer >= 0 {
                if let request = CannedDaemon.request(of: peer) {
                    received.list.withLock { $0.append(request) }
                    send(peer, reply, reply.count, Int32(MSG_NOSIGNAL))
                }
                close(peer)
            }
        }
    }

    deinit {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
        unlink(socket)
    }

    private static func request(of peer: Int32) -> Request? {
        var header = [UInt8](repeating: 0, count: Frame.headerLength)
        guard recv(peer, &header, header.count, Int32(MSG_WAITALL)) == header.count,
            let length = Frame.length(header)
        else { return nil }
        var body = [UInt8](repeating: 0, count: length)
        guard recv(peer, &body, length, Int32(MSG_WAITALL)) == length else { return nil }
        return try? JSONCoding.decode(Request.self, from: body)
    }
}
