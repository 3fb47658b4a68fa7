import Addressing
import ModelVPC
import Pool
import RateLimiting
import ScenarioFile
import Settings
import Testing
import Timekeeping
import VirtualSimulator

/// Every key of a scenario file, and what it means.
@Suite struct ScenarioFileTests {
    @Test func theLeastFileIsWhatItSaysAndAllElseAsUsual() throws {
        let file = try scenario(scenarioText())
        #expect(file.name == "s" && file.about == "A test.")
        #expect(file.scenario.duration == .seconds(600) && file.scenario.seed == 1)
        #expect(file.scenario.plan == Plan(nodes: [Plan.Node()], pods: []))
        #expect(file.scenario.subnets == [Scenario.usualSubnet])
        #expect(file.scenario.cloud == Scenario.usualCloud)
        #expect(file.scenario.throttling == Scenario.usualThrottling)
        #expect(file.scenario.groups.map(\.pool) == [PoolConfiguration()])
        #expect(file.scenario.calls == CallPolicy())
        #expect(file.expectations == Expectations())
    }

    @Test func subnetsHaveTheKeysOfPlans() throws {
        let file = try scenario(
            scenarioText(
                """
                vpcCIDR: 10.0.0.0/16
                subnets:
                  - { id: a, cidr: 10.0.0.0/24, zone: z, usedAddresses: 12 }
                  - { id: b, cidr: 10.0.1.0/24, zone: z, usedNetworks: [10.0.1.16/28, 10.0.1.9], tags: { x: y } }
                  - { id: c, cidr: 10.0.2.0/24, zone: z, forPods: true }
                """, group: "subnet: b"))
        #expect(file.scenario.network == IPv4Network("10.0.0.0/16"))
        #expect(
            file.scenario.subnets.map(\.used) == [
                .addresses(12),
                .networks([try #require(IPv4Network("10.0.1.16/28")), try #require(IPv4Network("10.0.1.9/32"))]),
                .addresses(0),
            ])
        #expect(file.scenario.subnets.map(\.tags) == [[:], ["x": "y"], [SubnetTag.pods: "1"]])
        #expect(file.scenario.groups[0].subnet == SubnetID("b"))
    }

    @Test func theCloudHasTheKeysOfACloudFile() throws {
        let scenario = try scenario(
            scenarioText(
                """
                cloud:
                  latency: 100ms
                  latencyPerAction: { CreateNetworkInterface: 1s to 3s }
                  attachDelay: 2s
                  appearDelay: 0
                  detachDelay: 1s to 2s
                  consistencyDelay: 500ms
                throttling:
                  mutating: { capacity: 5, refillPerSecond: 0.5 }
                  perAction: { AttachNetworkInterface: { capacity: 1, refillPerSecond: 1 } }
                faults:
                  - { effect: loseReply, actions: [AssignPrivateIpAddresses], from: 1m, until: 2m, probability: 0.5 }
                """)
        ).scenario
        #expect(scenario.cloud.latency == .init(.milliseconds(100)))
        #expect(scenario.cloud.latencyPerAction == [.createNetworkInterface: .init(.seconds(1) ... .seconds(3))])
        #expect(scenario.cloud.attachDelay == .init(.seconds(2)) && scenario.cloud.appearDelay == .none)
        #expect(scenario.cloud.detachDelay == .init(.seconds(1) ... .seconds(2)))
        #expect(scenario.cloud.consistencyDelay == .init(.milliseconds(500)))
        #expect(scenario.throttling.mutating == TokenBucket(capacity: 5, refillPerSecond: 0.5))
        #expect(scenario.throttling.nonMutating == nil)
        #expect(
            scenario.throttling.perAction == [.attachNetworkInterface: TokenBucket(capacity: 1, refillPerSecond: 1)])
        #expect(
            scenario.faults == [
                .init(
                    .loseReply, of: [.assignPrivateIpAddresses], from: .origin + .seconds(60),
                    until: .origin + .seconds(120), probability: 0.5)
            ])
    }

    @Test func theTimesOfDaemonAndKubeletCanBeSet() throws {
        let scenario = try scenario(
            scenarioText(
                """
                seed: 9
                calls: { mutating: { burst: 3, perSecond: 1 }, longestWait: 5s, timeout: 2s }
                reconcileInterval: 30s
                attachTimeout: 20s
                addTimeout: 10s
                retryPause: 5s
                sampleInterval: 15s
                """)
        ).scenario
        #expect(scenario.seed == 9)
        #expect(scenario.calls.mutating == CallLimit(burst: 3, perSecond: 1))
        #expect(scenario.calls.longestWait == .seconds(5) && scenario.callTimeout == .seconds(2))
        #expect(scenario.reconcileInterval == .seconds(30) && scenario.attachTimeout == .seconds(20))
        #expect(scenario.addTimeout == .seconds(10) && scenario.retryPause == .seconds(5))
        #expect(scenario.sampleInterval == .seconds(15))
    }

    @Test func aGroupChangesKeysOfTheCommonPool() throws {
        let file = try scenario(
            """
            about: x
            duration: 10m
            pool: { warmIPTarget: 3, cooldown: 10s }
            groups:
              - { name: a, instanceType: m5.large }
              - { name: b, instanceType: t3.small, count: 2, pool: { warmIPTarget: 1, maxENI: 2 } }
            """)
        #expect(
            file.scenario.groups.map(\.pool.target) == [
                .addresses(warm: 3, minimum: 0), .addresses(warm: 1, minimum: 0),
            ])
        #expect(file.scenario.groups.map(\.pool.cooldown) == [.seconds(10), .seconds(10)])
        #expect(file.scenario.groups.map(\.pool.maxENI) == [nil, 2])
        #expect(file.scenario.groups.map(\.name) == ["a", "b"])
        #expect(file.scenario.plan.nodes.map(\.group) == [0, 1, 1])
    }

    @Test func nodesJoinAndLeaveAtOnceOrOverATime() throws {
        let file = try scenario(
            scenarioText(group: "count: 3, joins: { at: 10s, over: 20s }, leaves: { at: 5m }"))
        #expect(file.scenario.plan.nodes.map(\.joins) == [10, 20, 30].map { .origin + .seconds($0) })
        #expect(file.scenario.plan.nodes.map(\.leaves) == Array(repeating: .origin + .seconds(300), count: 3))
    }

    @Test func podsComeAsLongAfterTheirNodeAsTheWorkloadSays() throws {
        let file = try scenario(
            scenarioText(
                "workloads: [{ kind: fill, pods: 2, at: 5s, over: 0, lifetime: 60s }]",
                group: "count: 2, joins: { over: 30s }"))
        #expect(file.scenario.plan.pods.map(\.arrives) == [5, 5, 35, 35].map { .origin + .seconds($0) })
        #expect(file.scenario.plan.pods.map(\.node) == [0, 0, 1, 1])
        #expect(file.scenario.plan.pods.allSatisfy { $0.ends == .after(.seconds(60)) })
    }

    @Test func aNodeIsFullWithWhatKubeletStarts() throws {
        func pods(_ group: String) throws -> Int {
            try scenario(scenarioText("workloads: [{ kind: fill }]", group: group)).scenario.plan.pods.count
        }
        // Three ENIs of nine pod addresses; two pods of max-pods are on the host's network.
        #expect(try pods("count: 1") == 27)
        #expect(try pods("count: 2") == 54)
        #expect(try pods("maxPods: 38") == 36)
        #expect(try pods("pool: { prefixDelegation: true }") == 108)
    }

    @Test(arguments: [
        ("{ kind: steady, pods: 3, lifetime: 1h }", Workload.steady(pods: 3, lifetime: .seconds(3600))),
        ("{ kind: churn, perMinute: 2.5, lifetime: 10s }", .churn(perMinute: 2.5, lifetime: .seconds(10))),
        (
            "{ kind: diurnal, leastPerMinute: 1, mostPerMinute: 5, period: 1h, lifetime: 9s }",
            .diurnal(perMinute: 1...5, period: .seconds(3600), lifetime: .seconds(9))
        ),
        (
            "{ kind: rollingUpdate, pods: 4, every: 5m, surge: false }",
            .rollingUpdate(pods: 4, every: .seconds(300), surge: false)
        ),
        (
            "{ kind: burst, every: 1m, meanSize: 3, maximum: 9, lifetime: 5s }",
            .burst(every: .seconds(60), meanSize: 3, maximum: 9, lifetime: .seconds(5))
        ),
        ("{ kind: nodeReplacement, pods: 4, every: 5m }", .nodeReplacement(pods: 4, every: .seconds(300))),
        (
            "{ kind: fill, pods: 4, at: 1s, over: 3s }",
            .fill(pods: 4, at: .seconds(1), over: .seconds(3), lifetime: nil)
        ),
        (
            "{ kind: crashLoop, pods: 4, lifetime: 1s, pause: 2s, longestPause: 8s }",
            .crashLoop(pods: 4, lifetime: .seconds(1), pause: .seconds(2), longestPause: .seconds(8))
        ),
    ])
    func everyWorkloadHasItsKeys(_ text: String, _ workload: Workload) throws {
        #expect(try scenario(scenarioText("workloads: [\(text)]")).groups[0].workloads == [workload])
        #expect(try scenario(scenarioText(group: "workloads: [\(text)]")).groups[0].workloads == [workload])
    }

    @Test func whatIsLeftOutOfAWorkloadIsAsInTheStandardOnes() throws {
        for (name, workload) in Workload.standard {
            let words = name.split(separator: " ")
            let kind = words[0] + words.dropFirst().map(\.capitalized).joined()
            let file = try scenario(scenarioText("workloads: [{ kind: \(kind) }]"))
            #expect(file.groups[0].workloads == [workload])
        }
    }

    @Test func everyIncidentHasItsKeys() throws {
        let file = try scenario(
            scenarioText(
                """
                incidents:
                  - { kind: daemonsDie, nodes: all, at: 1m, downFor: 10s }
                  - { kind: nodesReboot, nodes: 1 to 2, at: 2m, downFor: 1m }
                  - { kind: strangerTakes, addresses: 50, at: 3m, until: 4m }
                  - { kind: enisLeak, nodes: 3, at: 5m }
                """, group: "count: 4"))
        func at(_ minutes: Int) -> Instant { .origin + .seconds(60 * minutes) }
        #expect(
            file.scenario.incidents == [
                .daemonsDie(nodes: 0..<4, at: at(1), downFor: .seconds(10)),
                .nodesReboot(nodes: 1..<3, at: at(2), downFor: .seconds(60)),
                .strangerTakes(subnet: Scenario.usualSubnet.id, addresses: 50, at: at(3), until: at(4)),
                .enisLeak(nodes: 3..<4, at: at(5)),
            ])
    }

    @Test func equalFilesAndSeedsGiveEqualScenarios() throws {
        let text = scenarioText("workloads: [{ kind: churn }, { kind: burst }]", group: "count: 3")
        #expect(try scenario(text) == scenario(text))
        let other = try scenario(text, [SettingsOverride("seed", "2", from: "--seed")])
        #expect(try other.scenario.plan != scenario(text).scenario.plan)
    }
}
