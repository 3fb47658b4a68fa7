import NIOCore

/// Notices that the caller has closed its side of the connection, even while it waits for an answer.
///
/// It is the first of its channel, because the handlers of HTTP keep that event back until an answer has been written.
final class DepartureHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    /// Puts itself in front of all others.
    final class Installer: ChannelInboundHandler, RemovableChannelHandler {
        typealias InboundIn = Any

        func handlerAdded(context: ChannelHandlerContext) {
            let handler = DepartureHandler(departed: context.eventLoop.makePromise())
            do {
                try context.pipeline.syncOperations.addHandler(handler, position: .first)
            } catch {
                handler.departed.fail(error)
            }
        }
    }

    private let departed: EventLoopPromise<Void>

    private init(departed: EventLoopPromise<Void>) {
        self.departed = departed
    }

    /// Returns when the caller at the other end of a channel has left.
    ///
    /// - Throws: `CancellationError`, and what the channel says that has no such handler.
    static func departure(from channel: any Channel) async throws {
        let departed = try await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.handler(type: DepartureHandler.self).departed
        }.get()
        let (departures, departure) = AsyncStream.makeStream(of: Never.self)
        departed.futureResult.whenComplete { _ in departure.finish() }
        // Ends with the stream, and when the task is cancelled.
        for await _ in departures {}
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed { departed.succeed() }
        context.fireUserInboundEventTriggered(event)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        departed.succeed()
    }
}
