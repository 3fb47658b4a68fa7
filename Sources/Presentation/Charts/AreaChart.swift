/// Areas that lie on one another over time, as SVG: how many of each kind there are, and with it how many in all.
///
/// Every moment has its numbers in a tooltip.
public struct AreaChart {
    /// One kind.
    public struct Series {
        /// What is counted.
        public let name: String
        /// Its colour.
        public let shade: Shade
        let values: [Double]

        /// - Parameter values: one for each moment, not negative.
        public init(_ name: String, _ shade: Shade, _ values: [Double]) {
            self.name = name
            self.shade = shade
            self.values = values
        }
    }

    private let heading: ChartHeading
    private let seconds: [Double]
    private let series: [Series]
    private let plot: Plot
    private let text: (Double) -> String

    /// - Parameters:
    ///   - seconds: the moments, in rising order.
    ///   - series: from the ground up.
    ///   - whole: what the axis ends with, where it is in percent of that; `nil` for numbers up to the largest sum.
    ///   - text: how a tooltip shows a value.
    public init(
        _ heading: ChartHeading, unit: String, seconds: [Double], series: [Series], whole: Double? = nil,
        text: @escaping (Double) -> String = { Int($0.rounded()).grouped }
    ) {
        self.heading = heading
        self.seconds = seconds
        self.series = series
        self.text = text
        let sums = seconds.indices.map { moment in series.reduce(0) { $0 + $1.values[moment] } }
        plot = Plot(
            x: .time(upTo: seconds.last ?? 1),
            y: whole.map { .share(of: $0) } ?? .numbers(upTo: sums.max() ?? 0), names: (x: "", y: unit))
    }

    /// The chart with its legend, to be put into a page.
    public var svg: HTML {
        var ground = [Double](repeating: 0, count: seconds.count)
        var areas: [HTML] = []
        for kind in series {
            let top = zip(ground, kind.values).map { $0 + $1 }
            let edge = zip(seconds, top).map { (x: $0, y: $1) }
            let back = zip(seconds, ground).reversed().map { (x: $0, y: $1) }
            areas.append(
                "<path class=\"\(kind.shade.rawValue)\" d=\"\(plot.path(edge + back))Z\"><title>\(kind.name)</title></path>\n"
            )
            ground = top
        }
        let legend = HTML.legend(series.map { ($0.shade, $0.name) })
        return "\(legend)\(plot.svg(heading, areas + probes))"
    }

    private var probes: [HTML] {
        seconds.indices.map { moment in
            let before = moment == 0 ? seconds[0] : (seconds[moment - 1] + seconds[moment]) / 2
            let after = moment == seconds.count - 1 ? seconds[moment] : (seconds[moment] + seconds[moment + 1]) / 2
            let values = series.map { "\(text($0.values[moment])) \($0.name)" }.joined(separator: ", ")
            return plot.probe(from: before, to: after, "\(AreaChart.time(seconds[moment])): \(values)")
        }
    }

    /// A moment for people, such as `1:05:30` or `12:00`.
    public static func time(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let (hours, minutes) = (whole / 3600, whole / 60 % 60)
        return (hours > 0 ? "\(hours):\(two(minutes))" : "\(minutes)") + ":\(two(whole % 60))"
    }
}
