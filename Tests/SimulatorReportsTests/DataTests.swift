import JSON
import ReportTesting
import Testing
import VirtualSimulator

@testable import SimulatorReports

/// The reports for programs.
@Suite struct DataTests {
    @Test func jsonKeepsToTheSchema() throws {
        let schema = try JSONSchema(named: "simulation-report")
        for report in [try Samples.tight(), try Samples.quiet(), try Samples.hostile()] {
            #expect(schema.problems(of: try JSONValue(parsing: report.json())) == [])
        }
    }

    @Test func equalSeedsGiveEqualBytes() throws {
        let (first, second, other) = (try Samples.tight(), try Samples.tight(seed: 1), try Samples.tight(seed: 2))
        #expect(try first.json() == second.json() && first.csv == second.csv && first.html == second.html)
        #expect(try first.json() != other.json() && first.traceHash != other.traceHash)
    }

    @Test func theNumbersAreThoseOfTheRun() throws {
        let scenario = try Samples.tightScenario()
        let run = try Simulation(scenario).run()
        let json = try JSONValue(parsing: RunReport(name: "tight", scenario, run).json())
        #expect(json["pods"]?["started"]?.intValue == run.podsStarted)
        #expect(json["pods"]?["pending"]?.intValue == run.end.pendingCount)
        #expect(json["pods"]?["mostPending"]?.intValue == run.samples.map(\.pendingCount).max())
        #expect(json["waits"]?["p99"]?.doubleValue == run.wait(0.99).inSeconds)
        #expect(json["samples"]?.arrayValue?.count == run.samples.count)
        let calls = try #require(json["calls"]?.arrayValue)
        #expect(calls.compactMap { $0["made"]?.intValue }.reduce(0, +) == run.callCount)
        #expect(calls.compactMap { $0["throttled"]?.intValue }.reduce(0, +) == run.throttled && run.throttled > 0)
        let subnet = try #require(json["subnets"]?.arrayValue?.first)
        #expect(subnet["size"] == 64 && subnet["free"]?.intValue == run.end.subnets[0].free)
    }

    @Test func everyWaitIsInOneBucket() throws {
        let run = try Simulation(Samples.tightScenario()).run()
        let buckets = try Samples.tight().waits.distribution
        var floor = -1.0
        for bucket in buckets {
            #expect(bucket.pods == run.waits.count { $0.inSeconds > floor && $0.inSeconds <= bucket.upTo })
            floor = bucket.upTo
        }
        #expect(buckets.reduce(0) { $0 + $1.pods } == run.waits.count)
    }

    @Test func csvHasALineForEachSample() throws {
        let report = try Samples.tight()
        let lines = report.csv.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        #expect(lines.count == report.samples.count + 1 && Set(lines.map(\.count)).count == 1)
        #expect(lines[0].prefix(4) == ["seconds", "nodes", "running", "pending"])
        let causes = lines[0].indices.filter { lines[0][$0].hasPrefix("pending:") }
        #expect(!causes.isEmpty)
        for (line, sample) in zip(lines.dropFirst(), report.samples) {
            #expect(causes.compactMap { Int(line[$0]) }.reduce(0, +) == sample.pendingCount)
            #expect(Double(line[0]) == sample.at && Int(line[2]) == sample.running)
        }
        #expect(try Samples.hostile().csv.contains("\"free:a,\"\"b\"\"</title><img>\""))
    }
}
