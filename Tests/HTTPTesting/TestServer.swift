import Foundation
import Glibc
import Synchronization

/// A TCP server, on loopback by default, that does with every connection what a script says, on a thread of its own; the connection
/// is closed when the script returns or throws.
///
/// ```swift
/// let server = try TestServer { connection in
///     let request = try connection.read()
///     try connection.reply("you asked for \(request.target)")
/// }
/// ```
public final class TestServer: Sendable {
    private struct State {
        var connections: Set<Int32> = []
        var count = 0
        var isStopped = false
    }

    /// What all threads share; it outlives the server object.
    private final class Listener: Sendable {
        let descriptor: Int32
        let state = Mutex(State())

        init(descriptor: Int32) {
            self.descriptor = descriptor
        }

        deinit {
            close(descriptor)
        }
    }

    public let port: Int
    private let listener: Listener

    /// Listens, in the network namespace of the calling thread, on a port that the kernel chooses, unless one is given.
    public init(
        address host: String = "127.0.0.1", port: Int = 0,
        _ script: @escaping @Sendable (TestConnection) throws -> Void
    ) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        // The connections of an earlier server on the same port may still be ending.
        var reuse: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = inet_addr(host)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, size) == 0 && listen(descriptor, 2_000) == 0
                    && getsockname(descriptor, pointer, &size) == 0
            }
        }
        guard isListening else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        self.port = Int(UInt16(bigEndian: address.sin_port))
        listener = Listener(descriptor: descriptor)
        TestServer.thread { [listener] in TestServer.accept(listener, script) }
    }

    deinit {
        stop()
    }

    /// `http://127.0.0.1:PORT` with a path.
    public func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

    /// How many connections there have been.
    public var connectionCount: Int { listener.state.withLock { $0.count } }

    /// Ends the listening and all connections.
    public func stop() {
        listener.state.withLock { state in
            state.isStopped = true
            shutdown(listener.descriptor, Int32(SHUT_RDWR))
            for descriptor in state.connections { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    private static func accept(
        _ listener: Listener, _ script: @escaping @Sendable (TestConnection) throws -> Void
    ) {
        while true {
            let descriptor = Glibc.accept(listener.descriptor, nil, nil)
            guard descriptor >= 0 else { return }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            let number: Int? = listener.state.withLock { state in
                guard !state.isStopped else { return nil }
                state.connections.insert(descriptor)
                state.count += 1
                return state.count - 1
            }
            guard let number else {
                close(descriptor)
                return
            }
            thread {
                try? script(TestConnection(descriptor, number: number))
                listener.state.withLock { state in
                    state.connections.remove(descriptor)
                    close(descriptor)
                }
            }
        }
    }

    /// A thousand connections need small stacks.
    private static func thread(_ body: @escaping @Sendable () -> Void) {
        let thread = Thread(block: body)
        thread.stackSize = 256 << 10
        thread.name = "test-server"
        thread.start()
    }
}
