import Testing

@testable import Presentation

/// Axes, and what is drawn along them.
@Suite struct ChartTests {
    @Test(arguments: [0.3, 1, 3, 7, 9.9, 10, 99, 101, 65_536, 4_399, 1e-6, 5e12])
    func ticksReachTheLargestNumber(_ largest: Double) throws {
        let steps = Axis.steps(upTo: largest)
        let end = try #require(steps.last)
        #expect(end >= largest * (1 - 1e-9) && end <= largest * 2 && steps.count <= 7 && steps[0] == 0)
        #expect(Axis.steps(upTo: largest, least: 1).allSatisfy { $0 == $0.rounded() || largest > 1e9 })
    }

    @Test func anAxisWithoutNumbersIsAnAxis() {
        for axis in [Axis.numbers(upTo: 0), .time(upTo: 0), .durations(upTo: 0), .share(of: 0)] {
            #expect(axis.position(0) == 0 && axis.position(1e9) <= 1 && !axis.ticks.isEmpty)
        }
    }

    @Test func durationsAreLogarithmicAboveTenMilliseconds() {
        let axis = Axis.durations(upTo: 60)
        #expect(axis.ticks.map(\.label) == ["0", "100 ms", "1 s", "10 s", "100 s"])
        #expect(axis.position(0) == 0 && axis.position(0.005) == 0 && abs(axis.position(1) - 0.5) < 1e-9)
        #expect(axis.position(100) == 1)
    }

    @Test func timeIsInUnitsOfPeople() {
        #expect(Axis.time(upTo: 60).ticks.map(\.label).last == "60 s")
        #expect(Axis.time(upTo: 3600).ticks.map(\.label).last == "60 min")
        #expect(
            Axis.time(upTo: 86_400).ticks.map(\.label) == [
                "0", "3 h", "6 h", "9 h", "12 h", "15 h", "18 h", "21 h", "24 h",
            ])
        #expect(AreaChart.time(3_930) == "1:05:30" && AreaChart.time(61) == "1:01")
    }

    @Test func areasLieOnOneAnother() throws {
        let heading = ChartHeading(id: "a", title: "A", description: "B")
        let chart = AreaChart(
            heading, unit: "things", seconds: [0, 10],
            series: [.init("low", .blue, [10, 10]), .init("high", .red, [10, 30])])
        let paths = chart.svg.text.matches(of: #/d="M([\d. ML-]+)Z"/#).map { match in
            match.output.1.split(separator: "L").map { $0.split(separator: " ").compactMap { Double($0) } }
        }
        try #require(paths.count == 2 && paths.allSatisfy { $0.count == 4 })
        // The upper area's lower edge is the lower area's upper one, backwards.
        #expect(paths[1][2] == paths[0][1] && paths[1][3] == paths[0][0])
        let ground = paths[0][2][1]
        #expect(abs((ground - paths[1][1][1]) / (ground - paths[0][1][1]) - 4) < 0.02)
    }

    @Test func numbersHaveAFixedLength() {
        #expect(7.1.fixed(2) == "7.10" && 0.005.fixed(1) == "0.0" && (-0.04).fixed(1) == "0.0")
        #expect(12_345.678.fixed(2) == "12,345.68" && (-1.25).fixed(1) == "-1.3" && 2.0.fixed(0) == "2")
        #expect(0.999.fixed(2) == "1.00" && 1e300.fixed(2) == "1e+300")
    }
}
