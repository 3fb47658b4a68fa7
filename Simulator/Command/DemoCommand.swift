import ArgumentParser
import InstanceLimits
import Simulator

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Shows pods on two nodes that get addresses from a warm pool and reach each other.",
        discussion: """
            Fills two nodes with pods, pings every pod from every other, shows what happens to one pod too many, deletes \
            all pods, checks that nothing is left of them, and takes everything down again.

            EXAMPLES
              warmpool-sim demo
              warmpool-sim demo --instance-type m5.large
              warmpool-sim demo --ip-families dualStack

            EXIT STATUS
              0 everything was as it should be; 1 something was not, or could not be tried; 130 interrupted. \
            Everything is removed in any case.
            """)

    @Option(help: "The fabric's name; fabrics of different names do not touch each other.")
    var name = "warmpool-demo"

    @Option(help: "The type of both nodes' instances, which says how many ENIs and addresses they can have.")
    var instanceType = "t3.small"

    @OptionGroup var pods: PodOptions

    func run() async throws {
        try await guarded {
            let type = try InstanceType(named: instanceType)
            try await Demo(name: name, instanceType: type, pods: pods.networking, console: Console()).run()
        }
    }
}
