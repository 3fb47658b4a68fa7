import ArgumentParser
import Glibc
import Settings
import Simulator
import UnixSignals

/// Runs a command's work as root, until it is done, fails, or the user interrupts it; what goes wrong goes to stderr.
///
/// - Throws: the `ExitCode`; one that the work itself throws has been explained by it.
func guarded(_ body: @escaping @Sendable () async throws -> Void) async throws {
    guard geteuid() == 0 else {
        printError("warmpool-sim makes network namespaces, which only root may: run it with sudo")
        throw ExitCode.failure
    }
    let work = Task(operation: body)
    let interruption = Task {
        for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup) { work.cancel() }
    }
    defer { interruption.cancel() }
    do {
        try await work.value
    } catch let code as ExitCode {
        throw code
    } catch {
        if work.isCancelled, !leavesSomethingBehind(error) {
            printError("interrupted; everything is removed")
            throw ExitCode(130)
        }
        throw explained(error)
    }
}

/// Says on stderr why a command ends.
///
/// - Returns: the status with which it ends; for an `ExitCode`, which has been explained already, that.
func explained(_ error: any Error) -> ExitCode {
    switch error {
    case let code as ExitCode: return code
    case let problems as SettingsProblems:
        printError("\(problems)")
        return ExitCode(2)
    default:
        printError("warmpool-sim: \(error)")
        return .failure
    }
}

private func leavesSomethingBehind(_ error: any Error) -> Bool {
    if case LiveError.leftBehind = error { true } else { false }
}

/// Prints a line that a reader at the other end of a pipe gets at once.
func printNow(_ text: String) {
    writeLine(text, to: STDOUT_FILENO)
}

func printError(_ text: String) {
    writeLine(text, to: STDERR_FILENO)
}

private func writeLine(_ text: String, to descriptor: Int32) {
    let line = Array((text + "\n").utf8)
    _ = write(descriptor, line, line.count)
}
