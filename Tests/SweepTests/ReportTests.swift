import JSON
import Presentation
import ReportTesting
import Testing

@testable import Sweep

/// Which settings are best, and how that is shown.
@Suite(.timeLimit(.minutes(5))) struct ReportTests {
    @Test(arguments: 0..<50) func theFrontIsThatOfBruteForce(_ seed: UInt64) {
        var state = seed &+ 1
        func next(_ count: UInt64) -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double((state >> 33) % count)
        }
        // Few values, so that many are equal.
        let points = (0..<30).map { _ in ParetoFront.Point(x: next(2 + seed % 9), y: next(2 + seed % 7)) }
        let best = points.map { point in !points.contains { $0.beats(point) } }
        #expect(ParetoFront.contains(points) == best)
        #expect(best.contains(true))
    }

    @Test func nothingHasNoFront() { #expect(ParetoFront.contains([]).isEmpty) }

    /// A result whose figures follow from its place.
    private func results(_ grid: SweepGrid) throws -> [CellResult] {
        try (0..<grid.count).map { index in
            let cell = grid[index]
            let (stranded, p99) = (Double(10 - 3 * cell.pool + cell.seed), Double(cell.pool + cell.workload))
            return try JSONCoding.decode(
                CellResult.self,
                from: [
                    "cell": .integer(Int64(index)), "pods": 100, "pending": 0, "stranded": .number(stranded), "p50": 0,
                    "p90": 0, "p99": .number(p99), "longest": .number(p99 + Double(cell.seed)), "calls": 50,
                    "allCalls": 200, "throttled": 10, "refusals": 0, "traceHash": "0",
                ])
        }
    }

    @Test func figuresAreMeansAndTheWorstOfAllWorkloads() throws {
        let grid = Plans.grid(2, 1, 3, 2)
        let report = SweepReport(grid, try results(grid))
        #expect(report.tables.map(\.workload) == ["workload-0", "workload-1", nil])
        let row = try #require(report.tables[1].rows.first { $0.pool == "pool-1" })
        #expect(row.stranded == 7.5 && row.p99 == 2 && row.longest == 3 && row.isBest)
        #expect(row.callsPerHundredPods == 50 && row.throttled == 5)
        let all = try #require(report.tables[2].rows.first { $0.pool == "pool-1" })
        #expect(all.stranded == 7.5 && all.p99 == 2)
        #expect(report.tables[0].rows.map(\.pool) == ["pool-2", "pool-1", "pool-0"])
    }

    @Test func everyFormHasEveryRow() throws {
        let grid = Plans.grid(2, 1, 3, 2)
        let report = SweepReport(grid, try results(grid))
        for form in SweepReport.Form.allCases {
            let text = try report.written(as: form)
            #expect(text.matches(of: try Regex("pool-[012](?![0-9])")).count >= 9, "\(form)")
            #expect(text.hasSuffix("\n"))
        }
        let lines = try report.written(as: .csv).split(separator: "\n")
        #expect(lines.count == 10 && lines[1].hasPrefix("workload-0,type-0,pool-2,addresses,true,4.5,"))
        #expect(try report.written(as: .text).contains("  ◆  pool-2 "))
    }

    @Test func aBrowserFindsTheFront() async throws {
        let grid = Plans.grid(2, 1, 3, 2)
        let page = try SweepReport(grid, try results(grid)).written(as: .html)
        #expect(!page.contains(#/https?:|src=|href=|url\(|@import|<script/#))
        let dom = try await Chromium.dom(of: page)
        #expect(
            try Chromium.texts("h2", in: dom) == [
                "all workloads on type-0", "workload-0 on type-0", "workload-1 on type-0",
            ])
        let tips = try Chromium.texts("title", in: dom)
        #expect(tips.count { $0 == "pool-1: 7.50 stranded, p99 2.00 s" } == 2)
        #expect(try Chromium.texts("tr", in: dom).contains("◆pool-17.500.000.002.003.00505.00.0"))
        #expect(dom.matches(of: #/<path class="front"/#).count == 3)
    }
}
