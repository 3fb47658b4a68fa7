import CloudServer
import Logging
import NIOCore
import NIOPosix

/// A running server.
struct ServerUnderTest {
    let server: CloudServer

    /// Serves the cloud of ``TestCloud`` until `body` returns.
    static func run(
        _ change: (inout CloudConfiguration) -> Void = { _ in }, _ body: (ServerUnderTest) async throws -> Void
    ) async throws {
        var configuration = TestCloud.configuration
        change(&configuration)
        let server = try await CloudServer.start(configuration, host: "127.0.0.1", port: 0, logger: TestCloud.logger)
        do {
            try await body(ServerUnderTest(server: server))
        } catch {
            try await server.stop()
            throw error
        }
        try await server.stop()
    }

    var endpoint: String { "http://127.0.0.1:\(server.port)" }
    var client: HTTPClient { HTTPClient(port: server.port) }
}

/// The bytes that go to a server on this machine, and come from it.
struct HTTPClient {
    let port: Int

    /// Sends bytes on a new connection, and returns all that comes until the server closes it.
    ///
    /// - Parameters:
    ///   - leaving: the client closes its side after the last byte.
    ///   - answered: is called when the first bytes have come.
    func exchange(
        _ bytes: [UInt8], leaving: Bool = false, answered: () async throws -> Void = {}
    ) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var received = ByteBuffer()
            do {
                try await outbound.write(ByteBuffer(bytes: bytes))
                if leaving { outbound.finish() }
                for try await part in inbound {
                    if received.readableBytes == 0 { try await answered() }
                    received.writeImmutableBuffer(part)
                }
            } catch is IOError {
                // The server may close while it is still being written to; what it said before counts.
            } catch is ChannelError {}
            return String(buffer: received)
        }
    }

    /// A request after which the connection is closed.
    func send(_ method: String, _ path: String, body: String = "", leaving: Bool = false) async throws -> String {
        let head =
            ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
            + (body.isEmpty ? [] : ["Content-Length: \(body.utf8.count)"])
        return try await exchange(
            Array((head.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8), leaving: leaving)
    }

    /// Makes a call of the EC2 API.
    func call(
        _ action: String, _ parameters: [String: String] = [:], leaving: Bool = false
    ) async throws -> String {
        let all = parameters.merging(["Action": action, "Version": "2016-11-15"]) { given, _ in given }
        return try await send("POST", "/", body: TestCloud.form(all), leaving: leaving)
    }
}
