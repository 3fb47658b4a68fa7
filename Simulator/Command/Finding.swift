import FoundationEssentials
import Timekeeping
import VirtualSimulator

/// A scenario that violates a rule: told, made as small as possible, and kept as a file that replays it.
struct Finding {
    let scenario: Scenario
    let violation: Violation

    /// Writes the file into a directory, and prints what was found and how it is run again.
    ///
    /// - Parameter name: tells its file from others.
    /// - Throws: an error of Foundation that says why the file cannot be written.
    func keep(in directory: String, name: String) throws {
        printError("\(name): \(violation)")
        let trace = minimized()
        let path = "\(directory)/warmpool-violation-\(name).json"
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(trace).write(to: URL(filePath: path), options: .atomic)
        printError("as small as possible: \(trace.violation)")
        printError("\(trace.scenario.size) in \(path); run it again by:\n  warmpool-sim replay \(path)")
    }

    private func minimized() -> TraceFile {
        var minimizer = Minimizer(
            scenario, violation,
            report: { step in
                guard step.runs.isMultiple(of: 10) else { return }
                printError("making it smaller: \(step.scenario.size), \(step.runs) runs")
            })
        minimizer.minimize()
        return TraceFile(minimizer.scenario, minimizer.violation)
    }
}

extension Scenario {
    /// How large it is, in words.
    fileprivate var size: String {
        "\(plan.nodes.count) nodes, \(plan.pods.count) pods, \(faults.count) faults and \(incidents.count) incidents in "
            + duration.rounded
    }
}
