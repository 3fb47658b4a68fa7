import Presentation

/// Two plans side by side, each at its worst moment.
public struct Comparison: Hashable, Sendable, Encodable {
    /// The version of the JSON's schema, as of a report.
    public let schema = Report.schema
    /// What the two plans give, in figures.
    public let figures: [Figure]
    /// The first plan.
    public let a: Report
    /// The second plan.
    public let b: Report

    /// A number of both plans.
    public struct Figure: Hashable, Sendable, Encodable {
        /// Such as `pods pending`.
        public let name: String
        /// In the first plan; absent where it has no such thing.
        public let a: Int?
        /// In the second plan; absent where it has no such thing.
        public let b: Int?

        /// How much more the second plan has.
        public var difference: Int { (b ?? 0) - (a ?? 0) }
    }

    public init(_ a: Report, _ b: Report) {
        self.a = a
        self.b = b
        let (left, right) = (a.worst?.figures ?? [], b.worst?.figures ?? [])
        let names = left.map(\.name) + right.map(\.name).filter { name in !left.contains { $0.name == name } }
        figures = names.map { name in
            Figure(
                name: name, a: left.first { $0.name == name }?.count, b: right.first { $0.name == name }?.count)
        }
    }
}

extension Report.Moment {
    fileprivate var figures: [(name: String, count: Int)] {
        let groups = nodeGroups.flatMap { group in
            [
                ("\(group.name): nodes", group.nodes), ("\(group.name): capacity", group.capacity),
                ("\(group.name): pending", group.pending),
            ]
        }
        let subnets = subnets.flatMap { subnet in
            [
                ("\(subnet.id): used", subnet.used), ("\(subnet.id): warm", subnet.warm),
                ("\(subnet.id): free", subnet.free), ("\(subnet.id): free /28", subnet.freePrefixes),
            ]
        }
        return [
            ("pods", pods), ("pods pending", pending), ("nodes", nodeGroups.reduce(0) { $0 + $1.nodes }),
            ("pod capacity", nodeGroups.reduce(0) { $0 + $1.capacity }),
        ] + groups + subnets
    }
}

extension Comparison {
    /// The figures in columns, for a terminal.
    public func text(_ style: TextStyle) -> String {
        var table = TextTable(columns: [.text(""), .number("A"), .number("B"), .number("DIFFERENCE")])
        table.rows = figures.map { figure in
            [
                .init(figure.name), .init(figure.a?.grouped ?? "-"), .init(figure.b?.grouped ?? "-"),
                .init(figure.difference == 0 ? "" : figure.difference.signed, .strong),
            ]
        }
        return """
            A  \(a.title.printable): \(a.headline)
            B  \(b.title.printable): \(b.headline)

            \(table.text(style))
            """
    }
}
