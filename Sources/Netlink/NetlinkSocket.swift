import CNetlink
import Glibc

/// A routing socket (`NETLINK_ROUTE`) of one network namespace: the one that the thread was in when it was opened.
/// It can be used from anywhere afterwards, by one caller at a time.
public final class NetlinkSocket {
    let handle: OpaquePointer
    private let buffer: UnsafeMutableRawBufferPointer
    private var sequence: UInt32 = 0

    /// The most that the kernel puts into one datagram of a dump is 32 KiB.
    private static let receiveSize = 64 << 10
    /// Room for the answers to a full batch; the kernel counts about a kilobyte for each.
    private static let socketBuffer: Int32 = 1 << 20
    /// How often a list is read that others change meanwhile.
    private static let dumpAttempts = 20
    /// So many requests go into one system call at most, so that their answers fit the socket's buffer.
    private static let batchSize = 256

    /// Opens a socket in the calling thread's namespace.
    ///
    /// - Throws: a ``NetlinkError``, for example with `EMFILE`.
    public convenience init() throws(NetlinkError) {
        self.init(handle: try NetlinkSocket.connect())
    }

    /// Opens a socket in another namespace; the calling thread stays where it is.
    ///
    /// - Throws: a ``NetlinkError`` where the namespace can't be entered, or as ``init()``.
    public convenience init(in namespace: NetworkNamespace) throws(NetlinkError) {
        // A pointer can't cross between threads, its bits can; nobody else holds the socket.
        let bits = try namespace.run { () -> Result<UInt, NetlinkError> in
            do throws(NetlinkError) {
                return .success(UInt(bitPattern: try NetlinkSocket.connect()))
            } catch {
                return .failure(error)
            }
        }
        guard let handle = OpaquePointer(bitPattern: try bits.get()) else {
            throw NetlinkError(operation: "open a netlink socket", code: ENOMEM)
        }
        self.init(handle: handle)
    }

    /// Opens a socket in another namespace by going there and back: a tenth of a millisecond faster than ``init(in:)``.
    ///
    /// Only for a process with one thread, as ``NetworkNamespace/enter()``.
    ///
    /// - Parameter home: the namespace of the thread, to which it returns.
    /// - Throws: a ``NetlinkError`` where a namespace can't be entered, or as ``init()``.
    public convenience init(entering namespace: NetworkNamespace, returningTo home: NetworkNamespace)
        throws(NetlinkError)
    {
        try namespace.enter()
        let opened: Result<OpaquePointer, NetlinkError>
        do throws(NetlinkError) {
            opened = .success(try NetlinkSocket.connect())
        } catch {
            opened = .failure(error)
        }
        try home.enter()
        self.init(handle: try opened.get())
    }

    private init(handle: OpaquePointer) {
        self.handle = handle
        buffer = .allocate(byteCount: NetlinkSocket.receiveSize, alignment: 16)
    }

    deinit {
        buffer.deallocate()
        nl_socket_free(handle)
    }

    private static func connect() throws(NetlinkError) -> OpaquePointer {
        guard let handle = nl_socket_alloc() else {
            throw NetlinkError(operation: "open a netlink socket", code: ENOMEM)
        }
        guard nl_connect(handle, NETLINK_ROUTE) == 0 else {
            let code = errno
            nl_socket_free(handle)
            throw NetlinkError(operation: "open a netlink socket", code: code)
        }
        let descriptor = nl_socket_get_fd(handle)
        // Answers with the kernel's own message and without a copy of the request, and dumps that can be filtered. A
        // kernel that doesn't know one of these works without it.
        enable(NETLINK_EXT_ACK, level: SOL_NETLINK, on: descriptor)
        enable(NETLINK_CAP_ACK, level: SOL_NETLINK, on: descriptor)
        enable(NETLINK_GET_STRICT_CHK, level: SOL_NETLINK, on: descriptor)
        enable(SO_RCVBUFFORCE, level: SOL_SOCKET, on: descriptor, value: socketBuffer)
        return handle
    }

