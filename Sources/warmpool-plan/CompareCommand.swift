import ArgumentParser
import Planner

struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Two plans side by side, each at its worst moment.",
        discussion: """
            EXAMPLES
              warmpool-plan compare today.yaml with-prefixes.yaml
              warmpool-plan compare today.yaml with-prefixes.yaml -f now.json --event rolling-update=all
              warmpool-plan compare today.yaml with-prefixes.yaml --output json

            EXIT STATUS
              0 no pod is pending with the second plan; 3 some are; 2 bad input; 64 wrong usage
            """)

    @Argument(help: "The first plan file.", completion: .file(extensions: ["yaml", "yml"]))
    var a: String

    @Argument(help: "The second plan file.", completion: .file(extensions: ["yaml", "yml"]))
    var b: String

    @OptionGroup var files: ClusterFiles
    @OptionGroup var events: EventOptions
    @OptionGroup var output: TextOrJSON

    func run() throws {
        let cluster = try files.read()
        let reports = try [a, b].map { plan in
            try Report.planned(cluster, events.plan(plan), files: files.names + [plan])
        }
        let comparison = Comparison(reports[0], reports[1])
        try output.show(comparison, comparison.text)
        if comparison.b.verdict == .pending { throw ExitCode(3) }
    }
}
