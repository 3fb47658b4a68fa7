/// Counts of the same cluster by several ways to know it, figure by figure.
public struct SideBySide: Hashable, Sendable {
    /// Whose counts they are.
    public enum Source: String, Hashable, CaseIterable, Sendable {
        case planner, virtual, live
    }

    /// One number of all sources.
    public struct Figure: Hashable, Sendable {
        /// Such as `pods running`, `pending: subnet-exhausted` or `subnet-a: held`.
        public let name: String
        /// In the order of ``SideBySide/sources``.
        public let values: [Int]

        /// Whether all sources say the same.
        public var agrees: Bool { Set(values).count <= 1 }
    }

    /// Whose counts are compared.
    public let sources: [Source]
    /// The numbers, those of all sources that have any.
    public let figures: [Figure]

    /// - Parameter counts: in the order in which they are shown.
    public init(_ counts: [(source: Source, count: ClusterCount)]) {
        sources = counts.map(\.source)
        let rows = counts.map(\.count.figures)
        var names: [String] = []
        for row in rows {
            // A figure that only a later source has stands behind the one that it has before it.
            var place = 0
            for (name, _) in row {
                if let known = names.firstIndex(of: name) {
                    place = known + 1
                } else {
                    names.insert(name, at: place)
                    place += 1
                }
            }
        }
        let values = rows.map { Dictionary($0) { first, _ in first } }
        figures = names.map { name in Figure(name: name, values: values.map { $0[name] ?? 0 }) }
    }

    /// Whether all sources say the same of everything.
    public var agrees: Bool { figures.allSatisfy(\.agrees) }
}

extension ClusterCount {
    /// Every number with its name.
    fileprivate var figures: [(name: String, value: Int)] {
        [("nodes", nodes), ("pods wanted", wanted), ("pods running", running), ("pods pending", pendingCount)]
            + pending.sorted { $0.key < $1.key }.map { ("pending: \($0.key)", $0.value) }
            + [("ENIs attached", enis), ("addresses warm", warm)]
            + subnets.flatMap { [("\($0.id): held", $0.held), ("\($0.id): with pods", $0.pods)] }
    }
}
