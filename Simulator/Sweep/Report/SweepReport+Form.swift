import JSON
import Presentation

extension SweepReport {
    /// In which form a report is written.
    public enum Form: String, Hashable, Sendable, CaseIterable {
        case text, json, csv, markdown, html

        /// The form of a file, by the ending of its name; `nil` where that says none.
        public init?(ofFile path: String) {
            guard let ending = path.split(separator: ".").last, ending.count < path.count else { return nil }
            self.init(rawValue: ["txt": "text", "md": "markdown"][String(ending)] ?? String(ending))
        }
    }

    /// The report in a form, with a newline at its end.
    ///
    /// - Parameter style: what a terminal can show; of no account for the other forms.
    /// - Throws: what encoding throws; a report has nothing that JSON cannot carry.
    public func written(as form: Form, _ style: TextStyle = .plain) throws -> String {
        switch form {
        case .text: text(style)
        case .json: try JSONCoding.encode(self).text(.indented) + "\n"
        case .csv: csv
        case .markdown: markdown
        case .html: html
        }
    }

    /// A line of names, then one for each row of each table; in `workload`, nothing stands for all workloads.
    private var csv: String {
        let names = [
            "workload", "instanceType", "pool", "mode", "isBest", "stranded", "p50", "p90", "p99", "longest",
            "callsPerHundredPods", "throttled", "pending",
        ]
        let rows = tables.flatMap { table in
            table.rows.map { row in
                [
                    table.workload ?? "", table.instanceType ?? "", row.pool, row.mode.rawValue, "\(row.isBest)",
                    "\(row.stranded)", "\(row.p50)", "\(row.p90)", "\(row.p99)", "\(row.longest)",
                    "\(row.callsPerHundredPods)", "\(row.throttled)", "\(row.pending)",
                ]
            }
        }
        return CSV.text([names] + rows)
    }

    private var markdown: String {
        tables.map { table in
            let rows = table.rows.map { row in
                [row.isBest ? "◆" : "", "`\(row.pool)`"] + row.figures
            }
            return "### \(Markdown.escaped(table.title))\n\n"
                + Markdown.table(["", "Setting"] + SweepReport.columns.map { "#\($0)" }, rows)
        }
        .joined(separator: "\n")
    }

    private func text(_ style: TextStyle) -> String {
        var text = "\(style.paint(headline, .strong))\n\(style.paint(size, .faint))\n"
        for table in tables {
            var lines = TextTable(
                columns: [.text(""), .text("SETTING")] + SweepReport.columns.map { .number($0.uppercased()) })
            lines.rows = table.rows.map { row in
                let ink = row.isBest ? TextStyle.Ink.good : .plain
                return [.init(row.isBest ? "◆" : "", ink), .init(row.pool, ink)] + row.figures.map { .init($0, ink) }
            }
            text += "\n\(style.paint(table.title.printable, .strong))\n\n\(lines.text(style))"
        }
        let legend = TextTable(columns: [.sentence("")], rows: [[.init("◆ \(SweepReport.legend)", .faint)]])
        return text + "\n" + legend.text(style)
    }
}
