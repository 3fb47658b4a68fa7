import Addressing
import ArgumentParser
import InstanceLimits
import Planner
import Pool

struct SubnetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "subnet",
        abstract: "How many nodes and pods a subnet carries, where it ends, and whether prefixes still fit.",
        discussion: """
            Five addresses of every subnet are the VPC's own.

            EXAMPLES
              warmpool-plan subnet --cidr 10.0.0.0/22 --nodes 30 --instance-type m5.large
              warmpool-plan subnet --cidr 10.0.0.0/22 --nodes 30 --instance-type m5.large \\
                --pods-per-node 12 --warm-ip-target 2
              warmpool-plan subnet --cidr 10.0.0.0/20 --nodes 50 --instance-type m5.large \\
                --prefix-delegation

            EXIT STATUS
              0 every pod has an address; 3 some have none; 2 bad input; 64 wrong usage
            """)

    @Option(help: "The subnet's IPv4 network, such as 10.0.0.0/20.")
    var cidr: String

    @Option(help: ArgumentHelp("Addresses that others use.", valueName: "n"))
    var used = 0

    @Option(help: ArgumentHelp("The nodes in the subnet.", valueName: "n"))
    var nodes: Int

    @Option(help: "Their instance type, such as m5.large.", completion: .instanceTypes)
    var instanceType: String

    @Option(help: ArgumentHelp("The pods on each node; as many as it can run, if not said.", valueName: "n"))
    var podsPerNode: Int?

    @OptionGroup var slots: SlotOptions
    @OptionGroup var targets: TargetOptions
    @OptionGroup var output: TextOrJSON

    func validate() throws {
        guard nodes >= 0 else { throw ValidationError("--nodes: \(nodes) is less than 0") }
        guard used >= 0 else { throw ValidationError("--used: \(used) is less than 0") }
        guard podsPerNode ?? 1 >= 1 else {
            throw ValidationError("--pods-per-node: \(podsPerNode ?? 0) is less than 1")
        }
    }

    func run() throws {
        guard let network = IPv4Network(cidr) else {
            throw Console.badInput(
                "--cidr: '\(cidr)' is not an IPv4 network with host bits of zero, such as 10.0.0.0/20")
        }
        guard PlannedSubnet.prefixLengths.contains(network.prefixLength) else {
            throw Console.badInput("--cidr: \(cidr) is not of a subnet's size, /16 to /28")
        }
        var configuration = slots.configuration
        configuration.target = targets.target(prefixDelegation: slots.prefixDelegation)
        let question = SubnetReport.Question(
            cidr: network, used: used, nodes: nodes, type: try InstanceType.named([instanceType])[0],
            podsPerNode: podsPerNode, configuration: configuration)
        guard used <= question.mostUsed else {
            throw Console.badInput(
                "--used: \(used) is more than the \(question.mostUsed) addresses that \(cidr) has beside the five of the "
                    + "VPC itself")
        }
        guard question.pods <= question.mostPods else {
            throw Console.badInput(
                "--pods-per-node: \(question.pods) is more than the \(question.mostPods) pod addresses that one "
                    + "\(instanceType) can have; choose a larger type or --prefix-delegation")
        }
        let report: SubnetReport
        do throws(PlanProblem) { report = try SubnetReport(question) } catch { throw Console.badInput("\(error)") }
        try output.show(report, report.text)
        if report.pending > 0 { throw ExitCode(3) }
    }
}
