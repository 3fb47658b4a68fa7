import Glibc
import HTTPTesting
import Netlink
import Synchronization

/// A proxy between a daemon and its cloud that makes answers go wrong, in the namespace of the fabric's router.
final class FaultProxy: Sendable {
    /// What becomes of an answer.
    enum Fault: String, CaseIterable, Sendable {
        case resetInTheMiddle, lostReply, serverError, throttled, truncatedXML, wrongContentType, hugeReply, hanging,
            redirect
    }

    /// Where it listens.
    static let address = "169.254.169.253"
    static let port = 80

    private let fault = Mutex<(fault: Fault, calls: @Sendable (ReceivedRequest) -> Bool, left: Int)?>(nil)
    private let server = Mutex<TestServer?>(nil)

    /// Begins to listen.
    ///
    /// - Parameters:
    ///   - router: the name of the router's namespace.
    ///   - cloud: the address, with port 80, to which requests are passed on.
    init(router: String, cloud: String) throws {
        let namespace = try NetworkNamespace(named: router)
        let started = try namespace.run { [self] in
            Result {
                try TestServer(address: FaultProxy.address, port: FaultProxy.port) { connection in
                    while true { try self.serve(connection, namespace, cloud) }
                }
            }
        }
        server.withLock { $0 = try? started.get() }
        _ = try started.get()
    }

    func stop() {
        server.withLock { $0?.stop() }
    }

    /// Makes answers go wrong from now on.
    ///
    /// - Parameters:
    ///   - count: so many of them.
    ///   - calls: those to requests for which this holds.
    func inject(
        _ new: Fault, count: Int = .max, into calls: @escaping @Sendable (ReceivedRequest) -> Bool = { _ in true }
    ) {
        fault.withLock { $0 = (new, calls, count) }
    }

    /// All is well again.
    func heal() {
        fault.withLock { $0 = nil }
    }

    /// Whether as many answers went wrong as were to.
    var isSpent: Bool { fault.withLock { $0?.left == 0 } }

    private func serve(_ connection: TestConnection, _ namespace: NetworkNamespace, _ cloud: String) throws {
        let request = try connection.read()
        let fault = fault.withLock { current -> Fault? in
            guard let active = current, active.left > 0, active.calls(request) else { return nil }
            current?.left -= 1
            return active.fault
        }
        guard let fault else { return try connection.write(try forward(request, namespace, cloud)) }
        let xml = ["Content-Type: text/xml;charset=UTF-8"]
        switch fault {
        case .resetInTheMiddle:
            try connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 1000\r\n\r\n<?xml")
            connection.reset()
            throw TestConnection.Closed()
        case .lostReply:
            _ = try forward(request, namespace, cloud)
            throw TestConnection.Closed()
        case .serverError: try connection.reply(refusal("InternalError"), status: 500, headers: xml)
        case .throttled: try connection.reply(refusal("RequestLimitExceeded"), status: 503, headers: xml)
        case .truncatedXML: try connection.reply("<?xml version=\"1.0\"?><DescribeInst", headers: xml)
        case .wrongContentType: try connection.reply("<html>portal</html>", headers: ["Content-Type: text/html"])
        case .hugeReply:
            try connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 104857600\r\n\r\n")
            let block = [UInt8](repeating: UInt8(ascii: " "), count: 1 << 20)
            for _ in 0..<100 { try connection.write(block) }
        case .hanging: connection.waitForClose()
        case .redirect: try connection.reply(status: 307, headers: ["Location: http://elsewhere.example/"])
        }
    }

    private func refusal(_ code: String) -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?><Response><Errors><Error><Code>\(code)</Code><Message>as the test \
        wants</Message></Error></Errors><RequestID>test-request</RequestID></Response>
        """
    }

    /// The cloud's whole answer to a request.
    private func forward(
        _ request: ReceivedRequest, _ namespace: NetworkNamespace, _ cloud: String
    ) throws -> [UInt8] {
        let kept = request.headers.filter { $0.name != "connection" }.map { "\($0.name): \($0.value)" }
        let head = ["\(request.method) \(request.target) HTTP/1.1"] + kept + ["connection: close"]
        let bytes = Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + request.body
        let answer = try namespace.run { FaultProxy.exchange(bytes, with: cloud) }
        guard !answer.isEmpty else { throw TestConnection.Closed() }
        return answer
    }

    /// Sends bytes to port 80 of an address and returns all that comes back; nothing when there is no connection.
    private static func exchange(_ bytes: [UInt8], with address: String) -> [UInt8] {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = UInt16(80).bigEndian
        target.sin_addr.s_addr = inet_addr(address)
        let connected = withUnsafePointer(to: &target) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0, send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            return []
        }
        var answer: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = recv(descriptor, &block, block.count, 0)
            guard count > 0 else { return answer }
            answer += block.prefix(count)
        }
    }
}
