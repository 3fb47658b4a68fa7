import ArgumentParser
import InstanceLimits
import Planner

struct PoolCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pool",
        abstract: "What the pool of one node holds when so many pods run and nothing is left to do.",
        discussion: """
            Runs the pool itself, in a subnet that never ends.

            EXAMPLES
              warmpool-plan pool --instance-type m5.large --pods 20
              warmpool-plan pool --instance-type m5.large --pods 20 --warm-ip-target 5 --minimum-ip-target 10
              warmpool-plan pool --instance-type m5.large --pods 100 --prefix-delegation --output json

            EXIT STATUS
              0 every pod has an address; 3 some have none; 2 bad input; 64 wrong usage
            """)

    @Option(help: "The instance type, such as m5.large.", completion: .instanceTypes)
    var instanceType: String

    @Option(help: ArgumentHelp("The pods that want an address.", valueName: "n"))
    var pods: Int

    @OptionGroup var slots: SlotOptions
    @OptionGroup var place: PlacementOption
    @OptionGroup var targets: TargetOptions
    @OptionGroup var output: TextOrJSON

    func validate() throws {
        guard pods >= 0 else { throw ValidationError("--pods: \(pods) is less than 0") }
    }

    func run() throws {
        let type = try InstanceType.named([instanceType])[0]
        var configuration = slots.configuration
        configuration.placement = place.placement
        configuration.target = targets.target(prefixDelegation: slots.prefixDelegation)
        let report = PoolReport(type, pods: pods, configuration)
        try output.show(report, report.text)
        if report.pending > 0 { throw ExitCode(3) }
    }
}
