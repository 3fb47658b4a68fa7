import ArgumentParser
import Comparison
import JSON
import Presentation
import ScenarioFile
import Settings

struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Shows side by side what planner and virtual mode say of a scenario.",
        discussion: """
            Needs no root; 'live' adds what real daemons with real packets come to. Both count the cluster at rest: the \
            planner, which knows no time, is asked about the nodes and pods that the scenario has at its end, each pod \
            bound to its node, in the order of arrival.

            EXAMPLES
              warmpool-sim compare exhausted-subnet --short
              warmpool-sim compare live-fits --output json

            EXIT STATUS
              0 both agree; 1 something did not hold that always must; 2 the file has problems, or the planner has no \
            answer; 3 the counts differ; 64 wrong usage
            """)

    @Argument(
        help: "The scenario's file, or the name of one that comes with Warmpool.",
        completion: .file(extensions: ["yaml", "yml"]))
    var scenario: String

    @OptionGroup var changes: ScenarioChanges

    @Option(help: "A table for people, or one JSON object for programs.")
    var output = Up.Output.text

    func run() throws {
        let overrides = try changes.overrides()
        do {
            let path = ScenarioFiles.path(of: scenario)
            let file = try ScenarioFile.load(path: path, form: changes.form, overrides: overrides)
            let comparison = try ScenarioComparison(of: file.scenario)
            switch output {
            case .text: printNow(comparison.text(Terminal.style))
            case .json: printNow(JSONValue.object(comparison.json).text())
            }
            if comparison.notPlanned != nil { throw ExitCode(2) }
            if !comparison.sideBySide.agrees { throw ExitCode(3) }
        } catch {
            throw explained(error)
        }
    }
}
