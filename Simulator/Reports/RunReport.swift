/// What a simulation says to its readers, whatever the form: terminal, JSON, CSV and HTML show this value.
///
/// Its JSON has these names and these units (`Config/simulation-report.schema.json`); a later version may add members,
/// and never changes or removes one while ``schema`` stays. Equal runs have equal bytes in every form.
///
/// | file | what |
/// | --- | --- |
/// | `RunReport+Parts` | the parts of a report |
/// | `RunReport+Simulation`, `RunReport+Scenario` | from a scenario and what came of it |
/// | `RunReport+Form`, `RunReport+Terminal`, `RunReport+Data`, `HTML/` | the forms |
public struct RunReport: Hashable, Sendable, Encodable {
    /// The version of the JSON's schema.
    public static let schema = "warmpool-sim-run/v1"

    /// The version of the schema, ``RunReport/schema``.
    public let schema = RunReport.schema
    /// What was simulated, such as the name of a scenario's file.
    public var name: String
    /// What the scenario shows, in a sentence or a few; empty where nobody says it.
    public var about: String
    /// The scenario's seed, in decimal: JSON's numbers are not that wide.
    public var seed: String
    /// How long the simulation lasts, in seconds of virtual time.
    public var duration: Double
    /// The nodes, alike in each group.
    public var groups: [Group]
    /// How many nodes joined.
    public var nodesJoined: Int
    /// The pods, from their start to their end.
    public var pods: Pods
    /// How long pods waited for an address.
    public var waits: Waits
    /// How often an ADD was refused, by cause, the most frequent first.
    public var refusals: [Cause]
    /// How often each call was made, the most frequent first.
    public var calls: [Call]
    /// The addresses that a node holds and no pod uses, averaged over all nodes and their time.
    public var stranded: Double
    /// The subnets at the end.
    public var subnets: [Subnet]
    /// How fast the account's token buckets let the cluster become whole; absent where they held nobody up.
    public var bound: Bound?
    /// What the scenario expects, and whether it came so; empty where nothing is expected.
    public var checks: [Check]
    /// The cluster at regular moments.
    public var samples: [Moment]
    /// How many events were handled.
    public var events: Int
    /// The fingerprint of all that happened, in hexadecimal; equal for equal runs.
    public var traceHash: String

    /// Whether all came as expected.
    public var holds: Bool { checks.allSatisfy(\.holds) }
}
