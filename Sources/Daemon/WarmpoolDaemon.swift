import ControlProtocol
import FoundationEssentials
import Glibc
import Logging
import NIOCore
import NIOPosix
import Pool
import Providers
import ServiceLifecycle
import Settings
import Store
import Timekeeping
import UnixSignals

/// The daemon, assembled: runs until it is told to stop.
public struct WarmpoolDaemon: Sendable {
    private let load: @Sendable () throws(SettingsProblems) -> Configuration
    private let environment: [String: String]
    private let notifier: SystemdNotifier

    /// - Parameter load: reads the configuration, at the start and at every SIGHUP.
    public init(
        environment: [String: String], load: @escaping @Sendable () throws(SettingsProblems) -> Configuration
    ) {
        self.load = load
        self.environment = environment
        notifier = SystemdNotifier(environment: environment)
    }

    /// Starts, serves until SIGTERM or SIGINT, drains, stops. SIGHUP reads the configuration again.
    ///
    /// - Throws: ``SettingsProblems``, ``DaemonError``, `StoreError` or `ProviderError`: why it cannot run.
    public func run() async throws {
        let configuration = try load()
        guard geteuid() == 0 else { throw DaemonError.notRoot }
        let log = makeLogger(configuration)
        // First of all: where another daemon serves, nothing of its state may be touched.
        try ControlServer.makeRoom(for: configuration.socket)
        // The agent lives on one event loop; one for each processor would idle.
        NIOSingletons.groupLoopCountSuggestion = 1
        let agent = try await makeAgent(
            configuration, eventLoop: MultiThreadedEventLoopGroup.singleton.any(), log: log)
        let server = try await ControlServer.start(path: configuration.socket, agent: agent, log: log)
        let watcher = try LinkWatcher.start(agent: agent)
        log.notice(
            "warmpoold \(warmpoolVersion) serves \(configuration.socket)",
            metadata: ["provider": "\(configuration.provider.name)", "store": "\(configuration.store)"])

        let services = ServiceGroup(
            configuration: .init(
                services: [AgentService(agent: agent), reloader(agent, configuration, log)],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet(log)))
        try await services.run()

        log.notice("stopping: running pods keep their network")
        notifier.stopping()
        await server.stop()
        watcher.stop()
        await agent.stop()
    }

    private func makeAgent(
        _ configuration: Configuration, eventLoop: any EventLoop, log: Logger
    ) async throws -> NodeAgent {
        for path in [configuration.socket, configuration.store] { try makeDirectory(of: path) }
        let boot = try bootID()
        let (store, contents) = try Store.open(
            path: configuration.store, bootID: boot, date: Date.now.formatted(.iso8601))
        if let aside = contents.setAside {
            log.error(
                "the store was corrupt and is set aside as \(aside); the state is rebuilt from provider and kernel")
        }
        if !contents.isSameBoot && !contents.snapshot.attachments.isEmpty {
            log.notice("the machine was restarted: \(contents.snapshot.attachments.count) attachments are released")
        }
        let (pool, changes) = Pool.restored(
            contents.snapshot, sameBoot: contents.isSameBoot, configuration: configuration.pool,
            nonce: "\(UUID())", now: BootClock.now)
        try store.begin(bootID: boot, changes)
        return NodeAgent(
            configuration: configuration, pool: pool, store: store,
            provider: try await configuration.makeProvider(environment: environment, log: log),
            patience: configuration.callPatience,
            host: try HostNetwork(configuration), eventLoop: eventLoop, log: log)
    }

    private func reloader(_ agent: NodeAgent, _ configuration: Configuration, _ log: Logger) -> ReloadService {
        ReloadService(agent: agent, log: log, notifier: notifier, current: configuration, load: load)
    }

    private func makeLogger(_ configuration: Configuration) -> Logger {
        var log = Logger(label: "warmpoold") { label in
            switch configuration.logFormat {
            case .text: StreamLogHandler.standardError(label: label)
            case .json: JSONLogHandler(label: label)
            }
        }
        log.logLevel = configuration.logLevel
        return log
    }

    /// The service group's own log, which tells of every service at debug level, is for its developers.
    private func quiet(_ log: Logger) -> Logger {
        var log = log
        log.logLevel = max(log.logLevel, .notice)
        return log
    }

    private func makeDirectory(of path: String) throws(DaemonError) {
        let directory = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        do {
            try FileManager.default.createDirectory(
                atPath: directory.isEmpty ? "/" : directory, withIntermediateDirectories: true)
        } catch {
            throw .cannotPrepare("the directory \(directory) cannot be made: \(error)")
        }
    }

    /// The kernel's name of this boot.
    private func bootID() throws(DaemonError) -> String {
        do {
            return try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines)
        } catch {
            throw .cannotPrepare("/proc/sys/kernel/random/boot_id cannot be read: \(error)")
        }
    }
}

/// Starts the agent, which works until it is stopped.
private struct AgentService: Service {
    let agent: NodeAgent

    func run() async throws {
        await agent.start()
        try await gracefulShutdown()
    }
}
