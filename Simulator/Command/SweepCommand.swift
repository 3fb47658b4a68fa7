import ArgumentParser
import Glibc
import Presentation
import Settings
import Sweep
import Timekeeping

struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract:
            "Simulates a grid of pool settings, workloads, instance types and seeds, and shows which settings are best.",
        discussion: """
            Shows for each workload how many addresses a setting strands against how long pods wait for one, and which \
            settings no other one beats. Simulator/choosing-a-warm-target.md is the result for the standard workloads.

            EXAMPLES
              warmpool-sim sweep
              warmpool-sim sweep --grid Config/examples/sweep.yaml --results sweep.jsonl --report sweep.html
              warmpool-sim sweep --workload burst --pool warmIPTarget=1,2,5,10 --pool 'warmTarget=adaptive,targetWait=1s at p99'
              warmpool-sim sweep --grid sweep.yaml --shard 3/8 --results 3.jsonl
              warmpool-sim sweep merge *.jsonl --report sweep.html

            EXIT STATUS
              0 done; 1 a cell failed, or a file cannot be written; 2 a file or a setting has problems; 3 merge found cells \
            missing; 64 wrong usage
            """,
        subcommands: [SweepRunCommand.self, SweepMergeCommand.self], defaultSubcommand: SweepRunCommand.self)
}

/// Where the reports of sweeps go, and in which form.
struct SweepReportOptions: ParsableArguments {
    @Option(help: "What is printed: text, json, csv, markdown or html.")
    var output = SweepReport.Form.text

    @Option(
        name: .customLong("report"),
        help: ArgumentHelp(
            "Also writes the report into a file, in the form of its ending: .html, .json, .csv, .md or .txt; again for more.",
            valueName: "file"), completion: .file(extensions: ["html", "json", "csv", "md", "txt"]))
    var files: [String] = []

    func validate() throws {
        for file in files where SweepReport.Form(ofFile: file) == nil {
            throw ValidationError("--report: '\(file)' does not end in .html, .json, .csv, .md or .txt")
        }
    }

    /// Prints a report and writes its files.
    func deliver(_ report: SweepReport) throws {
        for file in files {
            guard let form = SweepReport.Form(ofFile: file) else { continue }
            try TextFile.write(report.written(as: form), to: file)
        }
        try TextFile.print(report.written(as: output, Terminal.style))
    }
}

extension SweepReport.Form: ExpressibleByArgument {}
extension Shard: ExpressibleByArgument {}
