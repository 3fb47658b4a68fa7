import Addressing
import ModelVPC
import Pool
import Testing
import Timekeeping

@testable import VirtualSimulator

/// Random scenarios, and how what they find is made small.
@Suite struct FuzzTests {
    @Test(arguments: 1...5)
    func nothingIsViolatedInARandomScenario(_ seed: UInt64) {
        #expect(Scenario.random(seed: seed).violation == nil)
    }

    /// An ENI that is attaching for ever; in the last one the daemon dies while it is detached.
    @Test(arguments: [111, 5192, 60147])
    func whatWasFoundOnceIsGone(_ seed: UInt64) {
        #expect(Scenario.random(seed: seed).violation == nil)
    }

    @Test func aRandomScenarioFollowsFromItsSeed() throws {
        #expect(Scenario.random(seed: 5) == Scenario.random(seed: 5))
        #expect(Scenario.random(seed: 5) != Scenario.random(seed: 6))
        let reports = try (0..<2).map { _ in try Simulation(Scenario.random(seed: 5)).run() }
        #expect(reports[0] == reports[1])
    }

    @Test func twoElementsThatFailTogetherAreFound() {
        var tried = 0
        let part = minimalPart(of: Array(0..<100)) { part in
            tried += 1
            return part.contains(17) && part.contains(71)
        }
        #expect(part == [17, 71])
        #expect(tried < 200)
    }

    @Test func whatFailsByItselfNeedsNoElement() {
        #expect(minimalPart(of: [1, 2, 3]) { _ in true } == [])
        #expect(minimalPart(of: [1, 2, 3]) { $0.contains(2) } == [2])
    }

    /// Two of the pods violate something together, once an ENI has leaked on their node.
    @Test func aScenarioIsReducedToWhatItsViolationNeeds() throws {
        var scenario = try Scenario(
            .churn(perMinute: 10, lifetime: .seconds(60)), target: .addresses(warm: 1, minimum: 0), nodes: 3,
            duration: .seconds(400), seed: 2)
        scenario.incidents = [
            .strangerTakes(subnet: Scenario.usualSubnet.id, addresses: 3, at: .origin + .seconds(60), until: nil),
            .enisLeak(nodes: 1..<2, at: .origin + .seconds(50)),
        ]
        scenario.faults = [.init(.loseReply, probability: 0.1)]
        let guilty = scenario.plan.pods.filter { $0.node == 1 }.map(\.arrives)[3...4]
        var minimizer = Minimizer(scenario, Violation(at: guilty[4], .leak, "made up")) { scenario in
            let node = scenario.incidents.compactMap { incident in
                if case .enisLeak(let nodes, _) = incident { nodes.first } else { nil }
            }.first
            let arrivals = scenario.plan.pods.filter { $0.node == node }.map(\.arrives)
            return guilty.allSatisfy(arrivals.contains) ? Violation(at: guilty[4], .leak, "made up") : nil
        }
        minimizer.minimize()
        let small = minimizer.scenario
        #expect(small.plan.pods.map(\.arrives) == Array(guilty))
        #expect(small.plan.nodes.count == 1)
        #expect(small.plan.pods.allSatisfy { $0.node == 0 })
        #expect(small.incidents == [.enisLeak(nodes: 0..<1, at: .origin + .seconds(50))])
        #expect(small.faults.isEmpty)
        #expect(small.duration == guilty[4] - .origin + .nanoseconds(1))
    }

    @Test func aMinimizerDoesNotChangeTheRule() throws {
        let scenario = Scenario.random(seed: 1)
        var minimizer = Minimizer(scenario, Violation(at: .origin, .leak, "made up")) { _ in
            Violation(at: .origin, .cooldown, "another")
        }
        minimizer.minimize()
        #expect(minimizer.scenario == scenario)
    }
}
