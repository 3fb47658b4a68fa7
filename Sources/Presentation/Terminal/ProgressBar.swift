/// How far long work has come, on one line of a terminal: what, a bar, the share, rates, and the time that is left.
public struct ProgressBar: Sendable {
    private let title: String
    private static let width = 24

    /// - Parameter title: what is worked on.
    public init(_ title: String) { self.title = title.printable }

    /// The line at a moment.
    ///
    /// - Parameters:
    ///   - share: how much is done, from 0 to 1.
    ///   - counts: what was done until now, each with its noun in the plural; shown as rates.
    ///   - elapsed: the time since the beginning.
    public func line(
        share: Double, counts: [(count: Int, noun: String)], elapsed: Duration, _ style: TextStyle
    ) -> String {
        let share = min(max(share, 0), 1)
        let whole = 1000
        let done = Int(share * Double(whole))
        let bar = style.bar([(done, "█", .used)], of: whole, width: ProgressBar.width)
        let seconds = elapsed / .seconds(1)
        var parts = ["\(title) ", bar, "\(Int(share * 100)) %"]
        if seconds > 0 { parts += counts.map { "\(Int(Double($0.count) / seconds).grouped) \($0.noun)/s" } }
        if share > 0, share < 1, seconds >= 1 { parts.append(ProgressBar.left(seconds * (1 - share) / share)) }
        let plainLength = parts.joined(separator: "  ").count - bar.count + ProgressBar.width
        // A line that does not fit would not be written over by the next one.
        return plainLength < style.width ?? .max ? parts.joined(separator: "  ") : "\(Int(share * 100)) %"
    }

    private static func left(_ seconds: Double) -> String {
        let seconds = Int(seconds.rounded(.up))
        return switch seconds {
        case ..<120: "\(seconds) s left"
        case ..<7200: "\((seconds + 59) / 60) min left"
        default: "\((seconds + 3599) / 3600) h left"
        }
    }
}

/// Shows a ``ProgressBar`` on standard error, where that is a terminal, as often as a person can follow.
public struct ProgressMeter {
    private let bar: ProgressBar
    private let style: TextStyle?
    private let start = ContinuousClock.now
    private var shown: ContinuousClock.Instant?

    /// - Parameter title: what is worked on.
    public init(_ title: String) {
        bar = ProgressBar(title)
        style = Terminal.Output.standardError.isTerminal ? Terminal.style(of: .standardError) : nil
    }

    /// Shows how far the work has come, unless it did so a moment ago; parameters as for ``ProgressBar``.
    public mutating func show(share: Double, counts: [(count: Int, noun: String)]) {
        guard let style else { return }
        let now = ContinuousClock.now
        if let shown, now - shown < .milliseconds(100) { return }
        shown = now
        let line = bar.line(share: share, counts: counts, elapsed: now - start, style)
        Terminal.write(to: .standardError, "\r\u{1b}[K\(line)")
    }

    /// Takes the line away.
    public func clear() {
        if style != nil { Terminal.write(to: .standardError, "\r\u{1b}[K") }
    }
}
