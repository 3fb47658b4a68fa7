/// Things by two figures of which less is better, as SVG: a number, and a duration on a logarithmic axis. A line joins
/// those that no other one beats.
public struct ScatterChart {
    /// One thing.
    public struct Point {
        let name: String
        let number: Double
        let seconds: Double
        let shade: Shade
        let isBest: Bool

        /// - Parameters:
        ///   - isBest: whether it is on the line.
        public init(_ name: String, number: Double, seconds: Double, shade: Shade, isBest: Bool) {
            self.name = name
            self.number = number
            self.seconds = seconds
            self.shade = shade
            self.isBest = isBest
        }
    }

    private let heading: ChartHeading
    private let points: [Point]
    private let plot: Plot

    /// - Parameter names: what the two figures are.
    public init(_ heading: ChartHeading, names: (number: String, duration: String), points: [Point]) {
        self.heading = heading
        self.points = points
        plot = Plot(
            x: .numbers(upTo: points.map(\.number).max() ?? 1), y: .durations(upTo: points.map(\.seconds).max() ?? 1),
            names: (x: names.number, y: names.duration))
    }

    /// The chart, to be put into a page.
    public var svg: HTML {
        let best = points.filter(\.isBest).sorted { ($0.number, $1.seconds) < ($1.number, $0.seconds) }
        var steps: [(x: Double, y: Double)] = []
        for point in best {
            if let last = steps.last { steps.append((x: point.number, y: last.y)) }
            steps.append((x: point.number, y: point.seconds))
        }
        let line: HTML = "<path class=\"front\" d=\"\(plot.path(steps))\"/>\n"
        return plot.svg(heading, [line] + points.map(dot))
    }

    private func dot(_ point: Point) -> HTML {
        """
        <circle class="\(point.shade.rawValue)\(point.isBest ? " best" : "" as HTML)" cx="\(plot.x(point.number))" \
        cy="\(plot.y(point.seconds))" r="\(point.isBest ? 6.5 : 4.5)"><title>\(point.name)</title></circle>

        """
    }
}
