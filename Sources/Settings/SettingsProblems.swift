/// A document of settings that cannot be used: everything that is wrong with it.
public struct SettingsProblems: Error, Sendable, CustomStringConvertible {
    /// One sentence each, with the place, the key, the value and what is allowed.
    public let problems: [String]

    public init(_ problems: [String]) {
        self.problems = problems
    }

    public var description: String { problems.joined(separator: "\n") }
}
