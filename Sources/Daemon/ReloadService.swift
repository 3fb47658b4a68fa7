import Logging
import ServiceLifecycle
import UnixSignals

/// Reads the configuration again at every SIGHUP, takes over what a running daemon can, and says what it cannot.
struct ReloadService: Service {
    let agent: NodeAgent
    let log: Logger
    let notifier: SystemdNotifier
    let current: Configuration
    let load: @Sendable () throws(ConfigurationProblems) -> Configuration

    func run() async {
        await cancelWhenGracefulShutdown {
            var running = current
            for await _ in await UnixSignalsSequence(trapping: .sighup) {
                notifier.send("RELOADING=1")
                running = await reload(running)
                notifier.send("READY=1")
            }
        }
    }

    private func reload(_ running: Configuration) async -> Configuration {
        do throws(ConfigurationProblems) {
            let new = try load()
            for key in new.needingRestart(comparedTo: running) {
                log.warning("\(key) has changed, but takes effect only after a restart of warmpoold")
            }
            let effective = new.reloaded(over: running)
            await agent.reconfigure(effective)
            log.notice("the configuration was read again")
            return effective
        } catch {
            for problem in error.problems { log.error("\(problem)") }
            log.error("the configuration has problems; the one that runs stays in force")
            return running
        }
    }
}

extension Configuration {
    /// The keys whose change a running daemon cannot follow.
    func needingRestart(comparedTo running: Configuration) -> [String] {
        var keys: [String] = []
        if socket != running.socket { keys.append("socket") }
        if store != running.store { keys.append("store") }
        if logLevel != running.logLevel { keys.append("logLevel") }
        if logFormat != running.logFormat { keys.append("logFormat") }
        if provider != running.provider { keys.append("provider") }
        if limits != running.limits { keys.append("limits") }
        if layout != running.layout { keys.append("routing") }
        if eniMTU != running.eniMTU { keys.append("eniMTU") }
        return keys
    }

    /// This configuration, with what needs a restart as it is in the running one.
    func reloaded(over running: Configuration) -> Configuration {
        var result = self
        result.socket = running.socket
        result.store = running.store
        result.logLevel = running.logLevel
        result.logFormat = running.logFormat
        result.provider = running.provider
        result.limits = running.limits
        result.layout = running.layout
        result.eniMTU = running.eniMTU
        return result
    }
}
