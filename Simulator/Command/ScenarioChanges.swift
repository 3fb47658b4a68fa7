import ArgumentParser
import ScenarioFile
import Settings

/// The flags that change what a scenario file says.
struct ScenarioChanges: ParsableArguments {
    @Flag(help: "The file's short form: fewer nodes for a shorter time.")
    var short = false

    @Option(help: "The number of nodes of every group.")
    var nodes: Int?

    @Option(help: "How long the simulation lasts, such as 30m.")
    var duration: String?

    @Option(help: "The seed, from which everything random follows.")
    var seed: UInt64?

    @Option(help: "The instance type of all nodes.")
    var instanceType: String?

    @Option(
        help: """
            How pods come, in the place of the file's workloads: steady, churn, diurnal, rollingUpdate, burst, \
            nodeReplacement, fill or crashLoop.
            """)
    var workload: String?

    @Option(name: .customLong("warm-ip-target"), help: "How many free addresses a node keeps.")
    var warmIPTarget: Int?

    @Option(name: .customLong("minimum-ip-target"), help: "How many addresses a node holds at least.")
    var minimumIPTarget: Int?

    @Option(name: .customLong("warm-eni-target"), help: "How many ENIs' worth of free addresses a node keeps.")
    var warmENITarget: Int?

    @Option(help: "How many prefixes' worth of free addresses a node keeps.")
    var warmPrefixTarget: Int?

    @Option(help: "What is kept ready: classic, as the four targets say, or adaptive.")
    var warmTarget: String?

    @Flag(inversion: .prefixedNo, help: "ENIs hold /28 prefixes in the place of single addresses.")
    var prefixDelegation: Bool?

    @Option(help: "How long an address rests after its pod is gone, such as 30s.")
    var cooldown: String?

    @Option(
        name: .customLong("set"),
        help: """
            Any other key of the file, such as pool.maxENI=2, groups.NAME.count=5 or 'incidents=[]', as often as \
            you like. The pool section of a group wins over the file's, which these flags change.
            """)
    var settings: [Setting] = []

    var form: ScenarioFile.Form { short ? .short : .full }

    /// What takes the place of the files' values: first the flags, then what is set by key.
    ///
    /// - Throws: `ValidationError` for a value that is not YAML.
    func overrides() throws -> [SettingsOverride] {
        let flags: [(key: String, value: String?, flag: String)] = [
            ("groups.*.count", nodes.map { "\($0)" }, "--nodes"),
            ("duration", duration, "--duration"),
            ("seed", seed.map { "\($0)" }, "--seed"),
            ("groups.*.instanceType", instanceType, "--instance-type"),
            ("workloads", workload.map { "[{ kind: \($0) }]" }, "--workload"),
            ("pool.warmIPTarget", warmIPTarget.map { "\($0)" }, "--warm-ip-target"),
            ("pool.minimumIPTarget", minimumIPTarget.map { "\($0)" }, "--minimum-ip-target"),
            ("pool.warmENITarget", warmENITarget.map { "\($0)" }, "--warm-eni-target"),
            ("pool.warmPrefixTarget", warmPrefixTarget.map { "\($0)" }, "--warm-prefix-target"),
            ("pool.warmTarget", warmTarget, "--warm-target"),
            ("pool.prefixDelegation", prefixDelegation.map { "\($0)" }, "--prefix-delegation"),
            ("pool.cooldown", cooldown, "--cooldown"),
        ]
        do {
            let given = try flags.compactMap { flag in
                try flag.value.map { try SettingsOverride(flag.key, $0, from: flag.flag) }
            }
            return try given + settings.map { try SettingsOverride($0.key, $0.value, from: "--set") }
        } catch let problems as SettingsProblems {
            throw ValidationError("\(problems)")
        }
    }

    /// A key with its value.
    struct Setting: ExpressibleByArgument {
        let key: String
        let value: String

        init?(argument: String) {
            guard let sign = argument.firstIndex(of: "="), sign > argument.startIndex else { return nil }
            key = String(argument[..<sign])
            value = String(argument[argument.index(after: sign)...])
        }
    }
}
