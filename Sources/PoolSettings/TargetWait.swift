import Pool
import Timekeeping

/// How long a pod may wait for its address, as people write it: `1s at p99` wants 99 of 100 pods to wait no longer.
public struct TargetWait: Hashable, Sendable {
    /// The longest wait, more than zero and at most an hour.
    public let wait: Duration
    /// The percentage of pods that wait no longer, 50 to 99.99.
    public let percentile: Double

    /// The wait of an adaptive target.
    public init(_ target: AdaptiveTarget) {
        self.init(wait: target.wait, percentile: target.percentile)
    }

    private init(wait: Duration, percentile: Double) {
        self.wait = wait
        self.percentile = percentile
    }

    /// What the text must be, for the error that a wrong one gets.
    public static let expectedText =
        "a wait up to 3600s and the percentage of pods that wait no longer, 50 to 99.99, such as '1s at p99'"
}

extension TargetWait: LosslessStringConvertible {
    /// Reads `1s at p99`.
    public init?(_ text: String) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1] == "at", parts[2].first == "p", let wait = Duration(text: String(parts[0])),
            wait > .zero, wait <= .seconds(3600), let percentile = Double(parts[2].dropFirst()),
            (50...99.99).contains(percentile)
        else { return nil }
        self.init(wait: wait, percentile: percentile)
    }

    public var description: String {
        let whole = percentile.rounded(.down)
        return "\(wait.text) at p\(percentile == whole ? "\(Int(whole))" : "\(percentile)")"
    }
}
