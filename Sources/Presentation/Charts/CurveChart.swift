/// What share of things is no longer than a duration, as a curve in SVG over a logarithmic axis.
public struct CurveChart {
    /// A line across the curve, with its name.
    public struct Mark {
        let seconds: Double
        let name: String

        public init(_ name: String, seconds: Double) {
            self.seconds = seconds
            self.name = name
        }
    }

    private let heading: ChartHeading
    private let points: [(seconds: Double, share: Double)]
    private let marks: [Mark]
    private let plot: Plot

    /// - Parameters:
    ///   - points: durations in rising order, each with the share, from 0 to 1, that is no longer.
    ///   - marks: in rising order.
    public init(_ heading: ChartHeading, points: [(seconds: Double, share: Double)], marks: [Mark]) {
        self.heading = heading
        self.points = points
        self.marks = marks
        plot = Plot(x: .durations(upTo: points.last?.seconds ?? 1), y: .share(of: 1))
    }

    /// The chart, to be put into a page.
    public var svg: HTML {
        let curve: HTML = "<path class=\"curve\" d=\"\(plot.path(points.map { (x: $0.seconds, y: $0.share) }))\"/>\n"
        let dots: [HTML] = points.map { point in
            """
            <circle class="blue" cx="\(plot.x(point.seconds))" cy="\(plot.y(point.share))" r="3.5"><title>\
            \((point.share * 100).fixed(2)) % within \(CurveChart.text(point.seconds))</title></circle>

            """
        }
        return plot.svg(heading, lines + [curve] + dots)
    }

    /// Names of neighbours would cover each other: each stands lower than the one before.
    private var lines: [HTML] {
        marks.enumerated().map { index, mark in
            let x = plot.x(mark.seconds)
            let isLate = x > Plot.width - 140
            return """
                <line class="mark thin" x1="\(x)" x2="\(x)" y1="\(plot.y(0))" y2="\(plot.y(1))"/>\
                <text class="\(isLate ? "note late" : "note" as HTML)" x="\(x + (isLate ? -5 : 5))" \
                y="\(plot.y(0.62) + Double(index) * 17)">\(mark.name)</text>

                """
        }
    }

    private static func text(_ seconds: Double) -> String {
        seconds < 1 ? "\(Int((seconds * 1000).rounded())) ms" : "\(seconds.fixed(seconds < 10 ? 1 : 0)) s"
    }
}
