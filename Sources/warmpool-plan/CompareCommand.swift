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

    @OptionGroup var input: PlanInput
    @OptionGroup var output: TextOrJSON

    func run() throws {
        let cluster = try input.cluster()
        let comparison = Comparison(try input.report(cluster, plan: a), try input.report(cluster, plan: b))
        Console.progress("")
        try output.show(comparison, comparison.text)
        if comparison.b.verdict == .pending { throw ExitCode(3) }
    }
}
