import Testing

@testable import Planner

/// Amounts as Kubernetes writes them.
@Suite struct QuantityTests {
    @Test(
        "every suffix, exponent and rounding",
        arguments: [
            ("0", 0, 0), ("1", 1, 1000), ("100m", 1, 100), ("1500m", 2, 1500), ("0.5", 1, 500), (".5", 1, 500),
            ("5.", 5, 5000), ("+2", 2, 2000), ("1n", 1, 1), ("1500000u", 2, 1500), ("2k", 2000, 2_000_000),
            ("3M", 3_000_000, 3_000_000_000), ("1G", 1_000_000_000, 1_000_000_000_000),
            ("1T", 1_000_000_000_000, 1_000_000_000_000_000), ("1P", 1_000_000_000_000_000, 1_000_000_000_000_000_000),
            ("1E", 1_000_000_000_000_000_000, .max), ("1Ki", 1024, 1_024_000),
            ("1.5Gi", 1_610_612_736, 1_610_612_736_000),
            ("64Mi", 67_108_864, 67_108_864_000), ("1Ti", 1 << 40, 1_099_511_627_776_000),
            ("1Pi", 1 << 50, 1_125_899_906_842_624_000), ("1Ei", 1 << 60, .max), ("1e3", 1000, 1_000_000),
            ("1E3", 1000, 1_000_000), ("2e+2", 200, 200_000), ("5e-1", 1, 500), ("1e-9", 1, 1), ("0e999", 0, 0),
            ("0.1m", 1, 1), ("0.0001", 1, 1), ("0.9Ki", 922, 921_600), ("9e99999999999999999999", .max, .max),
            ("12345678901234567890", .max, .max),
            ("123456789012345678901234n", 123_456_789_012_346, 123_456_789_012_345_679),
            ("8Ei", .max, .max), ("0.000000000000000000000000001", 1, 1), ("128974848", 128_974_848, 128_974_848_000),
            ("129e6", 129_000_000, 129_000_000_000), ("128974848000m", 128_974_848, 128_974_848_000),
        ] as [(String, Int64, Int64)])
    func amounts(_ text: String, _ value: Int64, _ milliValue: Int64) throws {
        let quantity = try #require(Quantity(text))
        #expect(quantity.value == value)
        #expect(quantity.milliValue == milliValue)
    }

    @Test(
        "what is no amount, or a negative one",
        arguments: [
            "", " ", "m", ".", "-1", "-100m", "1 Gi", " 1", "1 ", "1gi", "1GI", "1mi", "1K", "1KiB", "1e", "1e+",
            "1e+-2",
            "1e1.5", "1.2.3", "1,5", "0x10", "1Gii", "١", "NaN", "inf", "ten", "1e3m", "+", "--1", "+-1",
        ])
    func refusals(_ text: String) {
        #expect(Quantity(text) == nil)
    }

    @Test("of random amounts, as an exact long division has it")
    func random() throws {
        var random = SplitMix64(seed: 5)
        let suffixes: [(String, exponent: Int, factor: UInt64)] = [
            ("n", -9, 1), ("u", -6, 1), ("m", -3, 1), ("", 0, 1), ("k", 3, 1), ("M", 6, 1), ("G", 9, 1),
            ("Ki", 0, 1 << 10), ("Mi", 0, 1 << 20), ("Gi", 0, 1 << 30), ("e2", 2, 1), ("e-4", -4, 1), ("E1", 1, 1),
        ]
        for _ in 0..<20_000 {
            let (suffix, exponent, factor) = suffixes.randomElement(using: &random)!
            let digits = UInt64.random(in: 0...99_999, using: &random)
            let decimals = Int.random(in: 0...5, using: &random)
            let padded = String(repeating: "0", count: max(0, decimals + 1 - "\(digits)".count)) + "\(digits)"
            let text = padded.dropLast(decimals) + (decimals == 0 ? "" : "." + padded.suffix(decimals)) + suffix
            let quantity = try #require(Quantity(text), "\(text)")
            for (power, found) in [(0, quantity.value), (3, quantity.milliValue)] {
                let shift = exponent - decimals + power
                let product = digits * factor
                let scale = (0..<abs(shift)).reduce(UInt64(1)) { value, _ in value * 10 }
                let expected =
                    shift < 0
                    ? Double(product / scale) + (product % scale == 0 ? 0 : 1) : Double(product) * Double(scale)
                guard expected < 0x1p53 else { continue }
                #expect(Double(found) == expected, "\(text) in 10^-\(power)")
            }
        }
    }
}
