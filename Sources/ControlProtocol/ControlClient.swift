import Glibc
import JSON
import Timekeeping

/// Why no answer came from the daemon.
public enum ControlError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Nobody listens on the socket.
    case daemonDown(socket: String, reason: String)
    /// The daemon lives, but did not answer in time.
    case timedOut(socket: String, after: Duration)
    /// The connection broke before the answer was whole.
    case disconnected(socket: String, reason: String)
    /// The answer cannot be understood.
    case malformedReply(String)

    public var description: String {
        switch self {
        case .daemonDown(let socket, let reason):
            "warmpoold cannot be reached on \(socket) (\(reason)); start it (systemctl start warmpoold) or correct "
                + "the socket's path in the network configuration"
        case .timedOut(let socket, let time):
            "warmpoold did not answer on \(socket) within \(time.rounded); see its log "
                + "(journalctl -u warmpoold)"
        case .disconnected(let socket, let reason):
            "warmpoold closed the connection on \(socket) before it answered (\(reason)); see its log "
                + "(journalctl -u warmpoold)"
        case .malformedReply(let problem):
            "warmpoold's answer cannot be read (\(problem)); plugin and daemon are of different versions"
        }
    }
}

/// The caller's side of the control socket: one connection per request, blocking, for programs with one thread.
public struct ControlClient: Sendable {
    private let socketPath: String

    public init(socketPath: String) {
        self.socketPath = socketPath
    }

    /// Sends one command and waits for its result.
    ///
    /// - Parameters:
    ///   - limit: how long the daemon may work on it; the answer is awaited a second longer.
    /// - Throws: ``ControlError`` where no answer came, ``Reply/Failure`` where the daemon refused.
    public func call<Result: Decodable>(_ command: Command, within limit: Duration) throws -> Result {
        let deadline = BootClock.now + limit
        let connection = try Connection(socketPath, giveUpAt: deadline + .seconds(1), patience: limit + .seconds(1))
        try connection.send(Frame.bytes(Request(command, deadline: deadline)))
        do {
            let header = try connection.receive(Frame.headerLength)
            guard let length = Frame.length(header) else { throw ControlError.malformedReply("it is too long") }
            switch try JSONCoding.decode(Reply.self, from: connection.receive(length)) {
            case .failure(let failure): throw failure
            case .success(let result): return try JSONCoding.decode(Result.self, from: result)
            }
        } catch let error as DecodingError {
            throw ControlError.malformedReply(JSONCoding.sentence(for: error))
        } catch let error as JSONError {
            throw ControlError.malformedReply(error.description)
        }
    }
}

extension ControlClient {
    /// Sends a command that has no result to speak of; otherwise like ``call(_:within:)``.
    public func perform(_ command: Command, within limit: Duration) throws {
        let _: JSONValue = try call(command, within: limit)
    }
}

/// A connected Unix stream socket, closed with its last use.
private struct Connection: ~Copyable {
    private let descriptor: Int32
    private let path: String
    private let giveUpAt: Instant
    private let patience: Duration

    init(_ path: String, giveUpAt: Instant, patience: Duration) throws(ControlError) {
        self.path = path
        self.giveUpAt = giveUpAt
        self.patience = patience
        descriptor = try Connection.open(path, patience)
    }

    private static func open(_ path: String, _ patience: Duration) throws(ControlError) -> Int32 {
        guard let address = UnixSocketAddress(path: path) else {
            throw .daemonDown(socket: path, reason: "the path is longer than a socket's path may be")
        }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .daemonDown(socket: path, reason: lastError()) }
        // A daemon that hangs takes no connections once its queue is full: the kernel then lets callers wait this long.
        let (seconds, attoseconds) = patience.components
        var limit = timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        guard address.withAddress({ connect(descriptor, $0, $1) }) == 0 else {
            let code = errno
            close(descriptor)
            if code == EAGAIN { throw .timedOut(socket: path, after: patience) }
            throw .daemonDown(socket: path, reason: String(cString: strerror(code)))
        }
        return descriptor
    }

    deinit {
        close(descriptor)
    }

    func send(_ bytes: [UInt8]) throws(ControlError) {
        var sent = 0
        while sent < bytes.count {
            try wait(for: POLLOUT)
            let count = bytes.withUnsafeBytes {
                Glibc.send(
                    descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent,
                    Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            }
            // A daemon that closed before it read everything may have said why: the answer is still there to receive.
            if count < 0, errno == EPIPE || errno == ECONNRESET { return }
            guard count > 0 || errno == EAGAIN || errno == EINTR else {
                throw .disconnected(socket: path, reason: lastError())
            }
            sent += max(count, 0)
        }
    }

    func receive(_ length: Int) throws(ControlError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: length)
        var received = 0
        while received < length {
            try wait(for: POLLIN)
            let count = bytes.withUnsafeMutableBytes {
                recv(descriptor, $0.baseAddress.map { $0 + received }, length - received, 0)
            }
            if count == 0 { throw .disconnected(socket: path, reason: "end of stream") }
            guard count > 0 || errno == EAGAIN || errno == EINTR else {
                throw .disconnected(socket: path, reason: lastError())
            }
            received += max(count, 0)
        }
        return bytes
    }

    private func wait(for event: Int32) throws(ControlError) {
        var poller = pollfd(fd: descriptor, events: Int16(event), revents: 0)
        while true {
            let left = giveUpAt - BootClock.now
            guard left > .zero else { throw .timedOut(socket: path, after: patience) }
            let status = poll(&poller, 1, Int32(min(left.nanoseconds / 1_000_000 + 1, 3_600_000)))
            if status > 0 { return }
            if status < 0, errno != EINTR { throw .disconnected(socket: path, reason: lastError()) }
        }
    }
}

private func lastError() -> String {
    String(cString: strerror(errno))
}
