import Comparison
import Foundation
import InstanceLimits
import Pool
import Testing
import VirtualSimulator

/// Planner and virtual mode predict the same of a cluster at rest. More clusters than by default with
/// `WARMPOOL_AGREEMENT_CLUSTERS=1000`, from another seed on with `WARMPOOL_AGREEMENT_SEED`.
@Suite struct AgreementTests {
    @Test func plannerAndVirtualModeAgreeOnPendingPodsAndTheirCauses() throws {
        let environment = ProcessInfo.processInfo.environment
        let count = environment["WARMPOOL_AGREEMENT_CLUSTERS"].flatMap(Int.init) ?? 150
        let first = environment["WARMPOOL_AGREEMENT_SEED"].flatMap(UInt64.init) ?? 1
        var (compared, pending) = (0, 0)
        for seed in first..<first + UInt64(count) {
            guard let planned = try expectAgreement(seed: seed) else { continue }
            compared += 1
            pending += planned.pendingCount
        }
        #expect(compared > count / 2 && pending > 0, "\(compared) clusters were compared, \(pending) pods pending")
    }

    /// Clusters in which the last ENI gets fewer addresses than it has room for, because the subnet has no more.
    @Test(arguments: [606, 809]) func aNodeTakesWhatIsLeftOfItsSubnet(seed: UInt64) throws {
        let planned = try #require(try expectAgreement(seed: seed))
        #expect(planned.pendingCount > 0)
    }

    /// - Returns: what the planner says of the cluster; `nil` where it is a race who gets what.
    private func expectAgreement(seed: UInt64) throws -> ClusterCount? {
        var random = RandomScenarios(seed: seed)
        let scenario = try random.next()
        guard try hasRoomBeforeThePods(scenario) else { return nil }
        let planned = try ClusterCount(planning: scenario)
        let virtual = ClusterCount(try Simulation(scenario).run().end, of: scenario)
        let comparison = SideBySide([(.planner, planned), (.virtual, virtual)])
        #expect(
            planned.pendingCount == virtual.pendingCount && planned.running == virtual.running
                && difference(planned, virtual) <= podsBeyondTheirNodes(scenario),
            "seed \(seed)\n\(comparison.text(.plain))")
        return planned
    }

    /// For how many pods the cause is another one.
    private func difference(_ one: ClusterCount, _ other: ClusterCount) -> Int {
        let codes = Set(one.pending.keys).union(other.pending.keys)
        return codes.reduce(0) { $0 + abs((one.pending[$1] ?? 0) - (other.pending[$1] ?? 0)) } / 2
    }

    /// How many pods there are beyond what their nodes can hold. Where the subnet has nothing left either, two causes are
    /// true of each, and which one it is told depends on how many ask at the same moment.
    private func podsBeyondTheirNodes(_ scenario: Scenario) -> Int {
        scenario.plan.nodes.indices.reduce(0) { sum, node in
            let group = scenario.groups[scenario.plan.nodes[node].group]
            let limit = group.pool.addressLimit(NodeLimits(group.instanceType))
            return sum + max(0, scenario.plan.pods.count { $0.node == node } - limit)
        }
    }

    /// Whether the nodes' warm addresses leave something of every subnet, and a block for a prefix where there was one:
    /// where they do not, it is a race which node gets what, and each of its ends is right.
    private func hasRoomBeforeThePods(_ scenario: Scenario) throws -> Bool {
        func subnets(with nodes: [Plan.Node]) throws -> [Sample.Subnet] {
            var other = scenario
            other.plan = .init(nodes: nodes, pods: [])
            return try Simulation(other).run().end.subnets
        }
        return try zip(subnets(with: []), subnets(with: scenario.plan.nodes)).allSatisfy { before, after in
            after.free > 0 && (after.freeBlocks > 0 || before.freeBlocks == 0)
        }
    }
}
