import ModelVPC
import Pool
import RateLimiting
import Testing
import Timekeeping
import VirtualSimulator

/// The replay itself: deterministic, complete, and true to pool and cloud.
@Suite struct SimulationTests {
    private static let churn = Workload.churn(perMinute: 10, lifetime: .seconds(60))

    private func scenario(
        _ workload: Workload = churn, nodes: Int = 3, minutes: Int = 10, seed: UInt64 = 7
    ) throws -> Scenario {
        try Scenario(
            workload, target: .adaptive(AdaptiveTarget()), nodes: nodes, duration: .seconds(60 * minutes), seed: seed)
    }

    @Test(arguments: Workload.standard.map(\.name))
    func theSameSeedGivesTheSameRun(_ name: String) throws {
        let workload = try #require(Workload.standard.first { $0.name == name }).workload
        let first = try Simulation(scenario(workload, minutes: 30)).run()
        let second = try Simulation(scenario(workload, minutes: 30)).run()
        #expect(first == second)
        #expect(try Simulation(scenario(workload, minutes: 30, seed: 8)).run().traceHash != first.traceHash)
    }

    @Test func everyPodOfThePlanIsStartedAndWaitedFor() throws {
        let scenario = try scenario()
        let report = try Simulation(scenario).run()
        #expect(report.podsStarted == scenario.plan.pods.count { $0.arrives < .origin + scenario.duration })
        #expect(report.waits.count == report.podsStarted)
        #expect(report.waits == report.waits.sorted())
    }

    @Test func aPodWaitsForTheProviderWhereNothingIsWarm() throws {
        var scenario = try scenario()
        scenario.cloud = ModelVPC.Settings()
        scenario.cloud.latency = .init(.seconds(2))
        scenario.groups[0].pool.target = .addresses(warm: 0, minimum: 0)
        scenario.plan = Plan(
            nodes: [Plan.Node()], pods: [Plan.Pod(arrives: .origin + .seconds(60), node: 0, ends: .never)])
        let report = try Simulation(scenario).run()
        #expect(report.waits == [.seconds(2)])
        #expect(report.calls["AssignPrivateIpAddresses"] == 1)
    }

    @Test func whatIsStrandedIsAveragedOverTime() throws {
        var scenario = try scenario()
        scenario.cloud = ModelVPC.Settings()
        scenario.groups[0].pool.target = .addresses(warm: 6, minimum: 0)
        scenario.plan = Plan(
            nodes: [Plan.Node()],
            pods: [Plan.Pod(arrives: .origin + .seconds(300), node: 0, ends: .at(.origin + .seconds(450)))])
        // Six all the time, and one that cools for 30 s and is free until the next step of shrinking.
        let report = try Simulation(scenario).run()
        #expect(report.stranded >= 6 && report.stranded < 6.5)
    }

    @Test func aFullNodeRefusesAndKubeletTriesAgain() throws {
        var scenario = try scenario()
        scenario.groups[0].pool.maxPods = 1
        scenario.plan = Plan(
            nodes: [Plan.Node()],
            pods: [
                Plan.Pod(arrives: .origin + .seconds(60), node: 0, ends: .at(.origin + .seconds(100))),
                Plan.Pod(arrives: .origin + .seconds(61), node: 0, ends: .never),
            ])
        let report = try Simulation(scenario).run()
        #expect(report.refusals["max-pods-reached"] ?? 0 >= 2)
        // Until the first pod's address has cooled, and the next try after that.
        #expect(report.wait(1) >= .seconds(69) && report.wait(1) <= .seconds(69 + 15))
    }

    @Test func throttlingIsSharedByAllNodes() throws {
        var scenario = try scenario(nodes: 10)
        scenario.throttling = .init(mutating: TokenBucket(capacity: 5, refillPerSecond: 0.5))
        let report = try Simulation(scenario).run()
        #expect(report.throttled > 0)
        let free = try Simulation(self.scenario(nodes: 10)).run()
        #expect(free.throttled == 0)
        #expect(report.wait(0.99) > free.wait(0.99))
    }

    @Test func lostRepliesAndOutagesBreakNothing() throws {
        var scenario = try scenario(minutes: 30)
        scenario.faults = [
            .init(.loseReply, probability: 0.05),
            .init(.fail(.unavailable), from: .origin + .seconds(300), until: .origin + .seconds(360)),
        ]
        let report = try Simulation(scenario).run()
        #expect(report.podsStarted > 500)
        #expect(report.wait(0.5) == .zero)
    }

    @Test func replacedNodesGiveTheirAddressesBack() throws {
        let workload = Workload.nodeReplacement(pods: 10, every: .seconds(300))
        var scenario = try scenario(workload, nodes: 4, minutes: 60)
        // Not enough addresses for the nodes that have been, only for those that are.
        scenario.subnets[0].cidr = .init(containing: scenario.subnets[0].cidr.base, prefixLength: 24)
        let report = try Simulation(scenario).run()
        #expect(report.refusals["subnet-exhausted"] == nil)
        #expect(report.wait(0.9) < .seconds(5))
    }
}
