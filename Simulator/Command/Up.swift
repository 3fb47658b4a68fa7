import Addressing
import ArgumentParser
import Fabric
import InstanceLimits
import JSON
import Simulator
import Timekeeping

struct Up: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Brings up a VPC with a running daemon on every node, and returns.",
        discussion: """
            The daemons keep running; their files are in /run/warmpool-sim/NAME. Connect a network namespace of your own \
            with the plugin, as a container runtime would, and take everything down with 'warmpool-sim down'.

            EXAMPLES
              warmpool-sim up
              warmpool-sim up --name lab --nodes 4 --instance-type m5.large --cooldown 2s
              warmpool-sim up --warm-ip-target 2
              warmpool-sim up --provider ec2
              warmpool-sim up --ip-families dualStack --prefix-delegation --pod-subnets
              warmpool-sim up --output json
              ip netns exec warmpool-node1 ip address

            EXIT STATUS
              0 all daemons are ready and their pools are warm; 1 failed, nothing is left behind; 130 interrupted, \
            nothing is left behind
            """)

    enum Output: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    @OptionGroup var fabric: FabricName

    @Option(help: "The number of nodes, 1 to 64.")
    var nodes = 2

    @Option(help: "The type of every node's instance, which says how many ENIs and addresses it can have.")
    var instanceType = "t3.small"

    @Option(help: "How long an address rests after its pod is gone, such as 2s or 500ms.")
    var cooldown = "30s"

    @Option(
        name: .customLong("warm-ip-target"),
        help: """
            How many free addresses a node keeps, 0 to 1000. Without it, a node takes all that it can have at once, so \
            that no ENI comes or goes while you look at pods.
            """)
    var warmIPTarget: Int?

    @OptionGroup var pods: PodOptions

    @Option(
        help: """
            How the daemons reach their cloud: mock through a file, ec2 or rest over HTTP from a server in the router's \
            namespace.
            """)
    var provider = LiveProvider.mock

    @Option(help: "A table for people, or one JSON object for programs.")
    var output = Output.text

    func validate() throws {
        guard (1...64).contains(nodes) else { throw ValidationError("--nodes: \(nodes) is not from 1 to 64") }
        if let warmIPTarget, !(0...1000).contains(warmIPTarget) {
            throw ValidationError("--warm-ip-target: \(warmIPTarget) is not from 0 to 1000")
        }
        guard Duration(text: cooldown) != nil else {
            throw ValidationError("--cooldown: '\(cooldown)' is not a duration with its unit, such as 2s or 500ms")
        }
    }

    func run() async throws {
        try await guarded {
            let settings = ["cooldown": cooldown, "warmIPTarget": "\(warmIPTarget ?? 1000)"]
            let configuration = LiveConfiguration(
                nodes: nodes, instanceType: try InstanceType(named: instanceType), pods: pods.networking,
                settings: settings, provider: provider)
            let live = try await LiveFabric.start(name: fabric.name, configuration)
            switch output {
            case .json: print(Up.json(live).text())
            case .text: print(text(live))
            }
        }
    }

    private static func json(_ live: LiveFabric) -> JSONValue {
        let nodes = live.nodes.map { node -> JSONValue in
            [
                "name": .string(node.name), "netns": .string(node.netns), "socket": .string(node.socket),
                "cniConf": .string(node.cniConf), "warmpoold": node.daemon.map { .integer(Int64($0.pid)) } ?? .null,
            ]
        }
        return ["nodes": .array(nodes)]
    }

    private func text(_ live: LiveFabric) -> String {
        let outside = "\(Fabric.outsideAddress)" + (pods.ipFamilies.hasIPv6 ? ", \(Fabric.outsideIPv6Address)" : "")
        let nodes = live.nodes.map { node in
            """
            \(node.name)  namespace \(node.netns), warmpoold \(node.daemon.map { "\($0.pid)" } ?? "?")
                   socket    \(node.socket)
                   plugin    \(node.cniConf)
                   log       \(node.log)
            """
        }
        let down = live.name == "warmpool" ? "" : " --name \(live.name)"
        return nodes.joined(separator: "\n") + """

            outside  namespace \(live.fabric.outside), \(outside)
            router   namespace \(live.fabric.router.namespace)
            Take it down with: warmpool-sim down\(down)
            """
    }
}

extension LiveProvider: ExpressibleByArgument {}
