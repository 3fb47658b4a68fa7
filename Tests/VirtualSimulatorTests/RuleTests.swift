import ModelVPC
import Pool
import Testing
import Timekeeping

@testable import VirtualSimulator

/// The simulator is really the daemon: a constant of one of the pool's rules is changed, and what the scenario comes to
/// changes with it, as the rule says.
@Suite struct RuleTests {
    /// One pod after another on a node that may have one: each waits until the address of the one before has rested.
    private func crashLoop(_ change: (inout PoolConfiguration) -> Void) throws -> Report {
        var scenario = try Scenario(
            .steady(pods: 0, lifetime: .seconds(1)), target: .addresses(warm: 1, minimum: 0), nodes: 1,
            duration: .seconds(600), seed: 9)
        scenario.plan = Plan(
            nodes: [Plan.Node()],
            pods: (0..<2).map { .init(arrives: .origin + .seconds(60 + $0), node: 0, ends: .after(.seconds(30))) })
        scenario.groups[0].pool.maxPods = 1
        change(&scenario.groups[0].pool)
        return try Simulation(scenario).run()
    }

    @Test(arguments: [10, 30, 90])
    func whoeverComesAfterAPodWaitsForTheCooldown(_ seconds: Int) throws {
        let wait = try crashLoop { $0.cooldown = .seconds(seconds) }.wait(1)
        // The first pod's life, but for the second in which it was alone; then the rest of its address; kubelet's pause.
        let least = Duration.seconds(29 + seconds)
        #expect(wait >= least && wait <= least + .seconds(15))
    }

    @Test func morePodsThanMaxPodsDoNotRun() throws {
        // The second address is on its way when the second pod comes.
        #expect(try crashLoop { $0.maxPods = 2 }.wait(1) < .seconds(2))
        #expect(try crashLoop { $0.maxPods = 2 }.refusals.isEmpty)
        #expect(try crashLoop { $0.maxPods = 1 }.refusals["max-pods-reached"] ?? 0 > 0)
    }

    @Test(arguments: [10, 60, 240])
    func aSubnetWithoutRoomIsLeftAloneForTheBackoff(_ seconds: Int) throws {
        var scenario = try Scenario(
            .steady(pods: 0, lifetime: .seconds(1)), target: .addresses(warm: 1, minimum: 0), nodes: 1,
            duration: .seconds(1000), seed: 9)
        scenario.incidents = [
            .strangerTakes(
                subnet: Scenario.usualSubnet.id, addresses: .max, at: .origin + .seconds(30), until: nil)
        ]
        scenario.plan = Plan(
            nodes: [Plan.Node()],
            pods: (0..<2).map { _ in .init(arrives: .origin + .seconds(60), node: 0, ends: .never) })
        scenario.groups[0].pool.subnetBackoff = .seconds(seconds)
        let tries = try Simulation(scenario).run().calls["AssignPrivateIpAddresses"] ?? 0
        let expected = 940 / seconds
        #expect(abs(tries - expected) <= expected / 5 + 2)
    }

    @Test func aCooldownThatIsNotObservedIsSeen() throws {
        var scenario = try Scenario(
            .churn(perMinute: 12, lifetime: .seconds(20)), target: .addresses(warm: 0, minimum: 0), nodes: 1,
            duration: .seconds(300), seed: 9)
        scenario.groups[0].pool.cooldown = .seconds(60)
        var simulation = try Simulation(scenario)
        var broken = scenario.groups[0].pool
        broken.cooldown = .seconds(59)
        simulation.nodes[0].pool = Pool(configuration: broken, nonce: "broken", now: .origin)
        let violation = #expect(throws: Violation.self) { _ = try simulation.run() }
        #expect(violation?.rule == .cooldown)
    }
}
