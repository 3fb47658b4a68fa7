import Addressing
import InstanceLimits
import Pool
import Testing
import Timekeeping
import VirtualSimulator

/// Clusters of several groups and subnets, and of nodes whose pods are elsewhere.
@Suite struct PlaceTests {
    private static let nodes = Scenario.Subnet(
        id: SubnetID("subnet-nodes"), cidr: IPv4Network("10.0.0.0/24")!, zone: "zone-a")
    private static let pods = Scenario.Subnet(
        id: SubnetID("subnet-pods"), cidr: IPv4Network("10.0.16.0/22")!, zone: "zone-a")
    private static let far = Scenario.Subnet(
        id: SubnetID("subnet-far"), cidr: IPv4Network("10.0.32.0/24")!, zone: "zone-b")

    /// So many pods on each of two nodes, of which each is of its own group.
    private func scenario(_ groups: [Scenario.Group], pods: Int) -> Scenario {
        var scenario = Scenario(
            groups: groups, subnets: [PlaceTests.nodes, PlaceTests.pods, PlaceTests.far],
            plan: Plan(
                nodes: groups.indices.map { Plan.Node(group: $0) },
                pods: (0..<pods * groups.count).map {
                    .init(arrives: .origin + .seconds(60), node: $0 % groups.count, ends: .never)
                }),
            duration: .seconds(300), seed: 5)
        scenario.sampleInterval = .seconds(60)
        return scenario
    }

    private func group(_ subnet: SubnetID, _ type: String = "m5.large") throws -> Scenario.Group {
        Scenario.Group(instanceType: try InstanceType(named: type), pool: PoolConfiguration(), subnet: subnet)
    }

    @Test func podsAreInTheirGroupsSubnets() throws {
        let near = try group(PlaceTests.nodes.id)
        let far = try group(PlaceTests.far.id, "m5.4xlarge")
        let report = try Simulation(scenario([near, far], pods: 12)).run()
        #expect(report.end.subnets.map(\.pods) == [12, 0, 12])
        #expect(report.end.running == 24)
    }

    @Test func podsOfCustomNetworkingAreInSubnetsOfTheNodesZone() throws {
        var group = try group(PlaceTests.nodes.id)
        group.pool.placement = .custom(
            .zone(["zone-a": PodSubnets(subnets: [PlaceTests.pods.id]), "zone-b": PodSubnets(subnets: [])]))
        let report = try Simulation(scenario([group], pods: 12)).run()
        #expect(report.end.subnets.map(\.pods) == [0, 12, 0])
    }

    @Test func aSubnetOfAnotherZoneIsOutOfSight() throws {
        var group = try group(PlaceTests.nodes.id)
        group.pool.placement = .custom(.named("pods", ["pods": PodSubnets(subnets: [PlaceTests.far.id])]))
        let report = try Simulation(scenario([group], pods: 1)).run()
        #expect(report.end.pending == ["configuration-impossible": 1])
    }

    @Test func prefixesTakeWholeBlocks() throws {
        var group = try group(PlaceTests.nodes.id)
        group.pool.prefixDelegation = true
        let report = try Simulation(scenario([group], pods: 40)).run()
        #expect(report.end.running == 40)
        let (first, last) = (report.samples[0].subnets[0], report.end.subnets[0])
        #expect(first.freeBlocks - last.freeBlocks >= 3)
        // Beside the blocks there are the own addresses of at most two more ENIs.
        #expect((first.free - last.free) % 16 <= 2)
    }

    @Test func aPodThatIsAssignedBeforeItsNodeJoinsWaitsForIt() throws {
        var scenario = scenario([try group(PlaceTests.nodes.id)], pods: 1)
        scenario.plan = Plan(
            nodes: [Plan.Node(joins: .origin + .seconds(120))],
            pods: [.init(arrives: .origin + .seconds(60), node: 0, ends: .never)])
        let report = try Simulation(scenario).run()
        #expect(report.samples[1].pendingCount == 0)
        #expect(report.end.running == 1)
    }
}
