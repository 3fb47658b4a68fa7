import Addressing
import Planner
import Pool
import Testing

@Suite struct RemedyTests {
    private func remedies(_ cluster: Cluster, _ plan: Plan) throws -> [Remedy] {
        try Prediction(of: cluster, with: plan).remedies(for: cluster, with: plan)
    }

    @Test func fullInterfacesAreHelpedByPrefixesTypesAndNodes() throws {
        // 4 × 14 addresses, and 58 pods allowed.
        let cluster = Cluster(
            nodes: [Make.node("n1", cpu: 8000, type: "m5.2xlarge")], workloads: [Make.workload("web", 58)])
        let remedies = try remedies(cluster, Plan(pool: Make.frugal))
        #expect(remedies.allSatisfy { $0.pendingBefore == 2 && $0.pendingAfter < 2 })
        #expect(remedies.first?.change == .prefixDelegation)
        #expect(
            remedies.contains {
                $0.change == .instanceType(group: "main", from: "m5.2xlarge", to: "m5.4xlarge") && $0.isCure
            })
        let nodes = try #require(remedies.first { $0.change == .moreNodes(group: "main", count: 1) })
        #expect(nodes.isCure)
        #expect(nodes.nodesSaved == -1)
    }

    @Test func warmAddressesAreGivenUpForPods() throws {
        // Two nodes with an ENI's worth of 14 each in reserve, in a subnet of 27.
        let subnet = PlannedSubnet(
            id: SubnetID("subnet-a"), cidr: try #require(IPv4Network("10.0.0.0/27")), zone: "a")
        let cluster = Cluster(
            nodes: [Make.node("n1"), Make.node("n2")],
            workloads: [Make.workload("web", 24, PodTemplate(nodeSelector: [NodeLabel.hostname: "n2"]))])
        let plan = Plan(subnets: [subnet])
        let remedies = try remedies(cluster, plan)
        let frugal = try #require(remedies.first { $0.change == .warmTarget(.addresses(warm: 1, minimum: 0)) })
        #expect(frugal.pendingBefore == 13)
        #expect(frugal.isCure == (frugal.pendingAfter == 0))
        #expect(frugal.pendingAfter == 1)
        #expect(
            remedies.contains {
                $0.change == .moreSubnets(beside: [SubnetID("subnet-a")], prefixLength: 27) && $0.isCure
            })
    }

    @Test func maxPodsIsRaisedWhereAddressesAllowIt() throws {
        let cluster = Cluster(nodes: [Make.node("n1", maxPods: 20)], workloads: [Make.workload("web", 50)])
        let remedies = try remedies(cluster, Plan(pool: Make.frugal))
        #expect(remedies.contains { $0.change == .maxPods(group: "main", from: 20, to: 58) && $0.isCure })
    }

    @Test func whereAllIsWellAddressesCanBeSaved() throws {
        let subnet = PlannedSubnet(
            id: SubnetID("subnet-a"), cidr: try #require(IPv4Network("10.0.0.0/24")), zone: "a")
        let cluster = Cluster(nodes: [Make.node("n1")], workloads: [Make.workload("web", 3)])
        let remedies = try remedies(cluster, Plan(subnets: [subnet]))
        // Two ENIs with 14 addresses each, against one with 4.
        #expect(remedies.first?.change == .warmTarget(.addresses(warm: 1, minimum: 0)))
        #expect(remedies.first?.addressesSaved == 25)
        #expect(remedies.allSatisfy { $0.pendingAfter == 0 })
    }
}
