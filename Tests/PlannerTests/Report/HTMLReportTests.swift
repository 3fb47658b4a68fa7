import ReportTesting
import Testing

@testable import Planner

/// The page that is shown in a meeting, as a real browser reads it.
@Suite(.serialized, .timeLimit(.minutes(5))) struct HTMLReportTests {
    @Test func aBrowserFindsTheNumbers() async throws {
        let dom = try await Chromium.dom(of: Samples.pending.html)
        #expect(
            try Chromium.texts("h1", in: dom) == ["142 of 494 pods are pending (29&nbsp;%) during rolling-update=all"])
        #expect(try Chromium.texts("dd", in: dom) == ["494", "142", "408", "24", "9", "250"])
        let rows = try Chromium.texts("tr", in: dom)
        #expect(rows.contains("general20 × t3.medium300413300113addresses"))
        #expect(rows.contains("(no node)29029"))
        #expect(rows.contains("subnet-aaduring rolling-update=all256230215" + "00"))
        #expect(rows.contains { $0.hasPrefix("enis-full113all ENIs are full: 3 of 3 ENIs attached") })
        #expect(rows.contains("turn prefix delegation on142 → 0-640"))
        #expect(try Chromium.texts("li", in: dom).count { $0.contains("/") && $0.contains(": ") } == 142)
        #expect(dom.contains("3 objects of kind Widget"))
    }

    @Test func chartsAreForEverybody() async throws {
        let dom = try await Chromium.dom(of: Samples.pending.html)
        let charts = dom.matches(
            of: #/<svg class="chart"[^>]*role="img" aria-labelledby="([a-z]+)-title [a-z]+-description"/#)
        #expect(charts.map(\.output.1) == ["capacity", "subnets", "causes"])
        for chart in charts {
            #expect(dom.contains("<title id=\"\(chart.output.1)-title\">"))
            #expect(dom.contains("<desc id=\"\(chart.output.1)-description\">"))
        }
        let tips = try Chromium.texts("title", in: dom)
        for tip in [
            "general: 300 running", "general: 113 pending", "general: capacity 300", "batch: 56 room",
            "(no node): 29 pending", "subnet-a: 21 cooling", "subnet-b: 250 free", "insufficient-cpu: 29 cause",
        ] { #expect(tips.contains(tip), "\(tip)") }
        #expect(dom.contains("<html lang=\"en\">"))
    }

    @Test func barsAreInProportion() throws {
        let svg = Samples.pending.capacityChart(Samples.pending.moments[0]).svg.text
        func width(_ shade: String) throws -> Double {
            let match = try #require(
                svg.firstMatch(of: try Regex("class=\"\(shade)\" x=\"[^\"]*\" y=\"[^\"]*\" width=\"([^\"]*)\"")))
            return try #require(Double(match.output[1].substring ?? ""))
        }
        // Of every bar, two pixels are the gap to the next one.
        let ratio = try (width("blue") + 2) / (width("red") + 2)
        #expect(abs(ratio - 300.0 / 113) < 0.01)
    }

    @Test func textIsNeverMarkup() async throws {
        let dom = try await Chromium.dom(of: Samples.hostile.html)
        #expect(!dom.contains("<script") && !dom.contains("<img"))
        #expect(dom.matches(of: #/<style/#).count == 1)
        #expect(try Chromium.texts("h1", in: dom).count == 1)
        #expect(dom.contains("&lt;script&gt;alert('title')&lt;/script&gt;"))
        #expect(dom.contains("&lt;/li&gt;&lt;/ul&gt;&lt;b&gt;&amp;"))
    }

    @Test func thePageNeedsNothingElse() {
        for report in [Samples.pending, Samples.fitting] {
            #expect(!report.html.contains(#/https?:|src=|href=|url\(|@import|<script/#))
            #expect(report.html.contains("@media (prefers-color-scheme: dark)"))
        }
    }

    @Test func aFittingPlanHasNoCauses() async throws {
        let dom = try await Chromium.dom(of: Samples.fitting.html)
        #expect(try Chromium.texts("h1", in: dom) == ["All 12,245 pods run"])
        #expect(try Chromium.texts("h2", in: dom) == ["Pod capacity per node group"])
    }

    @Test func longListsAreCutAndSaySo() {
        var report = Samples.pending
        let pod = report.moments[0].pendingPods[0]
        let group = report.moments[0].nodeGroups[0]
        report.moments = [
            Report.Moment(
                kind: "steady", title: "steady state", pods: 1000,
                nodeGroups: (0..<60).map { number in
                    var group = group
                    group.name = "group-\(number)"
                    return group
                }, subnets: [], causes: [], pendingPods: Array(repeating: pod, count: 600))
        ]
        #expect(report.html.contains("and 100 more pods, which --output json names"))
        #expect(report.html.contains("20 more rows in the table"))
        #expect(report.html.contains("group-59"))
    }
}
