import Addressing
import InstanceLimits
import Planner
import Pool
import Testing

/// Pods that have a node and get no address, computed by hand.
@Suite struct AddressTests {
    private func predict(
        _ nodes: [ClusterNode], _ pods: Int, _ pool: PoolConfiguration = Make.frugal, subnets: [PlannedSubnet] = [],
        _ template: PodTemplate = PodTemplate()
    ) throws -> Moment {
        let cluster = Cluster(nodes: nodes, workloads: [Make.workload("web", pods, template)])
        return try Prediction(of: cluster, with: Plan(subnets: subnets, pool: pool)).moments[0]
    }

    private func subnet(
        _ name: String, _ cidr: String, zone: String = "a", used: PlannedSubnet.Use = .addresses(0),
        isForPods: Bool = false
    ) throws -> PlannedSubnet {
        PlannedSubnet(
            id: SubnetID(name), cidr: try #require(IPv4Network(cidr)), zone: zone, used: used, isForPods: isForPods)
    }

    @Test func kubeletAllowsTwoPodsMoreThanThereAreAddresses() throws {
        // m5.2xlarge: 4 ENIs × 14 addresses, and max-pods 58 that no host-network pod uses up.
        let moment = try predict([Make.node("n1", cpu: 8000, type: "m5.2xlarge")], 58)
        #expect(moment.pending.map(\.cause) == Array(repeating: .address(.enisFull(enis: 4, addresses: 56)), count: 2))
        #expect(moment.pending.allSatisfy { $0.node == "n1" })
        let row = try #require(moment.groups.first)
        #expect(row.capacity == 56)
        #expect(row.limitedBy == .addresses)
        #expect(row.podsWithAddress == 56)
        #expect(row.podsWithoutAddress == 2)
    }

    @Test func theSmallerOfBothLimitsDecides() throws {
        let moment = try predict([Make.node("n1", maxPods: 20)], 30)
        #expect(moment.pending.count == 10)
        #expect(moment.groups.first?.limitedBy == .kubeletMaxPods)
        var pool = Make.frugal
        pool.maxPods = 12
        let limited = try predict([Make.node("n1", maxPods: 20)], 20, pool)
        #expect(limited.pending.map(\.cause) == Array(repeating: .address(.maxPodsReached(limit: 12)), count: 8))
    }

    @Test func anExhaustedSubnetIsNamed() throws {
        // 11 usable, 1 for each node and 1 for each pod; no warm address.
        let moment = try predict(
            [Make.node("n1"), Make.node("n2")], 12, subnets: [try subnet("subnet-a", "10.0.0.0/28")])
        #expect(moment.pending.count == 3)
        #expect(moment.pending.allSatisfy { $0.cause.code == "subnet-exhausted" })
        let row = try #require(moment.subnets.first)
        #expect(row.others == 5)
        #expect(row.interfaces == 2)
        #expect(row.pods == 9)
        #expect(row.free == 0)
    }

    @Test func warmAddressesComeOutOfTheSameSubnet() throws {
        // Each node keeps an ENI's worth of 14: 27 usable less 2 × 15 leave the second node short by 3, and no pod waits.
        var pool = PoolConfiguration()
        pool.target = .enis(1)
        let subnets = [try subnet("subnet-a", "10.0.0.0/27")]
        let calm = try predict([Make.node("n1"), Make.node("n2")], 20, pool, subnets: subnets)
        #expect(calm.pending.isEmpty)
        #expect(calm.subnets.first?.free == 0)
        // 25 addresses for pods at most; the pods are spread evenly, and the first node has 14.
        let full = try predict([Make.node("n1"), Make.node("n2")], 28, pool, subnets: subnets)
        #expect(full.pending.count == 3)
        #expect(Set(full.pending.map(\.node)) == ["n2"])
    }

    @Test func rowsOfASubnetAddUp() throws {
        let subnets = [try subnet("subnet-a", "10.0.0.0/24", used: .addresses(40))]
        let moment = try predict([Make.node("n1"), Make.node("n2")], 20, PoolConfiguration(), subnets: subnets)
        let row = try #require(moment.subnets.first)
        #expect(row.others == 45)
        #expect(row.others + row.interfaces + row.pods + row.cooling + row.warm + row.free == row.size)
        #expect(row.pods == 20)
    }

    @Test func aFragmentedSubnetHasNoPrefix() throws {
        // Every /28 has one address in use, but for the first, in which the node's own address is.
        let holes = try (1..<16).map { try #require(IPv4Network("10.0.0.\($0 * 16 + 8)/32")) }
        let subnets = [try subnet("subnet-a", "10.0.0.0/24", used: .networks(holes))]
        var pool = Make.frugal
        pool.prefixDelegation = true
        pool.prefixFallback = false
        let strict = try predict([Make.node("n1")], 3, pool, subnets: subnets)
        #expect(strict.pending.count == 3)
        #expect(strict.pending.allSatisfy { $0.cause.code == "no-contiguous-prefix" })
        #expect(strict.subnets.first?.freeBlocks == 0)
        pool.prefixFallback = true
        #expect(try predict([Make.node("n1")], 3, pool, subnets: subnets).pending.isEmpty)
    }

    @Test func customNetworkingTakesAddressesOfThePodsSubnet() throws {
        var pool = Make.frugal
        pool.placement = .custom(.discovery(securityGroups: []))
        let subnets = [
            try subnet("subnet-a", "10.0.0.0/28"), try subnet("pods-a", "100.64.0.0/24", isForPods: true),
        ]
        // m5.xlarge: 3 of 4 ENIs × 14 addresses.
        let moment = try predict([Make.node("n1")], 50, pool, subnets: subnets)
        #expect(moment.pending.count == 8)
        #expect(moment.subnets.map(\.pods) == [0, 42])
        #expect(moment.subnets.map(\.interfaces) == [1, 3])
    }

    @Test func customNetworkingWithoutASubnetInTheZoneIsImpossible() throws {
        var pool = Make.frugal
        pool.placement = .custom(.zone(["b": PodSubnets(subnets: [SubnetID("pods-b")])]))
        let moment = try predict([Make.node("n1")], 2, pool, subnets: [try subnet("subnet-a", "10.0.0.0/28")])
        #expect(moment.pending.map(\.cause.code) == ["configuration-impossible", "configuration-impossible"])
    }

    @Test func aNodeWithoutAKnownTypeIsNotedAndNotCounted() throws {
        var node = Make.node("n1")
        node.instanceType = "z9.huge"
        let cluster = Cluster(nodes: [node], workloads: [Make.workload("web", 58)])
        let prediction = try Prediction(of: cluster, with: Plan())
        #expect(prediction.moments[0].pending.isEmpty)
        #expect(prediction.notes.contains { $0.contains("n1") && $0.contains("addresses on them are not counted") })
    }

    @Test func aSubnetThatCannotBeIsAProblem() throws {
        let subnets = [try subnet("subnet-a", "10.0.0.0/28", used: .addresses(12))]
        #expect(throws: PlanProblem.self) { try predict([Make.node("n1")], 1, subnets: subnets) }
    }
}
