/// Something that is wrong with an input, and where.
///
/// Its description reads `shop/web.yaml:12: Deployment shop/web: spec.replicas: 'many' is not a whole number …`.
public struct InputProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// The input's name, with the line, and in JSON the column, where there is one.
    public let place: String
    /// What is wrong there and what was expected, as the rest of a sentence.
    public let problem: String

    public init(place: String, problem: String) {
        self.place = place
        self.problem = problem
    }

    public var description: String { "\(place): \(problem)" }
}

/// Inputs that cannot be used: everything that is wrong with all of them.
public struct InputProblems: Error, Hashable, Sendable, CustomStringConvertible {
    /// In the order of the inputs.
    public let problems: [InputProblem]

    public init(_ problems: [InputProblem]) {
        self.problems = problems
    }

    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
