/// What a prediction says to its readers, whatever the form: terminal, JSON, YAML, Markdown and HTML show this value.
///
/// Its JSON and YAML have these names and these units; a later version may add members, and never changes or removes
/// one while ``schema`` stays.
public struct Report: Hashable, Sendable, Encodable {
    /// The version of the JSON's schema.
    public static let schema = "warmpool-plan/v1"

    /// How a plan ends.
    public enum Verdict: String, Hashable, Sendable, Encodable {
        /// Every pod runs at every moment, and nothing is to be warned of.
        case fits
        /// Every pod runs, but something is tight.
        case warning
        /// At some moment some pods are pending.
        case pending
    }

    /// The version of the schema, ``Report/schema``.
    public let schema = Report.schema
    /// What was planned, such as the names of the files.
    public var title: String
    /// How it ends.
    public var verdict: Verdict
    /// The cluster as it settles, then the worst of each event, in the order of the events.
    public var moments: [Moment]
    /// What was found to help, the best first.
    public var remedies: [Remedy]
    /// What is tight though every pod runs; a sentence each.
    public var warnings: [String]
    /// What of the input was not used, and what was assumed; a sentence each.
    public var notes: [String]

    public init(
        title: String, verdict: Verdict, moments: [Moment], remedies: [Remedy] = [], warnings: [String] = [],
        notes: [String] = []
    ) {
        self.title = title
        self.verdict = verdict
        self.moments = moments
        self.remedies = remedies
        self.warnings = warnings
        self.notes = notes
    }

    /// The first of the moments with the most pending pods; `nil` for a report without moments.
    public var worst: Moment? {
        moments.max { left, right in left.pending < right.pending }
    }
}
