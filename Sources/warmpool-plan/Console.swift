import ArgumentParser
import Glibc
import InstanceLimits
import Planner

/// What commands have in common: how they print, and how they fail.
enum Console {
    /// What standard output can show: colour on a terminal, unless `NO_COLOR` is set (no-color.org).
    static var style: TextStyle {
        guard isatty(STDOUT_FILENO) == 1 else { return .plain }
        let isColoured = (variable("NO_COLOR") ?? "").isEmpty && variable("TERM") != "dumb"
        return TextStyle(isColoured: isColoured, width: width)
    }

    private static var width: Int? {
        var size = winsize()
        if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        return variable("COLUMNS").flatMap(Int.init)
    }

    private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// Says what long work is doing, on one line of the terminal that the next call writes over. Silent anywhere else.
    static func progress(_ what: String) {
        guard isatty(STDERR_FILENO) == 1 else { return }
        write(to: STDERR_FILENO, "\r\u{1b}[K\(what.isEmpty ? "" : what + "…")")
    }

    /// Bad input: what and where it is, a problem a line.
    static func badInput(_ problems: String) -> ExitCode {
        progress("")
        for problem in problems.split(separator: "\n") { write(to: STDERR_FILENO, "warmpool-plan: \(problem)\n") }
        return ExitCode(2)
    }

    /// Prints text that ends in a newline. A reader that has gone away is no failure of the plan.
    ///
    /// - Throws: the exit code, after it was told why the text could not be written.
    static func show(_ text: String) throws {
        let code = write(to: STDOUT_FILENO, text)
        guard code != 0, code != EPIPE else { return }
        write(to: STDERR_FILENO, "warmpool-plan: the report cannot be written: \(String(cString: strerror(code)))\n")
        throw ExitCode(1)
    }

    /// - Returns: the error number; 0 where everything was written.
    @discardableResult
    private static func write(to descriptor: Int32, _ text: String) -> Int32 {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { return errno }
            rest = rest.dropFirst(written)
        }
        return 0
    }
}

extension InstanceType {
    /// The types of these names.
    ///
    /// - Throws: the exit code, after all names that are unknown were told.
    static func named(_ names: [String]) throws -> [InstanceType] {
        var types: [InstanceType] = []
        var problems: [String] = []
        for name in names {
            do throws(UnknownInstanceType) { types.append(try InstanceType(named: name)) } catch {
                problems.append("--instance-type: \(error)")
            }
        }
        guard problems.isEmpty else { throw Console.badInput(problems.joined(separator: "\n")) }
        return types
    }
}

extension CompletionKind {
    /// The names of the table.
    static var instanceTypes: CompletionKind {
        .custom { _, _, prefix in InstanceType.all.map(\.name).filter { $0.hasPrefix(prefix) } }
    }
}
