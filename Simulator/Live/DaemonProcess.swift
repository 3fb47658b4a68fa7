import Fabric
import FoundationEssentials
import Glibc

/// A program that was started in a namespace of a fabric and lives on its own: its starter may end before it does.
public struct DaemonProcess: Codable, Hashable, Sendable {
    /// The process's number.
    public let pid: Int32
    /// When the process was started, in clock ticks since boot: tells it from a later process with the same number.
    /// Source: proc(5), field 22 of `/proc/PID/stat`.
    public let startTime: UInt64

    /// Starts a program inside a namespace, in a session of its own, with nothing but `PATH` in its environment: what the
    /// caller's environment says is not meant for it.
    ///
    /// - Parameters:
    ///   - command: the program's path, and its arguments.
    ///   - log: the file to whose end it writes.
    /// - Throws: `FabricError` where it cannot be started, ``LiveError/process(_:problem:log:)`` where it is gone at once.
    public static func start(_ command: [String], log: String, in namespace: String) async throws -> DaemonProcess {
        // Every step replaces the process by the next one, so that the number that the shell prints is the program's.
        let script = """
            log=$1; shift; setsid ip netns exec "$0" "$@" </dev/null >>"$log" 2>&1 & echo $!
            """
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin"
        let output = try await NamespaceCommand.run(
            ["sh", "-c", script, namespace, log] + command, in: nil, environment: ["PATH": path])
        guard let pid = Int32(output.standardOutput.filter(\.isNumber)), let process = DaemonProcess(pid: pid) else {
            throw LiveError.process(
                "\(command.first ?? "") in \(namespace)", problem: "ended at once \(output.standardError)",
                log: tail(ofFile: log))
        }
        return process
    }

    /// Starts a program as ``start(_:log:in:)`` does, and records it: nobody would find one that is running and not
    /// recorded. So this is not cancelled in between, and a process that cannot be recorded is killed.
    ///
    /// - Throws: what ``start(_:log:in:)`` throws, and ``LiveError/file(path:reason:)``.
    static func start(
        _ command: [String], log: String, in namespace: String, recordedBy record: DaemonRecord
    ) async throws -> DaemonProcess {
        let starting = Task {
            let process = try await start(command, log: log, in: namespace)
            do {
                try record.write(process)
            } catch {
                await process.kill()
                throw error
            }
            return process
        }
        return try await starting.value
    }

    /// The running process of this number; `nil` if there is none.
    init?(pid: Int32) {
        guard let (isAlive, startTime) = DaemonProcess.status(pid), isAlive else { return nil }
        self.pid = pid
        self.startTime = startTime
    }

    /// Whether it has not ended.
    public var isRunning: Bool { DaemonProcess(pid: pid) == self }

    /// Asks it to end, waits, and kills it if it takes too long. Returns when it has ended.
    ///
    /// - Returns: whether it ended by itself.
    @discardableResult
    public func stop(within limit: Duration = .seconds(10)) async -> Bool {
        send(SIGTERM)
        if await hasEnded(within: limit) { return true }
        await kill()
        return false
    }

    /// Kills it, as `kill -9`, and returns when it has ended.
    public func kill() async {
        send(SIGKILL)
        while await !hasEnded(within: .seconds(1)) {}
    }

    private func send(_ signal: Int32) {
        if isRunning { Glibc.kill(pid, signal) }
    }

    private func hasEnded(within limit: Duration) async -> Bool {
        let deadline = ContinuousClock.now + limit
        while isRunning {
            if ContinuousClock.now > deadline { return false }
            // Also in a task that was cancelled, whose own sleep would end at once.
            await Task.detached { try? await Task.sleep(for: .milliseconds(10)) }.value
        }
        return true
    }

    /// Whether a process still runs, and when it was started. A process whose first thread has ended keeps its files and
    /// sockets until its last one has. Source: proc(5), fields 3, 20 and 22 of `/proc/PID/stat`; the second field is the
    /// name in parentheses, which may hold anything.
    private static func status(_ pid: Int32) -> (isAlive: Bool, startTime: UInt64)? {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let name = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[text.index(after: name)...].split(separator: " ")
        guard fields.count > 19, let threads = Int(fields[17]), let startTime = UInt64(fields[19]) else { return nil }
        return (fields[0] != "Z" || threads > 1, startTime)
    }
}

/// The last lines of a text file, indented.
func tail(ofFile path: String, lines count: Int = 15) -> String {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8), !text.isEmpty else { return "    (empty)" }
    return text.split(separator: "\n").suffix(count).map { "    \($0)" }.joined(separator: "\n")
}
