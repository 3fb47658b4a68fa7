import Addressing
import Fabric
import InstanceLimits
import JSON
import ModelVPC
import Pool
import RateLimiting
import Testing
import Timekeeping
import VirtualSimulator

@testable import Simulator

@Suite struct LiveScenarioTests {
    private func scenario(nodes: [Plan.Node] = [.init()], pods: [Plan.Pod] = []) throws -> Scenario {
        Scenario(
            groups: [.init(instanceType: try InstanceType(named: "t3.small"), pool: .init())],
            plan: .init(nodes: nodes, pods: pods), duration: .seconds(60), seed: 1)
    }

    // MARK: What live mode does not do

    @Test func nodesThatLeaveAndIncidentsOfTheCloudAreToldOf() throws {
        var scenario = try scenario(nodes: [.init(), .init(leaves: .origin + .seconds(30))])
        scenario.incidents = [
            .daemonsDie(nodes: 0..<1, at: .origin, downFor: .seconds(1)),
            .enisLeak(nodes: 0..<1, at: .origin),
        ]
        let problems = LiveRun.problems(of: scenario)
        #expect(problems.count == 2)
        #expect(problems[0].hasPrefix("1 nodes leave before the end"))
        #expect(problems[1].hasPrefix("1 incidents are of a kind"))
        scenario.plan = .init(nodes: [.init(leaves: .origin + .seconds(60))], pods: [])
        scenario.incidents = []
        #expect(LiveRun.problems(of: scenario) == [])
    }

    // MARK: Speed

    @Test func aFasterScenarioHasTheSameEventsInLessTime() throws {
        var scenario = try scenario(
            nodes: [.init(joins: .origin + .seconds(8))],
            pods: [
                .init(arrives: .origin + .seconds(20), node: 0, ends: .after(.seconds(4))),
                .init(arrives: .origin + .seconds(40), node: 0, ends: .at(.origin + .seconds(44))),
            ])
        scenario.throttling.mutating = .init(capacity: 7, refillPerSecond: 2)
        scenario.incidents = [.daemonsDie(nodes: 0..<1, at: .origin + .seconds(12), downFor: .seconds(2))]
        let fast = scenario.compressed(by: 4)
        let pods: [Plan.Pod] = [
            .init(arrives: .origin + .seconds(5), node: 0, ends: .after(.seconds(1))),
            .init(arrives: .origin + .seconds(10), node: 0, ends: .at(.origin + .seconds(11))),
        ]
        let death = Incident.daemonsDie(nodes: 0..<1, at: .origin + .seconds(3), downFor: .milliseconds(500))
        let cooldown: Duration = scenario.groups[0].pool.cooldown / 4
        let attachDelay: Duration = scenario.cloud.attachDelay.range.upperBound / 4
        #expect(fast.duration == Duration.seconds(15))
        #expect(fast.plan.nodes.map(\.joins) == [Instant.origin + .seconds(2)])
        #expect(fast.plan.pods == pods)
        #expect(fast.throttling.mutating == TokenBucket(capacity: 7, refillPerSecond: 8))
        #expect(fast.incidents == [death])
        #expect(fast.groups[0].pool.cooldown == cooldown)
        #expect(fast.cloud.attachDelay.range.upperBound == attachDelay)
        #expect(scenario.compressed(by: 1) == scenario)
    }

    @Test func whatADaemonDoesNotTakeAnyShorterStays() throws {
        let fast = try scenario().compressed(by: 100)
        #expect(fast.reconcileInterval == .seconds(1))
        #expect(fast.callTimeout == .milliseconds(100))
        #expect(fast.groups[0].pool.attachmentGrace == .seconds(10))
    }

    // MARK: Room

    @Test func theMostPodsAtOnceNeedRoom() throws {
        func pod(_ at: Int, _ ends: Plan.Pod.End) -> Plan.Pod {
            Plan.Pod(arrives: .origin + .seconds(at), node: 0, ends: ends)
        }
        let scenario = try scenario(
            pods: [pod(1, .after(.seconds(2))), pod(2, .at(.origin + .seconds(4))), pod(3, .never), pod(4, .never)])
        // One that ends when another arrives makes room for it.
        #expect(scenario.mostPods == 2)
    }

    @Test(arguments: [
        (MachineRoom(memory: 100, processes: .max, namespaces: .max), "MiB of memory, and this machine has 100 left"),
        (MachineRoom(memory: .max, processes: 99, namespaces: .max), "processes and threads, and this machine has 99"),
        (MachineRoom(memory: .max, processes: .max, namespaces: 2), "3 network namespaces, and this machine has 2"),
    ])
    func aMachineWithoutRoomIsToldOfBeforeAnythingIsMade(room: MachineRoom, problem: String) throws {
        let scenario = try scenario()
        let error = #expect(throws: LiveFailure.self) { try room.check(for: scenario) }
        #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("--nodes") == true)
    }

    // MARK: Refusals

    @Test(arguments: [
        (100, "cause: enis-full", "enis-full"), (11, "cause: refill-pending", "refill-pending"),
        (11, nil, "daemon-down"), (102, "no such device", "cni-error-102"),
    ])
    func aRefusalIsCountedByItsCause(code: Int, details: String?, cause: String) {
        let failure = PluginFailure(operation: .add, code: code, message: "no", details: details)
        #expect(failure.cause == cause)
    }

    // MARK: Pings

    @Test func allPairsArePingedUpToABoundAndBeyondItASampleInWhichNobodyIsLeftOut() throws {
        let pods = try (1...10).map { number in
            let result: JSONValue = ["ips": [["address": .string("10.0.0.\(number)/32")]]]
            return try SimulatedPod(
                name: "p\(number)", node: "node\(number % 3)", namespace: "n\(number)", result: result)
        }
        let all = PingMatrix.pings(between: pods, most: 90)
        #expect(all.possible == 90 && Set(all.pings).count == 90)
        let sample = PingMatrix.pings(between: pods, most: 20)
        #expect(sample.possible == 90 && sample.pings.count == 20)
        #expect(sample.pings.allSatisfy { $0.from != $0.to })
        #expect(Set(sample.pings.map(\.from)) == Set(pods))
        #expect(PingMatrix.pings(between: [], most: 0).pings.isEmpty)
    }
}
