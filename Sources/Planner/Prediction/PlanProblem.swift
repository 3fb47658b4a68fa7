/// What of a plan cannot be planned.
public enum PlanProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// A subnet that no VPC can have, or that is used beyond its size; the model's sentence.
    case subnet(String)
    /// A node group's instance type is not in the table of limits; the table's sentence.
    case instanceType(group: String, String)
    /// An event or growth names something that is not in the cluster.
    case unknown(String, inEvent: String, known: [String])

    /// One sentence that says where, what and what to do.
    public var description: String {
        switch self {
        case .subnet(let what): "subnets: \(what)"
        case .instanceType(let group, let what): "node group '\(group)': \(what)"
        case .unknown(let what, let event, let known):
            "\(event): there is no \(what)"
                + (known.isEmpty ? "" : "; there is \(known.prefix(5).joined(separator: ", "))")
                + (known.count > 5 ? " and \(known.count - 5) more" : "")
        }
    }
}
