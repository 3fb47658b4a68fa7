import ArgumentParser
import Glibc
import InstanceLimits
import Planner
import Presentation

/// What commands have in common: how they print, and how they fail.
enum Console {
    /// Bad input: what and where it is, a problem a line.
    static func badInput(_ problems: String) -> ExitCode {
        Terminal.progress("")
        for problem in problems.split(separator: "\n") {
            Terminal.write(to: .standardError, "warmpool-plan: \(problem)\n")
        }
        return ExitCode(2)
    }

    /// Prints text that ends in a newline. A reader that has gone away is no failure of the plan.
    ///
    /// - Throws: the exit code, after it was told why the text could not be written.
    static func show(_ text: String) throws {
        let code = Terminal.write(to: .standardOutput, text)
        guard code != 0, code != EPIPE else { return }
        Terminal.write(
            to: .standardError, "warmpool-plan: the report cannot be written: \(String(cString: strerror(code)))\n")
        throw ExitCode(1)
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
