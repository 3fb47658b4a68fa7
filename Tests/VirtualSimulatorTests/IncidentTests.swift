import ModelVPC
import Pool
import Testing
import Timekeeping
import VirtualSimulator

/// What goes wrong beside the cloud's API.
@Suite struct IncidentTests {
    /// Four pods on one node, of which the last ends after 400 s, in 20 minutes.
    private func scenario(_ incidents: [Incident], pods: [Plan.Pod]? = nil) throws -> Scenario {
        var scenario = try Scenario(
            .steady(pods: 0, lifetime: .seconds(1)), target: .addresses(warm: 3, minimum: 0), nodes: 1,
            duration: .seconds(1200), seed: 11)
        scenario.plan = Plan(
            nodes: [Plan.Node()],
            pods: pods
                ?? (0..<4).map {
                    let end = Plan.Pod.End.at(.origin + .seconds(400))
                    return .init(arrives: .origin + .seconds(60), node: 0, ends: $0 == 3 ? end : .never)
                })
        scenario.incidents = incidents
        scenario.sampleInterval = .seconds(10)
        return scenario
    }

    private static let death = Incident.daemonsDie(
        nodes: 0..<1, at: .origin + .seconds(390), downFor: .seconds(100))

    @Test func podsRunOnWithoutTheirDaemonAndOneThatEndsGivesItsAddressBackLater() throws {
        let report = try Simulation(scenario([IncidentTests.death])).run()
        #expect(report.samples.allSatisfy { $0.at <= .origin + .seconds(60) || $0.running >= 3 })
        #expect(report.end.running == 3)
        #expect(report.end.stranded == 3)
    }

    @Test func aPodThatComesWhileTheDaemonIsDownIsTriedAgain() throws {
        let late = Plan.Pod(arrives: .origin + .seconds(450), node: 0, ends: .never)
        let report = try Simulation(scenario([IncidentTests.death], pods: [late])).run()
        #expect(report.refusals["daemon-down"] ?? 0 >= 2)
        #expect(report.end.running == 1)
        // The daemon is back 40 s later, or a minute after that if it died at a later event, and the pause is 15 s at most.
        #expect(report.wait(1) >= .seconds(25) && report.wait(1) <= .seconds(120))
    }

    @Test func afterARebootItsPodsAreStartedAgain() throws {
        let reboot = Incident.nodesReboot(nodes: 0..<1, at: .origin + .seconds(300), downFor: .seconds(60))
        let report = try Simulation(scenario([reboot])).run()
        #expect(report.podsStarted == 8)
        #expect(report.samples[31].running == 0)
        #expect(report.samples[39].running == 4)
        #expect(report.end.running == 3)
    }

    @Test func aStrangerTakesAndGivesBack() throws {
        let stranger = Incident.strangerTakes(
            subnet: Scenario.usualSubnet.id, addresses: .max, at: .origin + .seconds(30),
            until: .origin + .seconds(300))
        var scenario = try scenario([stranger])
        scenario.groups[0].pool.target = .addresses(warm: 1, minimum: 0)
        let report = try Simulation(scenario).run()
        #expect(report.refusals["subnet-exhausted"] ?? 0 > 0)
        #expect(report.samples[10].subnets[0].free == 0)
        #expect(report.samples[10].running == 1)
        #expect(report.end.running == 3)
    }

    @Test func aLeakedENIIsFoundAndDeleted() throws {
        let clean = try Simulation(scenario([])).run()
        let leak = Incident.enisLeak(nodes: 0..<1, at: .origin + .seconds(500))
        let report = try Simulation(scenario([leak])).run()
        #expect(report.samples[51].subnets[0].free < clean.samples[51].subnets[0].free)
        #expect(report.calls["DeleteNetworkInterface"] == 1)
        #expect(report.end.subnets == clean.end.subnets)
    }

    @Test func nodesThatAreNotThereArePassedOver() throws {
        var scenario = try scenario([.daemonsDie(nodes: 0..<9, at: .origin, downFor: .seconds(1)), IncidentTests.death])
        scenario.plan = Plan(nodes: [Plan.Node(joins: .origin + .seconds(500))], pods: [])
        #expect(try Simulation(scenario).run().end.nodes == 1)
    }
}
