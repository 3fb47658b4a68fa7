import Presentation
import ReportTesting
import Testing

@testable import SimulatorReports

/// The page, as a real browser reads it.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PageTests {
    @Test func aBrowserFindsTheNumbers() async throws {
        let report = try Samples.tight()
        let dom = try await Chromium.dom(of: report.html)
        #expect(try Chromium.texts("h1", in: dom).first?.hasPrefix("1 of 2 expectations fails") == true)
        let figures = try Chromium.texts("dd", in: dom)
        #expect(figures.prefix(2) == [report.pods.started.grouped, report.pods.pending.grouped])
        #expect(figures.contains(report.waits.p99.asDuration) && figures.contains(report.stranded.fixed(2)))
        let rows = try Chromium.texts("tr", in: dom)
        for call in report.calls { #expect(rows.contains("\(call.name)\(call.made.grouped)\(call.throttled.grouped)")) }
        for bucket in report.waits.distribution.dropFirst() {
            #expect(rows.contains("up to \(bucket.upTo.asDuration)\(bucket.pods.grouped)"))
        }
        #expect(rows.contains("✗pods pending at the end: 0\(report.pods.pending)"))
        #expect(dom.contains("1.23 times the bound"))
    }

    @Test func chartsAreForEverybody() async throws {
        let report = try Samples.tight()
        let dom = try await Chromium.dom(of: report.html)
        let charts = dom.matches(
            of: #/<svg class="chart"[^>]*role="img" aria-labelledby="([a-z0-9-]+)-title [a-z0-9-]+-description"/#)
        #expect(charts.map(\.output.1) == ["pods", "pending", "waits", "calls", "stranded", "subnet-0"])
        for chart in charts {
            #expect(dom.contains("<title id=\"\(chart.output.1)-title\">"))
            #expect(dom.contains("<desc id=\"\(chart.output.1)-description\">"))
        }
        let tips = try Chromium.texts("title", in: dom)
        let last = try #require(report.samples.last)
        let tip = "\(AreaChart.time(last.at)): \(last.running.grouped) running, "
        #expect(tips.contains { $0.hasPrefix(tip) })
        #expect(!dom.contains("NaN") && !dom.contains("inf"))
    }

    @Test func textIsNeverMarkup() async throws {
        let dom = try await Chromium.dom(of: try Samples.hostile().html)
        #expect(!dom.contains("<script") && !dom.contains("<img") && !dom.contains("<b>"))
        #expect(dom.contains("&lt;script&gt;alert('name')&lt;/script&gt;"))
    }

    @Test func thePageNeedsNothingElse() throws {
        for page in [try Samples.tight().html, try Samples.quiet().html] {
            #expect(!page.contains(#/https?:|src=|href=|url\(|@import|<script/#))
            #expect(page.contains("@media (prefers-color-scheme: dark)"))
        }
    }

    @Test func noPeakIsLost() throws {
        let samples = try Samples.tight().samples
        let thinned = RunReport.thinned(samples, to: 7)
        #expect(thinned.count <= 7 && thinned.last == samples.last && thinned.map(\.at) == thinned.map(\.at).sorted())
        #expect(thinned.map(\.pendingCount).max() == samples.map(\.pendingCount).max())
        #expect(RunReport.thinned(samples, to: 1000) == samples)
    }
}
