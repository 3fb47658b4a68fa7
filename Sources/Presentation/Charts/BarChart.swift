/// A chart of horizontal bars, as SVG: a row for each thing, in each row parts that follow one another.
///
/// Every part has its number in a tooltip, and the chart a title and a description for those who do not see it. The
/// exact numbers stand in a table beside it. Colours are ``Shade``s.
public struct BarChart {
    /// A part of a bar.
    public struct Part {
        var name: String
        var shade: Shade
        var count: Int

        /// - Parameters:
        ///   - name: what is counted, as its tooltip says it.
        ///   - shade: the colour, as in the legend.
        public init(_ name: String, _ shade: Shade, count: Int) {
            self.name = name
            self.shade = shade
            self.count = count
        }
    }

    /// A bar with its label.
    public struct Row {
        var label: String
        var note: String
        var parts: [Part]
        var mark: (count: Int, name: String)?
        var value: String

        /// - Parameters:
        ///   - note: smaller, below the label.
        ///   - mark: what a line across the bar marks, such as the capacity, with its name.
        ///   - value: at the bar's end.
        public init(
            label: String, note: String = "", parts: [Part], mark: (count: Int, name: String)? = nil, value: String
        ) {
            self.label = label
            self.note = note
            self.parts = parts
            self.mark = mark
            self.value = value
        }

        fileprivate var sum: Int { parts.reduce(0) { $0 + $1.count } }
    }

    /// What the length of a bar means.
    public enum Scale {
        /// All rows share one, of so many things.
        case shared
        /// Every row is a whole of its own.
        case percent
    }

    private let heading: ChartHeading
    private let noun: String
    private let scale: Scale
    private let rows: [Row]

    /// - Parameters:
    ///   - noun: of what is counted, in the singular.
    ///   - rows: from top to bottom.
    public init(_ heading: ChartHeading, noun: String, scale: Scale, rows: [Row]) {
        self.heading = heading
        self.noun = noun
        self.scale = scale
        self.rows = rows
    }

    private static let width = 880.0
    private static let left = 230.0
    private static let right = 700.0
    private static let rowHeight = 46.0
    private static let barHeight = 18.0
    private static let top = 8.0
    private static let axisHeight = 26.0
    /// More rows than a reader takes in are left to the table.
    private static let mostRows = 40

    private var shown: ArraySlice<Row> { rows.prefix(BarChart.mostRows) }

    /// The chart, to be put into a page.
    public var svg: HTML {
        let bottom = BarChart.top + Double(shown.count) * BarChart.rowHeight
        return """
            <div class="scroll"><svg class="chart" viewBox="0 0 \(BarChart.width) \(bottom + BarChart.axisHeight)" \
            \(heading.attributes)>
            \(heading.elements)
            \(axis(bottom: bottom))\(shown.indices.map(row))
            </svg></div>
            \(rest)
            """
    }

    private var rest: HTML? {
        rows.count > shown.count ? "<p>\((rows.count - shown.count).of("more row")) in the table.</p>\n" : nil
    }

    // MARK: Rows

    private func row(_ index: Int) -> HTML {
        let row = rows[index]
        let y = BarChart.top + Double(index) * BarChart.rowHeight
        let barY = y + (BarChart.rowHeight - BarChart.barHeight) / 2
        let middle = barY + BarChart.barHeight / 2
        let labelY = row.note.isEmpty ? middle + 4.5 : middle - 2.5
        let note: HTML =
            row.note.isEmpty
            ? "" : "<text class=\"note\" x=\"0\" y=\"\(middle + 13)\">\(BarChart.short(row.note))</text>"
        return """
            <g><title>\(row.label): \(row.value)</title>\
            <text class="label" x="0" y="\(labelY)">\(BarChart.short(row.label))</text>\(note)
            \(bars(row, at: barY))\(mark(row, at: barY))\
            <text class="value" x="\(BarChart.right + 14)" y="\(middle + 4.5)">\(row.value)</text></g>

            """
    }

    private func bars(_ row: Row, at y: Double) -> [HTML] {
        var sum = 0
        return row.parts.filter { $0.count > 0 }.map { part in
            let start = x(sum, in: row)
            sum += part.count
            // A gap tells neighbours apart; what there is, is seen.
            let width = max(x(sum, in: row) - start - 2, 1.5)
            return """
                <rect class="\(part.shade.rawValue)" x="\(start)" y="\(y)" width="\(width)" \
                height="\(BarChart.barHeight)" rx="2"><title>\(row.label): \(part.count.grouped) \(part.name)</title></rect>
                """
        }
    }

    private func mark(_ row: Row, at y: Double) -> HTML? {
        row.mark.map { mark in
            """
            <line class="mark" x1="\(x(mark.count, in: row) - 1)" x2="\(x(mark.count, in: row) - 1)" y1="\(y - 5)" \
            y2="\(y + BarChart.barHeight + 5)"><title>\(row.label): \(mark.name) \(mark.count.grouped)</title></line>
            """
        }
    }

    /// Labels longer than their column end in an ellipsis; the tooltip has them whole.
    private static func short(_ text: String) -> String {
        text.count > 30 ? text.prefix(29) + "…" : text
    }

    // MARK: Scale

    private var largest: Int { shown.map { max($0.sum, $0.mark?.count ?? 0) }.max() ?? 0 }

    private func x(_ count: Int, in row: Row) -> Double {
        let whole: Int =
            switch scale {
            case .shared: ticks.last ?? 1
            case .percent: row.sum
            }
        return BarChart.left + (BarChart.right - BarChart.left) * Double(count) / Double(max(whole, 1))
    }

    private var ticks: [Int] { Axis.steps(upTo: Double(largest), least: 1).map { Int($0.rounded()) } }

    private func axis(bottom: Double) -> [HTML] {
        let labels: [(Double, String)] =
            switch scale {
            case .shared:
                ticks.map { (Double($0) / Double(max(ticks.last ?? 1, 1)), $0.grouped) }
            case .percent:
                [0, 25, 50, 75, 100].map { (Double($0) / 100, "\($0) %") }
            }
        return labels.enumerated().map { index, label in
            let x = BarChart.left + (BarChart.right - BarChart.left) * label.0
            let unit = scale == .shared && index == labels.count - 1 ? " \(noun)s" : ""
            return """
                <line class="grid" x1="\(x)" x2="\(x)" y1="\(BarChart.top)" y2="\(bottom)"/>\
                <text class="tick" x="\(x)" y="\(bottom + 18)">\(label.1 + unit)</text>
                """
        }
    }
}
