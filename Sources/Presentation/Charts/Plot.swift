/// The ground of a chart with two axes: where a value is in it, its grid and its labels.
struct Plot {
    let x: Axis
    let y: Axis
    /// What the axes are of; either can be empty.
    var names = (x: "", y: "")

    static let width = 880.0
    private static let height = 270.0
    private static let left = 64.0
    private static let right = width - 26
    private static let top = 26.0
    private static let bottom = height - 44

    func x(_ value: Double) -> Double { Plot.left + (Plot.right - Plot.left) * x.position(value) }
    func y(_ value: Double) -> Double { Plot.bottom - (Plot.bottom - Plot.top) * y.position(value) }

    /// The chart with its heading, its ground, and what is drawn on it.
    func svg(_ heading: ChartHeading, _ drawing: [HTML]) -> HTML {
        """
        <div class="scroll"><svg class="chart" viewBox="0 0 \(Plot.width) \(Plot.height)" \(heading.attributes)>
        \(heading.elements)
        \(grid)\(drawing)
        </svg></div>

        """
    }

    private var grid: HTML {
        let rows: [HTML] = y.ticks.map { tick in
            """
            <line class="grid" x1="\(Plot.left)" x2="\(Plot.right)" y1="\(y(tick.value))" y2="\(y(tick.value))"/>\
            <text class="scale" x="\(Plot.left - 8)" y="\(y(tick.value) + 4.5)">\(tick.label)</text>
            """
        }
        let columns: [HTML] = x.ticks.map { tick in
            """
            <line class="grid" x1="\(x(tick.value))" x2="\(x(tick.value))" y1="\(Plot.bottom)" y2="\(Plot.bottom + 5)"/>\
            <text class="tick" x="\(x(tick.value))" y="\(Plot.bottom + 19)">\(tick.label)</text>
            """
        }
        return """
            \(rows)\(columns)<text class="note" x="\(Plot.left)" y="14">\(names.y)</text>\
            <text class="tick" x="\((Plot.left + Plot.right) / 2)" y="\(Plot.height - 6)">\(names.x)</text>
            """
    }

    /// A path along points of the chart.
    func path(_ points: [(x: Double, y: Double)]) -> String {
        points.enumerated().map { index, point in
            "\(index == 0 ? "M" : "L")\(Plot.tenths(x(point.x))) \(Plot.tenths(y(point.y)))"
        }
        .joined()
    }

    /// A strip of the chart's height around a value, of which a tooltip tells.
    func probe(from start: Double, to end: Double, _ text: String) -> HTML {
        """
        <rect class="probe" x="\(x(start))" y="\(Plot.top)" width="\(max(x(end) - x(start), 0.5))" \
        height="\(Plot.bottom - Plot.top)"><title>\(text)</title></rect>
        """
    }

    private static func tenths(_ pixels: Double) -> String { "\((pixels * 10).rounded() / 10)" }
}
