import Addressing
import Pool
import Testing
import Timekeeping
import VirtualSimulator

/// How the cluster was at regular moments.
@Suite struct SampleTests {
    /// One node for two pods, and three that want to be there.
    private func scenario() throws -> Scenario {
        var scenario = try Scenario(
            .steady(pods: 0, lifetime: .seconds(1)), target: .addresses(warm: 2, minimum: 0), nodes: 1,
            duration: .seconds(600), seed: 3)
        scenario.groups[0].pool.maxPods = 2
        scenario.sampleInterval = .seconds(60)
        scenario.plan = Plan(
            nodes: [Plan.Node(leaves: .origin + .seconds(500))],
            pods: (0..<3).map { .init(arrives: .origin + .seconds(90 + $0), node: 0, ends: .never) })
        return scenario
    }

    @Test func theFirstSampleIsAtTheBeginningAndTheLastAtTheEnd() throws {
        let report = try Simulation(scenario()).run()
        #expect(report.samples.map(\.at) == (0...10).map { .origin + .seconds(60) * $0 })
        #expect(report.samples.last == report.end)
    }

    @Test func whoRunsAndWhoWaitsForWhatIsCounted() throws {
        let report = try Simulation(scenario()).run()
        #expect(report.samples[1].running == 0)
        #expect(report.samples[5].running == 2)
        #expect(report.samples[5].pending == ["max-pods-reached": 1])
        #expect(report.samples[5].nodes == 1)
        #expect(report.samples[5].subnets[0].pods == 2)
        #expect(report.samples[1].stranded == 2)
        #expect(report.samples[5].stranded == 0)
    }

    @Test func nothingIsLeftOfANodeThatLeft() throws {
        let report = try Simulation(scenario()).run()
        #expect(report.end.nodes == 0)
        #expect(report.end.running == 0)
        #expect(report.end.pendingCount == 0)
        #expect(report.end.subnets[0].free == report.samples[0].subnets[0].free + 1)
    }

    @Test func samplesChangeNothing() throws {
        var scenario = try scenario()
        let with = try Simulation(scenario).run()
        scenario.sampleInterval = nil
        let without = try Simulation(scenario).run()
        #expect(without.samples.isEmpty)
        #expect(without.traceHash == with.traceHash)
        #expect(without.end == with.end)
    }

    @Test func progressIsReported() throws {
        let scenario = try Scenario(
            .churn(perMinute: 10, lifetime: .seconds(60)), target: .enis(1), nodes: 1, duration: .seconds(400), seed: 1)
        var seen: [Progress] = []
        let report = try Simulation(scenario).run(reportingEvery: 100) { seen.append($0) }
        #expect(seen.map(\.events) == (1...report.events / 100).map { $0 * 100 })
        #expect(seen.allSatisfy { $0.now < $0.end && $0.podsStarted <= report.podsStarted })
    }
}
