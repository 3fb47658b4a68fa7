import Logging
import ServiceLifecycle
import Settings
import UnixSignals

/// Reads the configuration again at every SIGHUP, takes over what a running daemon can, and says what it cannot.
struct ReloadService: Service {
    let agent: NodeAgent
    let log: Logger
    let notifier: SystemdNotifier
    let current: Configuration
    let load: @Sendable () throws(SettingsProblems) -> Configuration

    func run() async {
        let hangups = await UnixSignalsSequence(trapping: .sighup)
        // Not before: a signal that nobody traps ends the process. The group traps its own before it runs a service.
        notifier.ready(status: status)
        await cancelWhenGracefulShutdown {
            var running = current
            for await _ in hangups {
                notifier.reloading()
                running = await reload(running)
                notifier.ready(status: status)
            }
        }
    }

    private var status: String { "Serving \(current.socket)" }

    private func reload(_ running: Configuration) async -> Configuration {
        do throws(SettingsProblems) {
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
