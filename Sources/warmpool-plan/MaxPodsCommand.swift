import ArgumentParser
import InstanceLimits
import JSON
import Planner
import Pool

struct MaxPodsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "max-pods",
        abstract: "How many pods a node can run: the number for kubelet's --max-pods.",
        discussion: """
            Pods on the host's network count, and two of them are expected on every node (the CNI's and kube-proxy). \
            With prefix delegation the number is at most 110, or 250 from 30 vCPUs on.

            EXAMPLES
              warmpool-plan max-pods --instance-type m5.large
              warmpool-plan max-pods --instance-type m5.large c5.xlarge --prefix-delegation
              warmpool-plan max-pods --all --output json

            LIMITED BY
              addresses         the pod addresses of the ENIs
              recommended       the number of pods for the machine's size; it has addresses for more
              no-eni-for-pods   with custom networking no ENI is left but the primary one, which has no pods
            """)

    @Option(parsing: .upToNextOption, help: "Instance types, such as m5.large.", completion: .instanceTypes)
    var instanceType: [String] = []

    @Flag(help: "Every instance type that is known.")
    var all = false

    @OptionGroup var slots: SlotOptions
    @OptionGroup var place: PlacementOption
    @OptionGroup var output: TextOrJSON

    func validate() throws {
        guard all == instanceType.isEmpty else {
            throw ValidationError("name instance types with --instance-type, or all of them with --all")
        }
    }

    func run() throws {
        let types = all ? InstanceType.all : try InstanceType.named(instanceType)
        var configuration = slots.configuration
        configuration.placement = place.placement
        let rows = types.map { [configuration] in MaxPodsRow($0, configuration) }
        try output.show(rows) { MaxPodsRow.text(rows, $0) }
    }
}
