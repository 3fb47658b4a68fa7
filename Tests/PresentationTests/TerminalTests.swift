import Testing

@testable import Presentation

/// How numbers and bars look in a terminal.
@Suite struct TerminalTests {
    @Test(arguments: [(0, 0), (0, 7), (1, 7), (7, 7), (1, 1000), (999, 1000), (500, 1000)])
    func barsAreExactInSum(_ part: Int, of whole: Int) {
        let bar = TextStyle.plain.bar([(part, "█", .used), (whole - part, "▒", .bad)], of: whole, width: 20)
        #expect(bar.count == 20)
        #expect(bar.contains("█") == (part > 0) && bar.contains("▒") == (whole > part))
        #expect(bar.contains("·") == (whole == 0))
    }

    @Test func percentagesNeverHideAnything() {
        #expect(0.percent(of: 10) == "0 %" && 0.percent(of: 0) == "0 %")
        #expect(1.percent(of: 300_000) == "< 1 %" && 299_999.percent(of: 300_000) == "> 99 %")
        #expect(1.percent(of: 4) == "25 %" && 3.percent(of: 3) == "100 %")
        #expect(12_345.grouped == "12,345" && 9600.grouped == "9600" && (-1_234_567).grouped == "-1,234,567")
    }
}
