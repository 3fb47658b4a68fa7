import Testing

@testable import Presentation

/// How far long work has come.
@Suite struct ProgressTests {
    private let bar = ProgressBar("churn")

    @Test func itSaysShareRatesAndTheTimeThatIsLeft() {
        let line = bar.line(
            share: 0.25, counts: [(1000, "pods"), (50_000, "events")], elapsed: .seconds(10), .plain)
        #expect(line.hasPrefix("churn ") && line.contains("25 %"))
        #expect(line.contains("100 pods/s") && line.contains("5000 events/s") && line.hasSuffix("30 s left"))
        #expect(line.count { $0 == "█" } == 6)
    }

    @Test(arguments: [(0.0, 0.0), (1.0, 5.0), (-1.0, 1.0), (2.0, 3.0)])
    func nothingIsLeftAtTheEndsAndNothingIsKnownAtTheBeginning(_ share: Double, _ seconds: Double) {
        let line = bar.line(share: share, counts: [(5, "pods")], elapsed: .seconds(seconds), .plain)
        #expect(!line.contains("left") && !line.contains("nan") && !line.contains("inf"))
    }

    @Test func itNeverWraps() {
        let counts = [(count: 1000, noun: "pods"), (count: 50_000, noun: "events")]
        for width in 5...120 {
            let style = TextStyle(isColoured: false, width: width)
            #expect(bar.line(share: 0.5, counts: counts, elapsed: .seconds(10), style).count < max(width, 6))
        }
    }

    @Test func longTimesAreRoundedUp() {
        func left(_ seconds: Double) -> Bool {
            bar.line(share: 0.5, counts: [], elapsed: .seconds(seconds), .plain).hasSuffix("5 min left")
        }
        #expect(left(241) && left(300) && !left(301))
    }
}
