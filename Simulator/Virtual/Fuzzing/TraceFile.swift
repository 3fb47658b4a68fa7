/// A scenario that violates a rule, as a file that replays it.
public struct TraceFile: Hashable, Codable, Sendable {
    /// The only version that there is.
    public static let currentVersion = 1

    /// The version of the form.
    public let version: Int
    /// All that decides the run.
    public let scenario: Scenario
    /// What was seen when it was written.
    public let violation: String

    public init(_ scenario: Scenario, _ violation: Violation) {
        version = TraceFile.currentVersion
        self.scenario = scenario
        self.violation = violation.description
    }

    /// - Throws: `DecodingError`, also for a version that is not known.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        version = try container.decode(Int.self, forKey: .version)
        guard version == TraceFile.currentVersion else {
            throw DecodingError.dataCorruptedError(
                forKey: .version, in: container,
                debugDescription: "version \(version) of a trace file is not known, only \(TraceFile.currentVersion)")
        }
        scenario = try container.decode(Scenario.self, forKey: .scenario)
        violation = try container.decode(String.self, forKey: .violation)
    }
}
