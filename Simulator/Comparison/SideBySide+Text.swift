import JSON
import Presentation

extension SideBySide {
    /// The figures in columns, for a terminal, with a mark where the sources differ.
    public func text(_ style: TextStyle) -> String {
        var table = TextTable(
            columns: [.text("")] + sources.map { .number($0.rawValue.uppercased()) } + [.text("")], rows: [])
        table.rows = figures.map { figure in
            [.init(figure.name)] + figure.values.map { .init($0, figure.agrees ? .plain : .bad) }
                + [.init(figure.agrees ? "" : "≠", .bad)]
        }
        return table.text(style)
    }

    /// `agree`, and `figures`: each with `name`, `agree`, and a number for each source under its name.
    public var json: JSONObject {
        let rows = figures.map { figure -> JSONValue in
            var row: JSONObject = ["name": .string(figure.name), "agree": .bool(figure.agrees)]
            for (source, value) in zip(sources, figure.values) { row[source.rawValue] = .integer(Int64(value)) }
            return .object(row)
        }
        return ["agree": .bool(agrees), "figures": .array(rows)]
    }

    /// One sentence: who agrees, or in how many figures they differ.
    public var verdict: String {
        let names = sources.map(\.rawValue)
        let all = names.dropLast().joined(separator: ", ") + " and " + (names.last ?? "")
        let differences = figures.count { !$0.agrees }
        return agrees
            ? "\(all) agree in all \(figures.count) figures"
            : "\(all) differ in \(differences) of \(figures.count) figures"
    }
}
