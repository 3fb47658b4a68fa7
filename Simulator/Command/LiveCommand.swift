import ArgumentParser
import Comparison
import Glibc
import JSON
import Presentation
import ScenarioFile
import Settings
import Simulator
import Timekeeping
import VirtualSimulator

struct LiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "live",
        abstract: "Runs a scenario with real parts, and compares it with virtual mode and the planner.",
        discussion: """
            Makes a VPC of network namespaces, serves its cloud over HTTP with the scenario's delays, limits and faults, \
            runs warmpoold on every node and warmpool-cni for every pod, as kubelet and a runtime would call it, and pings \
            pods from pods at the end. Then everything is removed, and that nothing is left is checked. A scenario is a \
            file, or the name of one in Simulator/Scenarios; without any, three nodes are filled with pods. No node leaves, \
            and of incidents there are daemons that die.

            All three count the cluster at rest. The planner, which knows no time, is asked about the nodes and pods that \
            the scenario has at its end, each pod bound to its node, in the order of arrival.

            EXAMPLES
              warmpool-sim live
              warmpool-sim live --nodes 5 --instance-type m5.large --pods-per-node 20
              warmpool-sim live live-exhausted-subnet
              warmpool-sim live exhausted-subnet --short --speed 6 --provider ec2
              warmpool-sim live live-fits --output json

            EXIT STATUS
              0 all agree; 1 failed: Warmpool did not do what it should, or this machine could not do it; 2 the file has \
            problems, or what live mode does not do; 3 the counts differ; 64 wrong usage; 130 interrupted. Everything is \
            removed in any case.
            """)

    @Argument(
        help: "The scenario's file, or the name of one that comes with Warmpool.",
        completion: .file(extensions: ["yaml", "yml"]))
    var scenario: String?

    @OptionGroup var changes: ScenarioChanges

    @Option(help: "The number of pods of each node, which come within ten seconds, in the place of the workloads.")
    var podsPerNode: Int?

    @Option(help: "The fabric's name; fabrics of different names do not touch each other.")
    var name = "warmpool-live"

    @Option(help: "How the daemons reach their cloud: ec2 or rest.")
    var provider = LiveProvider.rest

    @Option(help: "So many times faster than the scenario says, 1 to 100: its times are divided by this.")
    var speed = 1.0

    @Option(help: "The most pings at the end; where more are possible, so many are drawn by lot.")
    var pings = LiveRun.Options().pings

    @Option(help: "How long the cluster may take to come to rest after the end of the scenario.")
    var settle = "60s"

    @Option(help: "A table for people, or one JSON object for programs.")
    var output = Up.Output.text

    func validate() throws {
        if let podsPerNode, !(1...10_000).contains(podsPerNode) {
            throw ValidationError("--pods-per-node: \(podsPerNode) is not from 1 to 10000")
        }
        guard provider != .mock else {
            throw ValidationError("--provider: mock has no server that all nodes share; choose rest or ec2")
        }
        guard (1...100).contains(speed) else { throw ValidationError("--speed: \(speed) is not from 1 to 100") }
        guard pings >= 0 else { throw ValidationError("--pings: \(pings) is less than 0") }
        guard Duration(text: settle) != nil else {
            throw ValidationError("--settle: '\(settle)' is not a duration with its unit, such as 30s")
        }
    }

    func run() async throws {
        let scenario = try load().compressed(by: speed)
        let problems = LiveRun.problems(of: scenario)
        guard problems.isEmpty else {
            for problem in problems { printError("warmpool-sim: \(problem)") }
            throw ExitCode(2)
        }
        try await guarded {
            var options = LiveRun.Options()
            options.pings = pings
            options.settle = Duration(text: settle) ?? options.settle
            let console = Console(output == .json ? STDERR_FILENO : STDOUT_FILENO)
            let live = try await LiveRun(scenario, name: name, provider: provider, options: options, console: console)
                .run()
            let comparison = try ScenarioComparison(of: scenario, live: live.count)
            switch output {
            case .text: printNow("\n" + comparison.text(Terminal.style))
            case .json:
                var json = comparison.json
                json["live"] = .object(live.json)
                printNow(JSONValue.object(json).text())
            }
            if !comparison.sideBySide.agrees { throw ExitCode(3) }
        }
    }

    private func load() throws -> Scenario {
        var overrides = try changes.overrides()
        do {
            if let podsPerNode {
                let fill = "[{ kind: fill, pods: \(podsPerNode), at: 3s, over: 10s }]"
                overrides.append(try SettingsOverride("workloads", fill, from: "--pods-per-node"))
            }
            guard let scenario else {
                return try ScenarioFile.parse(LiveCommand.usual, file: "live", overrides: overrides).scenario
            }
            let path = ScenarioFiles.path(of: scenario)
            return try ScenarioFile.load(path: path, form: changes.form, overrides: overrides).scenario
        } catch {
            throw explained(error)
        }
    }

    /// What is run when no scenario is named.
    private static let usual = """
        about: Nodes that are filled with pods, in a cloud that answers in milliseconds.
        vpcCIDR: 10.0.0.0/16
        subnets: [{ id: subnet-a, cidr: 10.0.0.0/16, zone: zone-a }]
        groups: [{ name: nodes, instanceType: t3.small, count: 3 }]
        workloads: [{ kind: fill, at: 3s, over: 10s }]
        cloud:
          { latency: 5ms to 20ms, latencyPerAction: {}, attachDelay: 300ms, appearDelay: 0s, detachDelay: 300ms,
            consistencyDelay: 0s }
        duration: 20s
        """
}
