import Addressing
import CloudServer
import InstanceLimits
import JSON
import ModelVPC
import Pool
import PoolSettings
import RateLimiting
import Settings
import Testing
import Timekeeping
import VirtualSimulator

@testable import Simulator

/// What is written for daemons and cloud says what the scenario does.
@Suite struct BlueprintTests {
    private static func pool(_ change: (inout PoolConfiguration) -> Void) -> PoolConfiguration {
        var pool = PoolConfiguration()
        change(&pool)
        return pool
    }

    private static let networks = ["zone-a": PodSubnets(subnets: [SubnetID("pods-a")], securityGroups: ["sg-1"])]

    private static let pools = [
        PoolConfiguration(),
        pool {
            $0.target = .addresses(warm: 3, minimum: 10)
            $0.cooldown = .milliseconds(1500)
            $0.maxENI = 3
            $0.maxPods = 20
            $0.reservedENIs = 1
        },
        pool {
            $0.target = .enis(0)
            $0.prefixDelegation = true
            $0.prefixFallback = false
            $0.families = .dualStack
        },
        pool {
            $0.target = .prefixes(2)
            $0.prefixDelegation = true
            $0.placement = .custom(.zone(networks))
        },
        pool {
            $0.target = .adaptive(AdaptiveTarget(wait: .milliseconds(500), percentile: 99.5, minimum: 4))
            $0.placement = .custom(.named("blue", ["blue": PodSubnets(subnets: [SubnetID("pods-b")])]))
            $0.stickyFor = .seconds(600)
        },
        pool { $0.placement = .custom(.discovery(securityGroups: ["sg-2"])) },
        pool { $0.placement = .node(subnet: SubnetID("subnet-b"), securityGroups: ["sg-3", "sg-4"]) },
    ]

    @Test(arguments: pools) func theDaemonReadsTheConfigurationThatTheVirtualPoolHas(pool: PoolConfiguration) throws {
        let text = JSONValue.object(pool.settings).text()
        let read = try SettingsReader.read(text, file: "warmpoold.yaml") { reader, _ in PoolConfiguration(reader) }
        #expect(read == pool)
    }

    private func scenario() throws -> Scenario {
        let used = [IPv4Network(containing: IPv4Address(bits: 0x0a00_0110), prefixLength: 28)]
        func subnet(_ name: String, _ number: UInt32, _ use: Scenario.Subnet.Use) -> Scenario.Subnet {
            let base = IPv4Address(bits: 0x0a00_0000 + number << 8)
            return Scenario.Subnet(
                id: SubnetID(name), cidr: IPv4Network(containing: base, prefixLength: 24), tags: ["role": name],
                used: use)
        }
        var scenario = Scenario(
            groups: [
                .init(instanceType: try InstanceType(named: "t3.small"), pool: .init(), subnet: SubnetID("a")),
                .init(instanceType: try InstanceType(named: "m5.large"), pool: .init(), subnet: SubnetID("b")),
            ],
            subnets: [subnet("a", 0, .addresses(17)), subnet("b", 1, .networks(used))],
            plan: .init(nodes: [.init(), .init(group: 1)], pods: []), duration: .seconds(10), seed: 1)
        scenario.throttling.perAction = [.createNetworkInterface: TokenBucket(capacity: 3, refillPerSecond: 0.5)]
        scenario.faults = [
            .init(
                .loseReply, of: [.assignPrivateIpAddresses], by: .init(rawValue: "i-1"), from: .origin + .seconds(2),
                count: 1),
            .init(.fail(.unavailable), until: .origin + .seconds(3), skipping: 2, probability: 0.25),
            .init(.attachStuck), .init(.fail(.noAnswer)),
        ]
        return scenario
    }

    @Test(arguments: [LiveProvider.ec2, .rest]) func theServerServesTheCloudOfTheScenario(provider: LiveProvider) throws
    {
        let scenario = try scenario()
        let text = ScenarioBlueprint(scenario: scenario, provider: provider)
            .cloudConfiguration(nodes: ["n1", "n2"], router: "r")
        let cloud = try CloudConfiguration.parse(text, file: "vpc.yaml")
        #expect(cloud.instances.map(\.id.rawValue) == ["i-0", "i-1"])
        #expect(cloud.instances.map(\.type) == ["t3.small", "m5.large"])
        #expect(cloud.instances.map(\.subnet.rawValue) == ["a", "b"])
        #expect(cloud.cloud.cidr == scenario.network)
        #expect(cloud.cloud.subnets.map(\.used) == scenario.subnets.map(\.used))
        #expect(cloud.cloud.subnets.map(\.tags) == scenario.subnets.map(\.tags))
        #expect(cloud.cloud.settings == scenario.cloud)
        #expect(cloud.cloud.throttling == scenario.throttling)
        #expect(cloud.cloud.faults == scenario.faults)
        #expect((cloud.role != nil) == (provider == .ec2))
    }
}