    private static func enable(_ option: Int32, level: Int32, on descriptor: Int32, value: Int32 = 1) {
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Sends requests in one system call, in their order, and collects the answers. The kernel goes on after a request
    /// that it refuses.
    ///
    /// - Returns: one outcome per request, in the same order; the link for a ``Request/getLink(_:)``, `nil` for others.
    /// - Throws: a ``NetlinkError`` where the exchange itself failed; then nothing is known about the requests.
    public func send(_ requests: [Request]) throws(NetlinkError) -> [Result<Link?, NetlinkError>] {
        var outcomes: [Result<Link?, NetlinkError>] = []
        outcomes.reserveCapacity(requests.count)
        var rest = requests[...]
        while !rest.isEmpty {
            outcomes += try exchange(rest.prefix(NetlinkSocket.batchSize))
            rest = rest.dropFirst(NetlinkSocket.batchSize)
        }
        return outcomes
    }

    /// Sends requests in one system call and throws the error of the first one that was refused, after all of them
    /// were tried.
    ///
    /// - Throws: a ``NetlinkError``.
    public func perform(_ requests: Request...) throws(NetlinkError) {
        for outcome in try send(requests) {
            _ = try outcome.get()
        }
    }

    private func exchange(_ requests: ArraySlice<Request>) throws(NetlinkError) -> [Result<Link?, NetlinkError>] {
        var bytes: [UInt8] = []
        var outcomes: [Result<Link?, NetlinkError>?] = []
        let first = sequence &+ 1
        for request in requests {
            guard let message = request.message() else {
                outcomes.append(.failure(NetlinkError(operation: request.description, code: EINVAL)))
                continue
            }
            let number = first &+ UInt32(outcomes.count)
            bytes += message.bytes(for: handle, sequence: number, flags: UInt16(NLM_F_ACK))
            outcomes.append(nil)
        }
        sequence &+= UInt32(outcomes.count)
        var missing = outcomes.count { $0 == nil }
        guard missing > 0 else { return outcomes.compactMap(\.self) }
        try transmit(bytes, operation: requests.map(\.description).joined(separator: "; "))
        var links: [Int: Link] = [:]
        while missing > 0 {
            try receive(operation: "read the kernel's answers") { header in
                let offset = Int(header.pointee.nlmsg_seq &- first)
                guard outcomes.indices.contains(offset), outcomes[offset] == nil else { return }
                if header.pointee.nlmsg_type == UInt16(NLMSG_ERROR) {
                    let refusal = Refusal(header)
                    outcomes[offset] =
                        refusal.code == 0
                        ? .success(links[offset])
                        : .failure(refusal.error(for: requests[requests.startIndex + offset].description))
                    missing -= 1
                } else if let object = NetlinkObject(header) {
                    links[offset] = Link(object)
                }
            }
        }
        return outcomes.compactMap(\.self)
    }

    /// Sends a request for a list and reads all of it.
    ///
    /// - Parameter read: makes a value of one object; `nil` leaves it out.
    func dump<Value>(
        _ message: consuming Message?, operation: String, read: (borrowing NetlinkObject) -> Value?
    ) throws(NetlinkError) -> [Value] {
        guard let message else { throw NetlinkError(operation: operation, code: ENOMEM) }
        for _ in 0..<NetlinkSocket.dumpAttempts {
            var values: [Value] = []
            var failure: NetlinkError?
            var isDone = false
            // The list changed while the kernel wrote it: what came is no state that ever was.
            var isInterrupted = false
            sequence &+= 1
            let expected = sequence
            let bytes = message.bytes(for: handle, sequence: expected, flags: UInt16(NLM_F_DUMP))
            try transmit(Array(bytes), operation: operation)
            while !isDone {
                try receive(operation: operation) { header in
                    guard header.pointee.nlmsg_seq == expected else { return }
                    isInterrupted = isInterrupted || header.pointee.nlmsg_flags & UInt16(NLM_F_DUMP_INTR) != 0
                    switch Int32(header.pointee.nlmsg_type) {
                    case NLMSG_DONE: isDone = true
                    case NLMSG_ERROR:
                        isDone = true
                        failure = Refusal(header).error(for: operation)
                    default:
                        if let object = NetlinkObject(header), let value = read(object) {
                            values.append(value)
                        }
                    }
                }
            }
            if let failure { throw failure }
            if !isInterrupted { return values }
        }
        throw NetlinkError(
            operation: operation, code: EAGAIN, kernelMessage: "the list changed each time while it was read")
    }

    private func transmit(_ bytes: [UInt8], operation: @autoclosure () -> String) throws(NetlinkError) {
        let sent = bytes.withUnsafeBytes { Glibc.send(nl_socket_get_fd(handle), $0.baseAddress, $0.count, 0) }
        guard sent == bytes.count else {
            let code = sent < 0 ? errno : EMSGSIZE
            throw NetlinkError(operation: operation(), code: code)
        }
    }

    /// Waits for one datagram and hands over its messages one by one.
    func receive(
        operation: String, flags: Int32 = 0, _ handle: (UnsafeMutablePointer<nlmsghdr>) -> Void
    ) throws(NetlinkError) {
        var count: Int
        repeat {
            count = recv(nl_socket_get_fd(self.handle), buffer.baseAddress, buffer.count, flags | Int32(MSG_TRUNC))
        } while count < 0 && errno == EINTR
        guard count >= 0 else { throw NetlinkError(operation: operation, code: errno) }
        guard count <= buffer.count else { throw NetlinkError(operation: operation, code: EMSGSIZE) }
        var rest = Int32(count)
        var header = buffer.baseAddress?.assumingMemoryBound(to: nlmsghdr.self)
        while let message = header, nlmsg_ok(message, rest) != 0 {
            handle(message)
            header = nlmsg_next(message, &rest)
        }
    }
}

/// The content of an `NLMSG_ERROR` message: an error, or with code 0 an acknowledgement.
private struct Refusal {
    let code: Int32
    let message: String?

    init(_ header: UnsafeMutablePointer<nlmsghdr>) {
        let payload = UnsafeRawPointer(nlmsg_data(header)!)
        code = -payload.loadUnaligned(as: Int32.self)
        // Attributes follow the fixed part; with NETLINK_CAP_ACK that holds no more than the request's header.
        let attributes = MemoryLayout<nlmsgerr>.size
        let flags = UInt16(NLM_F_ACK_TLVS) | UInt16(NLM_F_CAPPED)
        guard code != 0, header.pointee.nlmsg_flags & flags == flags,
            let text = nlmsg_find_attr(header, Int32(attributes), Int32(NLMSGERR_ATTR_MSG.rawValue)),
            let words = nla_get_string(text)
        else {
            message = nil
            return
        }
        message = String(cString: words)
    }

    func error(for operation: String) -> NetlinkError {
        NetlinkError(operation: operation, code: code, kernelMessage: message)
    }
}
