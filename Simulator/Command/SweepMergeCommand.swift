import ArgumentParser
import Presentation
import Settings
import Sweep

struct SweepMergeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Joins the results of shards of one grid, and names what is missing or contradictory.",
        discussion: """
            EXAMPLES
              warmpool-sim sweep merge 0.jsonl 1.jsonl 2.jsonl --report sweep.html
              warmpool-sim sweep merge *.jsonl --results all.jsonl --output markdown

            EXIT STATUS
              0 all cells are there; 1 a file cannot be written; 2 a file is no result, of another grid, or contradicts \
            another; 3 cells are missing; 64 wrong usage
            """)

    @Argument(help: "Results files.", completion: .file(extensions: ["jsonl"]))
    var files: [String]

    @Option(
        help: ArgumentHelp("Writes all results into one file.", valueName: "file"),
        completion: .file(extensions: ["jsonl"]))
    var results: String?

    @OptionGroup var reports: SweepReportOptions

    private static let namedCells = 20

    func run() throws {
        do {
            let merged = try MergedResults(files: files)
            if let results { try merged.write(to: results) }
            let missing = merged.missing
            guard missing.isEmpty else {
                for name in missing.prefix(SweepMergeCommand.namedCells) { printError("missing: \(name)") }
                let more = missing.count - SweepMergeCommand.namedCells
                if more > 0 { printError("and \(more) more") }
                printError("warmpool-sim: \(missing.count.grouped) of \(merged.grid.count.of("cell")) are missing")
                throw ExitCode(3)
            }
            try reports.deliver(SweepReport(merged.grid, merged.results))
        } catch {
            throw explained(error)
        }
    }
}
