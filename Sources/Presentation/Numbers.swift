extension Double {
    /// The number with so many digits after the point: `7.10`, `12,000.5`.
    public func fixed(_ decimals: Int) -> String {
        let unit = (0..<decimals).reduce(1) { unit, _ in unit * 10 }
        let parts = (magnitude * Double(unit)).rounded()
        guard parts < 9e18 else { return "\(self)" }
        let (whole, rest) = Int(parts).quotientAndRemainder(dividingBy: unit)
        let sign = self < 0 && parts > 0 ? "-" : ""
        let digits = String(rest)
        let zeros = String(repeating: "0", count: max(decimals - digits.count, 0))
        return sign + whole.grouped + (decimals > 0 ? ".\(zeros)\(digits)" : "")
    }
}

/// How people read numbers.
extension Int {
    /// The number with a comma between every three digits from five digits on: `9600`, `12,000`.
    public var grouped: String {
        let digits = Array(String(magnitude))
        guard digits.count > 4 else { return String(self) }
        let sign = self < 0 ? "-" : ""
        return digits.indices.reduce(into: sign) { text, index in
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digits[index])
        }
    }

    /// A difference, with the sign of a gain.
    public var signed: String { self > 0 ? "+\(grouped)" : grouped }

    /// The share of a whole in percent, as `25 %`: never 0 % where there is something, nor 100 % where something lacks.
    public func percent(of whole: Int) -> String {
        guard whole > 0, self > 0 else { return "0 %" }
        if self < whole, self * 100 > whole * 99 { return "> 99 %" }
        if self * 100 < whole { return "< 1 %" }
        return "\((self * 200 + whole) / (whole * 2)) %"
    }

    /// The number with its noun, as `1 pod` and `12,000 pods`.
    public func of(_ noun: String) -> String {
        "\(grouped) \(noun)\(self == 1 ? "" : "s")"
    }
}
