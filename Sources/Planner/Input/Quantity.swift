/// An amount as Kubernetes writes it: `100m`, `1.5Gi`, `1e3`.
///
/// ```swift
/// Quantity("1.5Gi")?.value        // 1_610_612_736
/// Quantity("100m")?.milliValue    // 100
/// Quantity("0.1m")?.milliValue    // 1: what is more precise is rounded up
/// ```
///
/// Source: Kubernetes API reference, `Quantity`: decimal suffixes n u m k M G T P E, binary suffixes Ki Mi Gi Ti Pi Ei,
/// or a decimal exponent; beyond 2⁶³ − 1 an amount is capped.
struct Quantity: Hashable, Sendable {
    /// What the text must be, for the error that a wrong one gets.
    static let expectedText = "an amount that is not negative, such as 100m, 0.5, 1.5Gi or 1e3"

    /// The digits without their point; `nil` where they are more than can matter.
    private let digits: UInt128?
    /// The power of ten and that of two that `digits` are multiplied with.
    private let exponent: Int
    private let shift: Int

    /// The whole amount, rounded up: bytes, pods, devices.
    var value: Int64 { rounded(exponent: 0) }

    /// The amount in thousandths, rounded up: CPU.
    var milliValue: Int64 { rounded(exponent: 3) }

    /// `digits × 2^shift × 10^(exponent + more)`.
    private func rounded(exponent more: Int) -> Int64 {
        guard let digits else { return .max }
        var (value, overflow) = digits.multipliedReportingOverflow(by: 1 << UInt128(shift))
        var power = exponent + more
        while power > 0, !overflow, value != 0 {
            (value, overflow) = value.multipliedReportingOverflow(by: 10)
            power -= 1
        }
        if overflow { return .max }
        while power < 0, value > 0 {
            // Rounding up at every step is rounding up once.
            value = value / 10 + (value % 10 == 0 ? 0 : 1)
            power += 1
        }
        return Int64(exactly: value) ?? .max
    }
}

extension Quantity {
    /// Reads an amount; `nil` for what is none, and for a negative one.
    init?(_ text: some StringProtocol) {
        var rest = Substring(text)
        if rest.first == "+" { rest.removeFirst() }
        let whole = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest.dropFirst(whole.count)
        var fraction = Substring()
        if rest.first == "." {
            rest.removeFirst()
            fraction = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(fraction.count)
        }
        guard !whole.isEmpty || !fraction.isEmpty, let (exponent, shift) = Quantity.scale(rest) else { return nil }
        // What is behind the eighteenth digit of a fraction can only round up: it counts as one more.
        let kept = fraction.prefix(18)
        let isMore = fraction.dropFirst(18).contains { $0 != "0" }
        digits = UInt128("0" + whole + kept)?.addingReportingOverflow(isMore ? 1 : 0).partialValue
        self.exponent = exponent - kept.count
        self.shift = shift
    }

    /// The power of ten and that of two that a suffix means.
    private static func scale(_ suffix: Substring) -> (exponent: Int, shift: Int)? {
        if let exponent = decimal[suffix] { return (exponent, 0) }
        if let shift = binary[suffix] { return (0, shift) }
        guard let letter = suffix.first, letter == "e" || letter == "E" else { return nil }
        let power = suffix.dropFirst()
        let magnitude = power.drop { $0 == "+" || $0 == "-" }
        guard power.count - magnitude.count <= 1, !magnitude.isEmpty,
            magnitude.allSatisfy({ $0.isASCII && $0.isNumber })
        else { return nil }
        let exponent = Int(magnitude).map { min($0, 1000) } ?? 1000
        return (power.first == "-" ? -exponent : exponent, 0)
    }

    private static let decimal: [Substring: Int] = [
        "n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18,
    ]
    private static let binary: [Substring: Int] = ["Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60]
}
