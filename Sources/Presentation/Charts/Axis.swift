import Glibc

/// Values along a line, with the ticks that a reader finds his way by.
public struct Axis: Hashable, Sendable {
    struct Tick: Hashable, Sendable {
        var value: Double
        var label: String
    }

    private enum Form: Hashable {
        case linear
        case logarithmic
    }

    private let form: Form
    let ticks: [Tick]

    // MARK: Kinds

    /// Numbers from 0 to the largest one, or just beyond.
    ///
    /// - Parameter unit: stands at the last tick, such as `pods`.
    public static func numbers(upTo largest: Double, unit: String = "") -> Axis {
        let steps = steps(upTo: largest)
        let decimals = (steps.last ?? 0) <= 2 ? 1 : 0
        return Axis(
            form: .linear,
            ticks: steps.map { value in
                let number = decimals > 0 && value > 0 ? value.fixed(decimals) : Int(value.rounded()).grouped
                return Tick(value: value, label: value == steps.last && !unit.isEmpty ? "\(number) \(unit)" : number)
            })
    }

    /// From none to all of so many things.
    public static func share(of whole: Double) -> Axis {
        Axis(form: .linear, ticks: [0, 25, 50, 75, 100].map { Tick(value: whole * $0 / 100, label: "\(Int($0)) %") })
    }

    /// Seconds since the beginning.
    public static func time(upTo seconds: Double) -> Axis {
        let minute = 60.0
        let hour = 3600.0
        let day = 86_400.0
        let steps: [Double] =
            [1, 2, 5, 10, 15, 30] + [1, 2, 5, 10, 15, 30].map { $0 * minute } + [1, 2, 3, 6, 12].map { $0 * hour }
        let step = steps.first { $0 * 8 >= seconds } ?? (seconds / 8 / day).rounded(.up) * day
        let (unit, name) =
            step < minute ? (1, "s") : step < hour ? (minute, "min") : step < day ? (hour, "h") : (day, "d")
        let count = max(Int((seconds / step).rounded(.down)), 0)
        let ticks = (0...count).map { index in
            let value = Double(index) * step
            return Tick(value: value, label: index == 0 ? "0" : "\(Int((value / unit).rounded())) \(name)")
        }
        return Axis(form: .linear, ticks: ticks, end: max(seconds, 1))
    }

    /// Durations in seconds on a logarithmic scale; what is 10 ms and less stands at its beginning, with the zero.
    public static func durations(upTo longest: Double) -> Axis {
        var ticks = [Tick(value: leastDuration, label: "0")]
        for exponent in (-1)... {
            let value = pow(10, Double(exponent))
            ticks.append(
                Tick(value: value, label: value < 1 ? "\(Int((value * 1000).rounded())) ms" : "\(Int(value).grouped) s")
            )
            if value >= longest { break }
        }
        return Axis(form: .logarithmic, ticks: ticks)
    }

    private static let leastDuration = 0.01

    private init(form: Form, ticks: [Tick], end: Double? = nil) {
        self.form = form
        self.ticks = ticks
        self.end = end ?? ticks.last?.value ?? 1
    }

    private let end: Double

    /// From 0 in steps of 1, 2 or 5 times a power of ten, at most six, up to a number or just beyond it.
    ///
    /// - Parameter least: the smallest step.
    static func steps(upTo largest: Double, least: Double = 0) -> [Double] {
        guard largest > 0, largest.isFinite else { return [0, 1] }
        let power = pow(10, log10(largest / 5).rounded(.down))
        let fitting = [1, 2, 5, 10].map { $0 * power }.first { $0 * 5 >= largest * (1 - 1e-9) } ?? 10 * power
        let step = max(fitting, least)
        let count = max(Int((largest / step - 1e-9).rounded(.up)), 1)
        return (0...count).map { Double($0) * step }
    }

    // MARK: Positions

    /// Where a value is, from 0 at the beginning to 1 at the end; values beyond stand there too.
    func position(_ value: Double) -> Double {
        let position =
            switch form {
            case .linear: end > 0 ? value / end : 0
            case .logarithmic:
                value <= Axis.leastDuration ? 0 : log10(value / Axis.leastDuration) / log10(end / Axis.leastDuration)
            }
        return min(max(position, 0), 1)
    }
}
