extension Duration {
    /// Whole nanoseconds, saturated at the limits of 64 bits (292 years).
    public var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        guard overflow || carry else { return sum }
        return seconds < 0 ? .min : .max
    }

    /// The duration in seconds.
    public var inSeconds: Double {
        Double(nanoseconds) / 1e9
    }

    /// Reads a duration as people write it: a number and one of the units `ns`, `us`, `ms`, `s`, `m`, `h`.
    ///
    /// ```swift
    /// Duration(text: "1.5s")   // 1,500 ms
    /// Duration(text: "2m")     // 120 s
    /// Duration(text: "30")     // nil: a number alone does not say of what
    /// Duration(text: "0")      // zero needs no unit
    /// ```
    public init?(text: some StringProtocol) {
        if text == "0" {
            self = .zero
            return
        }
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let unit = Duration.units.first(where: { $0.name == text.dropFirst(digits.count) }) else { return nil }
        if let whole = Int64(digits) {
            // Exact, which a floating-point number of so many nanoseconds would not be.
            let (nanoseconds, overflow) = whole.multipliedReportingOverflow(by: unit.nanoseconds)
            guard !overflow else { return nil }
            self = .nanoseconds(nanoseconds)
        } else {
            guard let number = Double(digits), number * Double(unit.nanoseconds) < Double(Int64.max) else { return nil }
            self = .nanoseconds(Int64((number * Double(unit.nanoseconds)).rounded()))
        }
    }

    /// The shortest exact text that ``init(text:)`` reads back, such as `30s`, `1500ms` or `2m`.
    public var text: String {
        let count = nanoseconds
        guard count != 0 else { return "0s" }
        let unit = Duration.units.last { count % $0.nanoseconds == 0 } ?? Duration.units[0]
        return "\(count / unit.nanoseconds)\(unit.name)"
    }

    /// The duration rounded for a person: `850 ms`, `12 s`, `4 min`, `3 h`.
    public var rounded: String {
        switch nanoseconds.magnitude {
        case ..<1_000_000_000: "\((nanoseconds + 999_999) / 1_000_000) ms"
        case ..<120_000_000_000: "\((nanoseconds + 999_999_999) / 1_000_000_000) s"
        case ..<7_200_000_000_000: "\(nanoseconds / 60_000_000_000) min"
        default: "\(nanoseconds / 3_600_000_000_000) h"
        }
    }

    private static let units: [(name: String, nanoseconds: Int64)] = [
        ("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000),
        ("h", 3_600_000_000_000),
    ]
}
