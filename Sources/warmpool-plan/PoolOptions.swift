import ArgumentParser
import JSON
import Planner
import Pool
import Presentation

/// Which of a node's ENIs are for pods, and what is in their slots.
struct SlotOptions: ParsableArguments {
    @Flag(help: "Slots of ENIs hold /28 prefixes, where the instance type can have them.")
    var prefixDelegation = false

    @Option(name: .customLong("reserved-enis"), help: ArgumentHelp("ENIs that are left to others.", valueName: "n"))
    var reservedENIs = 0

    @Option(
        name: .customLong("max-eni"),
        help: ArgumentHelp("The most ENIs, the primary one included.", valueName: "n"))
    var maxENI: Int?

    func validate() throws {
        guard reservedENIs >= 0 else { throw ValidationError("--reserved-enis: \(reservedENIs) is less than 0") }
        guard maxENI ?? 1 >= 1 else { throw ValidationError("--max-eni: \(maxENI ?? 0) is less than 1") }
    }

    var configuration: PoolConfiguration {
        var configuration = PoolConfiguration()
        configuration.prefixDelegation = prefixDelegation
        configuration.reservedENIs = reservedENIs
        configuration.maxENI = maxENI
        return configuration
    }
}

/// Whether pods are in the subnets of nodes.
struct PlacementOption: ParsableArguments {
    @Flag(help: "Pods are in other subnets than nodes, so that the primary ENI has no pods.")
    var customNetworking = false

    var placement: Placement {
        customNetworking ? .custom(.discovery(securityGroups: [])) : .node(subnet: nil, securityGroups: [])
    }
}

/// The classic warm targets.
struct TargetOptions: ParsableArguments {
    @Option(
        name: .customLong("warm-eni-target"),
        help: ArgumentHelp("ENIs' worth of free addresses that are kept.", valueName: "n"))
    var warmENI: Int?

    @Option(
        name: .customLong("warm-ip-target"),
        help: ArgumentHelp("Free addresses that are kept; overrides the targets of ENIs and prefixes.", valueName: "n"))
    var warmIP: Int?

    @Option(
        name: .customLong("minimum-ip-target"),
        help: ArgumentHelp("Addresses held at least; overrides the targets of ENIs and prefixes.", valueName: "n"))
    var minimumIP: Int?

    @Option(
        name: .customLong("warm-prefix-target"),
        help: ArgumentHelp("Prefixes' worth of free addresses that are kept.", valueName: "n"))
    var warmPrefix: Int?

    func validate() throws {
        let targets = [
            ("--warm-eni-target", warmENI), ("--warm-ip-target", warmIP), ("--minimum-ip-target", minimumIP),
            ("--warm-prefix-target", warmPrefix),
        ]
        for case (let name, let value?) in targets where value < 0 {
            throw ValidationError("\(name): \(value) is less than 0")
        }
    }

    func target(prefixDelegation: Bool) -> WarmTarget {
        .classic(
            warmENI: warmENI, warmIP: warmIP, minimumIP: minimumIP, warmPrefix: warmPrefix,
            prefixDelegation: prefixDelegation)
    }
}

/// Text for people or JSON for programs.
struct TextOrJSON: ParsableArguments {
    enum Form: String, CaseIterable, ExpressibleByArgument {
        case table, json
    }

    @Option(name: .shortAndLong, help: "table for people, json for programs.")
    var output = Form.table

    func show(_ value: some Encodable, _ text: (TextStyle) -> String) throws {
        switch output {
        case .table: try Console.show(text(Terminal.style))
        case .json: try Console.show(JSONCoding.encode(value).text(.indented) + "\n")
        }
    }
}
