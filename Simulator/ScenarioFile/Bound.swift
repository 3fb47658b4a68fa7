import Timekeeping

/// What a figure is expected to be: `5`, `at most 5`, `at least 5`, `3 to 5`.
public struct Bound<Value: BoundValue>: Hashable, Sendable, LosslessStringConvertible {
    /// The least; `nil` for any below ``most``.
    public let least: Value?
    /// The most; `nil` for any above ``least``.
    public let most: Value?

    public init?(_ text: String) {
        if text.hasPrefix(Bound.atMost) {
            guard let value = Value(boundText: text.dropFirst(Bound.atMost.count)) else { return nil }
            (least, most) = (nil, value)
        } else if text.hasPrefix(Bound.atLeast) {
            guard let value = Value(boundText: text.dropFirst(Bound.atLeast.count)) else { return nil }
            (least, most) = (value, nil)
        } else {
            let parts = text.split(separator: " to ", omittingEmptySubsequences: false)
            guard parts.count <= 2, let least = Value(boundText: parts[0]),
                let most = Value(boundText: parts[parts.count - 1]), least <= most
            else { return nil }
            (self.least, self.most) = (least, most)
        }
    }

    /// Whether a figure is as expected.
    public func holds(for value: Value) -> Bool {
        least.map { $0 <= value } ?? true && most.map { value <= $0 } ?? true
    }

    public var description: String {
        switch (least, most) {
        case (let least?, let most?) where least == most: least.boundText
        case (let least?, let most?): "\(least.boundText) to \(most.boundText)"
        case (let least?, nil): Bound.atLeast + least.boundText
        case (nil, let most?): Bound.atMost + most.boundText
        case (nil, nil): ""
        }
    }

    /// What the text must be, for the error that a wrong one gets.
    public static var expectedText: String {
        let (low, high) = Value.examples
        return "\(Value.noun): \(low), at most \(high), at least \(low), or \(low) to \(high)"
    }

    private static var atMost: String { "at most " }
    private static var atLeast: String { "at least " }
}

/// A figure that can be bounded.
public protocol BoundValue: Comparable, Hashable, Sendable {
    init?(boundText: some StringProtocol)
    var boundText: String { get }
    /// A figure that was seen, rounded for a person.
    var seenText: String { get }
    /// What it is, with its article.
    static var noun: String { get }
    /// Two of them as they are written, the smaller one first.
    static var examples: (String, String) { get }
}

extension BoundValue {
    public var seenText: String { boundText }
}

extension Int: BoundValue {
    public init?(boundText: some StringProtocol) { self.init(boundText) }
    public var boundText: String { "\(self)" }
    public static var noun: String { "a number" }
    public static var examples: (String, String) { ("3", "5") }
}

extension Double: BoundValue {
    public init?(boundText: some StringProtocol) { self.init(boundText) }
    /// With at most two digits after the point.
    public var boundText: String {
        let hundredths = Int((self * 100).rounded())
        let (whole, rest) = (hundredths / 100, abs(hundredths % 100))
        let digits = rest % 10 == 0 ? "\(rest / 10)" : rest < 10 ? "0\(rest)" : "\(rest)"
        return rest == 0 ? "\(whole)" : "\(whole).\(digits)"
    }
    public static var noun: String { "a number" }
    public static var examples: (String, String) { ("0.5", "1.5") }
}

extension Duration: BoundValue {
    public init?(boundText: some StringProtocol) { self.init(text: boundText) }
    public var boundText: String { text }
    public var seenText: String { "\(inSeconds.boundText)s" }
    public static var noun: String { "a duration" }
    public static var examples: (String, String) { ("500ms", "30s") }
}

/// A number of pods, or the share of all pods that are there.
public enum PodBound: Hashable, Sendable, LosslessStringConvertible {
    case count(Bound<Int>)
    case share(Bound<Percentage>)

    public init?(_ text: String) {
        if let count = Bound<Int>(text) {
            self = .count(count)
        } else if let share = Bound<Percentage>(text) {
            self = .share(share)
        } else {
            return nil
        }
    }

    public var description: String {
        switch self {
        case .count(let bound): "\(bound)"
        case .share(let bound): "\(bound)"
        }
    }

    /// What the text must be, for the error that a wrong one gets.
    public static let expectedText = "a number or a percentage: 3, at most 5, 20% to 30%"
}

/// A share, written as `25%`.
public struct Percentage: BoundValue {
    /// 100 for all.
    public let value: Double

    /// The share of a part of something.
    init(_ part: Int, of whole: Int) {
        value = whole == 0 ? 0 : Double(part) / Double(whole) * 100
    }

    public init?(boundText: some StringProtocol) {
        guard boundText.last == "%", let value = Double(boundText.dropLast()) else { return nil }
        self.value = value
    }

    public var boundText: String { value.boundText + "%" }
    public static var noun: String { "a percentage" }
    public static var examples: (String, String) { ("20%", "30%") }

    public static func < (left: Percentage, right: Percentage) -> Bool { left.value < right.value }
}
