import Glibc

/// A request as it came over the wire.
public struct ReceivedRequest: Sendable {
    public var method = ""
    /// What stands between method and version.
    public var target = ""
    /// In their order, with the names in lower case.
    public var headers: [(name: String, value: String)] = []
    public var body: [UInt8] = []

    /// The value of the first header of this name, which is in lower case.
    public subscript(name: String) -> String? { headers.first { $0.name == name }?.value }

    public var text: String { String(decoding: body, as: UTF8.self) }
}

/// The server's end of a connection. All of it blocks.
public final class TestConnection {
    /// The client has closed the connection, or the server is being stopped.
    public struct Closed: Error {
        public init() {}
    }

    /// Counts from 0 in the order of the connections.
    public let number: Int
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    init(_ descriptor: Int32, number: Int) {
        self.descriptor = descriptor
        self.number = number
    }

    /// The next request with its body, whose length `Content-Length` says.
    public func read() throws(Closed) -> ReceivedRequest {
        var lines = try readHead().split(separator: "\r\n", omittingEmptySubsequences: false)[...]
        var request = ReceivedRequest()
        let start = lines.removeFirst().split(separator: " ")
        guard start.count == 3 else { throw Closed() }
        request.method = String(start[0])
        request.target = String(start[1])
        for line in lines {
            let name = line.prefix { $0 != ":" }
            request.headers.append((name.lowercased(), String(line.dropFirst(name.count + 1).drop { $0 == " " })))
        }
        let length = request["content-length"].flatMap { Int($0) } ?? 0
        if request["expect"] != nil { try write("HTTP/1.1 100 Continue\r\n\r\n") }
        while buffer.count < length { try fill() }
        request.body = Array(buffer.prefix(length))
        buffer.removeFirst(length)
        return request
    }

    private func readHead() throws(Closed) -> String {
        while true {
            if let end = buffer.firstRange(of: Array("\r\n\r\n".utf8)) {
                let head = String(decoding: buffer[..<end.lowerBound], as: UTF8.self)
                buffer.removeFirst(end.upperBound)
                return head
            }
            try fill()
        }
    }

    private func fill() throws(Closed) {
        let count = 64 << 10
        let chunk = [UInt8](unsafeUninitializedCapacity: count) { bytes, initialized in
            initialized = max(0, recv(descriptor, bytes.baseAddress, count, 0))
        }
        guard !chunk.isEmpty else { throw Closed() }
        buffer += chunk
    }

    /// Waits until the client closes its end; what it sends before is lost.
    public func waitForClose() {
        while (try? fill()) != nil { buffer = [] }
    }

    public func write(_ bytes: [UInt8]) throws(Closed) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Closed() }
            rest.removeFirst(count)
        }
    }

    public func write(_ text: String) throws(Closed) {
        try write(Array(text.utf8))
    }

    /// Writes a whole reply.
    public func reply(_ text: String = "", status: Int = 200, headers: [String] = []) throws(Closed) {
        try reply(Array(text.utf8), status: status, headers: headers)
    }

    /// Writes a whole reply.
    public func reply(_ body: [UInt8], status: Int = 200, headers: [String] = []) throws(Closed) {
        let lines = ["HTTP/1.1 \(status) Test", "Content-Length: \(body.count)"] + headers
        try write(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body)
    }

    /// Has the kernel send a reset instead of an orderly end when the script returns, which it must do next.
    public func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }
}
