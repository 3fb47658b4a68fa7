import FoundationEssentials
import Glibc
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import Timekeeping

/// A cloud behind HTTP: one ``ModelVPC`` that several dialects serve.
///
/// ```swift
/// let server = try await CloudServer.start(configuration, host: "127.0.0.1", port: 0)
/// // … http://127.0.0.1:\(server.port)/
/// try await server.stop()
/// ```
public final class CloudServer: Sendable {
    /// The port on which it listens.
    public let port: Int
    private let group: ServiceGroup
    private let running: Task<Void, any Error>

    private init(port: Int, group: ServiceGroup, running: Task<Void, any Error>) {
        self.port = port
        self.group = group
        self.running = running
    }

    /// Launches the instances, makes their links, and begins to listen.
    ///
    /// - Parameters:
    ///   - port: 0 for one of the system's choice.
    ///   - now: the cloud's clock.
    ///   - wallClock: the time of day, for signatures and temporary keys.
    /// - Throws: `ProviderError` or ``ModelVPC/Failure`` for a cloud that cannot be, ``CloudServerError`` when the
    ///   address cannot be listened on.
    public static func start(
        _ configuration: CloudConfiguration, host: String, port: Int,
        now: @escaping @Sendable () -> Instant = CloudServer.uptime, wallClock: @escaping WallClock = { Date() },
        logger: Logger
    ) async throws -> CloudServer {
        let offset = configuration.clockOffset.inSeconds
        let clock: WallClock = { wallClock().addingTimeInterval(offset) }
        let state = try await CloudState(configuration, now: now, wallClock: clock, logger: logger)
        let (outcomes, outcome) = AsyncStream.makeStream(of: Result<Int, any Error>.self)
        let application = Application(
            responder: Front(state),
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [DepartureHandler.Installer(), DateHandler(wallClock: clock)],
                    idleTimeout: .seconds(60))),
            configuration: .init(address: .hostname(host, port: port)),
            onServerRunning: { channel in
                outcome.yield(.success(channel.localAddress?.port ?? port))
                outcome.finish()
            },
            logger: logger)
        var lifecycle = ServiceGroupConfiguration(services: [application], logger: logger)
        lifecycle.maximumGracefulShutdownDuration = .seconds(5)
        let group = ServiceGroup(configuration: lifecycle)
        let running = Task {
            do {
                try await group.run()
            } catch let error as IOError {
                outcome.yield(.failure(CloudServerError.cannotListen(host: host, port: port, code: error.errnoCode)))
                outcome.finish()
                throw error
            } catch {
                outcome.yield(.failure(error))
                outcome.finish()
                throw error
            }
        }
        for await outcome in outcomes {
            return CloudServer(port: try outcome.get(), group: group, running: running)
        }
        running.cancel()
        throw CancellationError()
    }

    /// Listens no longer, answers what has been asked, lets go of callers that get no answer, and returns when all
    /// connections are closed, those that are not done after five seconds by force.
    public func stop() async throws {
        await group.triggerGracefulShutdown()
        try await running.value
    }

    /// The time since the first use of this clock, times of sleep included.
    public static let uptime: @Sendable () -> Instant = {
        let start = ContinuousClock.now
        return { .origin + (ContinuousClock.now - start) }
    }()
}

/// Why a cloud server cannot serve.
public enum CloudServerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The address cannot be listened on; `code` is the system's `errno`.
    case cannotListen(host: String, port: Int, code: Int32)

    /// One sentence with the address, the system's reason, and what to do.
    public var description: String {
        switch self {
        case .cannotListen(let host, let port, let code):
            "cannot listen on \(host):\(port): \(String(cString: strerror(code))); "
                + "choose another address, or port 0 for one that is free"
        }
    }
}
