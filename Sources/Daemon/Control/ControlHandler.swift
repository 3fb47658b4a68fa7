import ControlProtocol
import Glibc
import JSON
import Logging
import NIOCore
import Pool

/// One connection: one request, one reply. It lives on the agent's event loop and calls the agent without a hop.
final class ControlHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let agent: NodeAgent
    private let log: Logger
    private var received = ByteBuffer()
    private var isAsked = false
    private var waiter: WaiterID?

    init(agent: NodeAgent, log: Logger) {
        self.agent = agent
        self.log = log
    }

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        guard let provider = channel as? any SocketOptionProvider else { return }
        let peer: EventLoopFuture<PeerCredentials> = provider.unsafeGetSocketOption(
            level: .init(rawValue: SOL_SOCKET), name: .init(rawValue: SO_PEERCRED))
        peer.whenComplete { [log] result in
            let user = (try? result.get())?.user
            guard user != getuid() && user != 0 else { return }
            log.warning("a process of user \(user.map(String.init) ?? "?") was refused on the control socket")
            ControlHandler.send(.failure(.init(.forbidden, "only root may use this socket")), on: channel)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        received.writeBuffer(&bytes)
        guard !isAsked, let header = received.getBytes(at: received.readerIndex, length: Frame.headerLength) else {
            return
        }
        guard let length = Frame.length(header) else {
            isAsked = true
            return ControlHandler.send(
                .failure(.init(.badRequest, "the request is longer than \(Frame.maximumLength) bytes")),
                on: context.channel)
        }
        guard received.readableBytes >= Frame.headerLength + length,
            let body = received.getBytes(at: received.readerIndex + Frame.headerLength, length: length)
        else { return }
        isAsked = true
        handle(body, on: context.channel)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if let waiter { agent.assumeIsolated { $0.cancel(waiter) } }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        log.debug("control socket: \(error)")
        context.close(promise: nil)
    }

    private func handle(_ body: [UInt8], on channel: any Channel) {
        do {
            let request = try ControlHandler.parse(body)
            waiter = agent.assumeIsolated { agent in
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
