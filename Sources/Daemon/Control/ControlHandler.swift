import ControlProtocol
import Glibc
import JSON
import Logging
import NIOCore
import Pool

/// One connection: one request, one reply. It lives on the agent's event loop and calls the agent without a hop.
///
/// A peer that closes its side before the answer gives up waiting for it.
final class ControlHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        /// The request is not whole yet.
        case receiving(ByteBuffer)
        /// It was taken or refused; what else comes is dropped. The waiter is there while the answer is not.
        case taken(WaiterID?)
    }

    private let agent: NodeAgent
    private let patience: TimeAmount
    private let log: Logger
    private var state = State.receiving(ByteBuffer())
    private var timer: Scheduled<Void>?

    /// - Parameter patience: how long a peer may take to send its request.
    init(agent: NodeAgent, patience: TimeAmount, log: Logger) {
        self.agent = agent
        self.patience = patience
        self.log = log
    }

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        timer = context.eventLoop.scheduleTask(in: patience) { [patience] in
            let seconds = patience.nanoseconds / 1_000_000_000
            ControlHandler.send(.failure(.init(.badRequest, "no whole request came within \(seconds) s")), on: channel)
        }
        guard let provider = channel as? any SocketOptionProvider else { return refuse(nil, on: channel) }
        let peer: EventLoopFuture<PeerCredentials> = provider.unsafeGetSocketOption(
            level: .init(rawValue: SOL_SOCKET), name: .init(rawValue: SO_PEERCRED))
        peer.assumeIsolated().whenComplete { result in
            let user = (try? result.get())?.user
            if user != geteuid(), user != 0 { self.refuse(user, on: channel) }
        }
    }

    private func refuse(_ user: uid_t?, on channel: any Channel) {
        state = .taken(nil)
        log.warning("a process of user \(user.map(String.init) ?? "?") was refused on the control socket")
        ControlHandler.send(.failure(.init(.forbidden, "only root may use this socket")), on: channel)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .receiving(var received) = state else { return }
        // Otherwise the buffer would have two owners, and be copied.
        state = .taken(nil)
        var bytes = unwrapInboundIn(data)
        received.writeBuffer(&bytes)
        guard let header = received.getBytes(at: received.readerIndex, length: Frame.headerLength) else {
            state = .receiving(received)
            return
        }
        guard let length = Frame.length(header) else {
            return ControlHandler.send(
                .failure(.init(.badRequest, "the request is longer than \(Frame.maximumLength) bytes")),
                on: context.channel)
        }
        guard let body = received.getBytes(at: received.readerIndex + Frame.headerLength, length: length) else {
            state = .receiving(received)
            return
        }
        timer?.cancel()
        state = .taken(handle(body, on: context.channel))
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        if case .taken(let waiter?) = state { agent.assumeIsolated { $0.cancel(waiter) } }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        log.debug("control socket: \(error)")
        context.close(promise: nil)
    }

    /// - Returns: who waits, if the answer is not there yet.
    private func handle(_ body: [UInt8], on channel: any Channel) -> WaiterID? {
        do {
            let request = try ControlHandler.parse(body)
            return agent.assumeIsolated { agent in
                agent.handle(request) { ControlHandler.send($0, on: channel) }
            }
        } catch let failure as Reply.Failure {
            ControlHandler.send(.failure(failure), on: channel)
        } catch let error as DecodingError {
            let problem = JSONCoding.sentence(for: error)
            ControlHandler.send(.failure(.init(.badRequest, "the request cannot be read: \(problem)")), on: channel)
        } catch {
            ControlHandler.send(.failure(.init(.badRequest, "the request cannot be read: \(error)")), on: channel)
        }
        return nil
    }

    /// A peer of another version is told so, even if nothing else of its request can be read.
    private static func parse(_ body: [UInt8]) throws -> Request {
        let value = try JSONValue(parsing: body)
        guard let version = value["version"]?.intValue else {
            throw Reply.Failure(.badRequest, "the request names no protocol version")
        }
        guard version == controlProtocolVersion else {
            throw Reply.Failure(
                .unsupportedVersion,
                "the request is of protocol version \(version), this warmpoold speaks \(controlProtocolVersion); install "
                    + "plugin, warmpoolctl and daemon of the same release")
        }
        return try JSONCoding.decode(Request.self, from: value)
    }

    private static func send(_ reply: Reply, on channel: any Channel) {
        guard let bytes = try? Frame.bytes(reply) else { return channel.close(promise: nil) }
        channel.writeAndFlush(ByteBuffer(bytes: bytes)).whenComplete { _ in channel.close(promise: nil) }
    }
}

/// Who is at the other end of a Unix socket (source: `struct ucred` of unix(7), which Glibc's module leaves out).
private struct PeerCredentials {
    let process: pid_t
    let user: uid_t
    let group: gid_t
}
