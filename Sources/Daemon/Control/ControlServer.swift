import ControlProtocol
import Glibc
import Logging
import NIOCore
import NIOPosix

/// The listening control socket.
struct ControlServer {
    private let channel: any Channel
    private let path: String

    /// Listens on a Unix socket that only root may use, in a place where ``makeRoom(for:)`` has found nothing.
    ///
    /// - Parameter patience: how long a peer may take to send its request.
    /// - Throws: ``DaemonError`` where the socket cannot be made.
    static func start(
        path: String, agent: NodeAgent, patience: TimeAmount = .seconds(10), log: Logger
    ) async throws -> ControlServer {
        let bootstrap = ServerBootstrap(group: agent.eventLoop)
            .serverChannelOption(.backlog, value: 1024)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        ControlHandler(agent: agent, patience: patience, log: log))
                }
            }
        do {
            let channel = try await bootstrap.bind(unixDomainSocketPath: path).get()
            // Who connects before this is refused by its credentials. A umask would count for the whole process.
            guard chmod(path, 0o600) == 0 else { throw IOError(errnoCode: errno, reason: "chmod") }
            return ControlServer(channel: channel, path: path)
        } catch {
            throw DaemonError.cannotListen(socket: path, "\(error)")
        }
    }

    /// Takes no more connections; those that are there end with their answers.
    func stop() async {
        // In this order: after the close the place may be that of the next daemon's socket.
        unlink(path)
        try? await channel.close()
    }

    /// Removes a socket that a daemon before this one left. One on which a daemon still answers is not touched.
    ///
    /// - Throws: ``DaemonError`` where the place is taken.
    static func makeRoom(for path: String) throws(DaemonError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw .cannotListen(socket: path, "something that is not a socket is in its place")
        }
        do {
            try ControlClient(socketPath: path).perform(.status, within: .seconds(2))
            throw DaemonError.cannotListen(socket: path, "another warmpoold answers on it; stop that one first")
        } catch let error as DaemonError {
            throw error
        } catch ControlError.daemonDown {
            unlink(path)
        } catch {
            throw .cannotListen(socket: path, "another process listens on it; stop that one first")
        }
    }
}
