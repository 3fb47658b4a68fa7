import ArgumentParser
import Planner
import Presentation

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Writes a plan file to begin with, with a comment on every key.",
        discussion: """
            With a cluster, its node groups and zones are in the file already.

            EXAMPLES
              warmpool-plan init > plan.yaml
              warmpool-plan init -f now.json > plan.yaml

            EXIT STATUS
              0 done; 2 bad input; 64 wrong usage
            """)

    @OptionGroup var files: ClusterFiles

    func run() throws {
        let cluster = files.names.isEmpty ? nil : try files.read().cluster
        Terminal.progress("")
        try Console.show(PlanTemplate.text(for: cluster))
    }
}
