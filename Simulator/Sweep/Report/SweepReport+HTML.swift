import Presentation

extension SweepReport {
    /// The report as one HTML page that needs nothing else: its charts are SVG.
    var html: String {
        HTML.page(
            title: size, headline: headline, .good,
            "\(sections(ofAll: true))\(sections(ofAll: false))",
            footer: "Simulated by warmpool-sim in virtual time with the node daemon's own pool. \(SweepReport.legend)"
        ).text
    }

    /// Those of all workloads together, or those of each.
    private func sections(ofAll isAll: Bool) -> [HTML] {
        tables.enumerated().filter { ($0.element.workload == nil) == isAll }.map { section($0.offset, $0.element) }
    }

    private func section(_ index: Int, _ table: Table) -> HTML {
        let best = table.rows.filter(\.isBest)
        let chart = ScatterChart(
            ChartHeading(
                id: "front-\(index)", title: "\(table.title): addresses stranded against the p99 wait",
                description: best.map { "\($0.pool): \($0.stranded.fixed(2)) stranded, \($0.p99.fixed(2)) s" }
                    .joined(separator: "; ") + "."),
            names: (number: "addresses stranded on a node", duration: "p99 wait for an address"),
            points: table.rows.map { row in
                .init(
                    "\(row.pool): \(row.stranded.fixed(2)) stranded, p99 \(row.p99.fixed(2)) s", number: row.stranded,
                    seconds: row.p99, shade: row.mode.shade, isBest: row.isBest)
            })
        let modes = PoolMode.allCases.filter { mode in table.rows.contains { $0.mode == mode } }
        let rows: [[HTML]] = table.rows.map { row in
            let figures: [HTML] = row.figures.map { "<td class=\"number\">\($0)</td>" }
            return [
                row.isBest ? "<td class=\"good\">◆</td>" : "<td></td>",
                "<th scope=\"row\"><code>\(row.pool)</code></th>",
            ] + figures
        }
        let names = ["", "Setting"] + SweepReport.columns.map { "#\($0)" }
        return HTML.section(
            table.title,
            "\(best.count.of("setting")) of \(table.rows.count.grouped) \(best.count == 1 ? "is" : "are") on the front.",
            "\(HTML.legend(modes.map { ($0.shade, $0.title) }))\(chart.svg)\(HTML.table(names, rows))")
    }
}
