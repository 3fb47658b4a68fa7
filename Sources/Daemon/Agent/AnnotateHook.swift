import Glibc
import Identity
import JSON
import Logging
import Pool
import Subprocess
import Synchronization

/// Tells the operator's program of every pod that got addresses or gave them back, after that is durable. Nobody waits
/// for it: events queue up, a few runs go on at once, and those of one pod happen one after the other.
final class AnnotateHook: Sendable {
    /// How many runs go on at once at most.
    private static let maximumRuns = 4

    /// One run of the program, begun or not.
    private struct Run: Sendable {
        let id: AttachmentID
        let event: PodEvent
        let hook: Configuration.Hook
    }

    private struct State {
        /// The pods that have addresses: a removal says no more than whose it is.
        var pods: [AttachmentID: Attachment]
        var queue: [Run] = []
        var running: [AttachmentID: Task<Void, Never>] = [:]
        /// How many events found the queue full since it was last drained.
        var dropped = 0

        /// Follows a change, and says what of it is an event.
        mutating func event(of change: Change) -> (AttachmentID, PodEvent)? {
            switch change {
            case .putAttachment(let attachment):
                // One that is known is put again when something else of it changes.
                let known = pods.updateValue(attachment, forKey: attachment.id)
                return known == nil ? (attachment.id, PodEvent(.add, attachment)) : nil
            case .removeAttachment(let id):
                return pods.removeValue(forKey: id).map { (id, PodEvent(.delete, $0)) }
            case .putENI, .removeENI, .putAddress, .removeAddress:
                return nil
            }
        }
    }

    private let state: Mutex<State>
    private let maximumQueue: Int
    private let log: Logger

    /// - Parameters:
    ///   - pods: those that have addresses already; nobody is told of them.
    ///   - maximumQueue: how many events wait at most; further ones are dropped, counted and logged.
    init(pods: [AttachmentID: Attachment], maximumQueue: Int = 1000, log: Logger) {
        state = Mutex(State(pods: pods))
        self.maximumQueue = maximumQueue
        self.log = log
        // Writing to a program that does not read is an error here, and no signal that ends the process.
        signal(SIGPIPE, SIG_IGN)
    }

    /// Takes in what became durable.
    ///
    /// - Parameter hook: who is told; `nil` for nobody.
    func take(_ changes: [Change], for hook: Configuration.Hook?) {
        state.withLock { state in
            for change in changes {
                guard let (id, event) = state.event(of: change), let hook else { continue }
                enqueue(Run(id: id, event: event, hook: hook), &state)
            }
            begin(&state)
        }
    }

    /// Forgets what waits, and returns when the runs that were begun have ended, each within its time limit.
    func stop() async {
        let runs = state.withLock { state in
            if !state.queue.isEmpty {
                log.warning("annotate: warmpoold stops; \(state.queue.count) events are told to nobody")
            }
            state.queue = []
            return Array(state.running.values)
        }
        for run in runs { await run.value }
    }

    private func enqueue(_ run: Run, _ state: inout State) {
        guard state.queue.count < maximumQueue else {
            if state.dropped == 0 {
                report(
                    "\(maximumQueue) events wait for \(run.hook.program), so that \(run.event) and others are told to "
                        + "nobody; make the program faster")
            }
            state.dropped += 1
            return
        }
        state.queue.append(run)
    }

    private func begin(_ state: inout State) {
        while state.running.count < AnnotateHook.maximumRuns,
            let next = state.queue.firstIndex(where: { state.running[$0.id] == nil })
        {
            let run = state.queue.remove(at: next)
            state.running[run.id] = Task {
                await perform(run)
                end(run)
            }
        }
    }

    private func end(_ run: Run) {
        state.withLock { state in
            state.running[run.id] = nil
            if state.queue.isEmpty, state.dropped > 0 {
                log.warning("annotate: \(state.dropped) events were told to nobody, because too many waited")
                state.dropped = 0
            }
            begin(&state)
        }
    }

    private func report(_ problem: String) {
        log.error("annotate: \(problem)")
    }

    // MARK: One run

    private enum Ending: Sendable {
        case ended(TerminationStatus, errors: String)
        case failed(String)
        case timedOut
    }

    private func perform(_ run: Run) async {
        let ending = await withTaskGroup(of: Ending.self) { group in
            group.addTask { await AnnotateHook.execute(run) }
            group.addTask {
                try? await Task.sleep(for: run.hook.timeout)
                return .timedOut
            }
            // Cancelling a run kills the program and what it started.
            defer { group.cancelAll() }
            return await group.next() ?? .timedOut
        }
        switch ending {
        case .ended(.exited(0), _): break
        case .ended(let status, let errors):
            report(
                "\(run.hook.program) failed for \(run.event) (\(status)), which is not told again: "
                    + (errors.isEmpty
                        ? "it wrote nothing to stderr" : errors.split(separator: "\n").joined(separator: "; ")))
        case .failed(let reason):
            report("\(run.hook.program) cannot be run for \(run.event): \(reason); see annotate.command")
        case .timedOut:
            report(
                "\(run.hook.program) was killed after \(run.hook.timeout.text) with \(run.event), which is not told "
                    + "again; make it faster, or raise annotate.timeout")
        }
    }

    /// What more a program has to say is not for a log.
    private static let errorLimit = 64 << 10

    private static func execute(_ run: Run) async -> Ending {
        var options = PlatformOptions()
        options.processGroupID = 0
        options.teardownSequence = [
            .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .zero)
        ]
        var variables: [Environment.Key: String?] = [:]
        for (name, value) in run.event.variables {
            if let key = Environment.Key(rawValue: name) { variables[key] = value }
        }
        do {
            let input = try JSONCoding.encode(run.event).text() + "\n"
            let result = try await Subprocess.run(
                .path(.init(run.hook.program)), arguments: Arguments(run.hook.arguments),
                environment: .inherit.updating(variables), platformOptions: options, input: .inputWriter,
                output: .discarded, error: .sequence
            ) { execution in
                // A program may take everything from its environment, and not read.
                _ = try? await execution.standardInputWriter.write(input)
                try await execution.standardInputWriter.finish()
                var errors: [UInt8] = []
                // Read to the end, because a program that nobody reads from hangs.
                for try await part in execution.standardError where errors.count < errorLimit {
                    errors += part.withUnsafeBytes { Array($0.prefix(errorLimit - errors.count)) }
                }
                return String(decoding: errors, as: UTF8.self)
            }
            return .ended(result.terminationStatus, errors: result.closureResult)
        } catch {
            return .failed("\(error)")
        }
    }
}
