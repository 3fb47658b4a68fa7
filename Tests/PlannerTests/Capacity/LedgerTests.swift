import Addressing
import InstanceLimits
import ModelVPC
import Pool
import Testing

@testable import Planner

/// The ledger, which asks real pools only when a subnet refuses something, against real pools that do everything.
@Suite struct LedgerTests {
    /// What one run comes to.
    private struct Outcome: Hashable {
        var running: [Int]
        var free: [Int]
    }

    private struct Scene {
        let types: [String]
        let subnets: [PlannedSubnet]
        let configuration: PoolConfiguration
        /// The node of each pod.
        let pods: [Int]
    }

    private func scene(seed: UInt64, isTight: Bool) throws -> Scene {
        var random = Random(seed: seed)
        func number(_ range: ClosedRange<Int>) -> Int { range.lowerBound + Int(random.next() % UInt64(range.count)) }
        var configuration = PoolConfiguration()
        configuration.prefixDelegation = number(0...2) == 0
        let targets: [WarmTarget] = [
            .enis(1), .enis(0), .addresses(warm: number(0...5), minimum: number(0...10)), .prefixes(number(0...2)),
        ]
        configuration.target = targets[number(0...3)]
        if number(0...3) == 0 { configuration.placement = .custom(.discovery(securityGroups: [])) }
        let types = (0..<number(1...4)).map { _ in ["t3.small", "m5.large", "c5.large", "m5.xlarge"][number(0...3)] }
        let length = isTight ? number(24...27) : 18
        let subnets = [
            PlannedSubnet(
                id: SubnetID("nodes"), cidr: try #require(IPv4Network("10.0.0.0/\(length)")), zone: "a",
                used: .addresses(number(0...8))),
            PlannedSubnet(
                id: SubnetID("pods"), cidr: try #require(IPv4Network("10.1.0.0/\(length)")), zone: "a", isForPods: true),
        ]
        return Scene(
            types: types, subnets: subnets, configuration: configuration,
            pods: (0..<number(1...60)).map { _ in number(0...(types.count - 1)) })
    }

    private func planned(_ scene: Scene) throws -> Outcome {
        var ledger = try AddressLedger(scene.subnets, scene.configuration, memory: GrowthMemory())
        var running = scene.types.map { _ in 0 }
        let nodes = try scene.types.map { ledger.launch(NodeLimits(try InstanceType(named: $0)), zone: "a") }
        for node in nodes { ledger.warmUp(node) }
        for node in scene.pods where ledger.add(to: nodes[node]) == nil { running[node] += 1 }
        let rows = ledger.rows()
        for row in rows {
            #expect(row.others + row.interfaces + row.pods + row.cooling + row.warm + row.free == row.size)
        }
        return Outcome(running: running, free: rows.map(\.free))
    }

    private func real(_ scene: Scene) throws -> Outcome {
        var vpc = try ModelVPC(planned: scene.subnets, hasIPv6: false)
        // None where the subnet has no address for the machine itself.
        var instances: [ModelVPC.InstanceID?] = []
        for (index, type) in scene.types.enumerated() {
            let id = ModelVPC.InstanceID(rawValue: "i-\(index)")
            let limits = ModelVPC.Limits(try InstanceType(named: type))
            let launched = try? vpc.launch(id, type: type, limits: limits, in: .init(rawValue: "nodes"), at: vpc.clock)
            instances.append(launched?.id)
        }
        var nodes: [NodeInCloud?] = []
        for instance in instances {
            if let instance {
                nodes.append(NodeInCloud(instance, scene.configuration, in: &vpc))
            } else {
                nodes.append(nil)
            }
        }
        for node in scene.pods { nodes[node]?.add(&vpc) }
        return Outcome(
            running: nodes.map { $0?.running ?? 0 },
            free: scene.subnets.map { vpc.freeAddressCount(in: .init(rawValue: $0.id.description)) })
    }

    @Test func sameAsRealPoolsWhereAddressesSuffice() throws {
        for seed in 0..<150 as Range<UInt64> {
            let scene = try scene(seed: seed, isTight: false)
            #expect(try planned(scene) == real(scene), "seed \(seed): \(scene)")
        }
    }

    /// Where a subnet ends, the same pods run but for at most 1 in 50: a pool that takes over keeps what it has for a
    /// while, as after a restart.
    @Test func closeToRealPoolsWhereSubnetsEnd() throws {
        var (running, differing, short) = (0, 0, 0)
        for seed in 1000..<1200 as Range<UInt64> {
            let scene = try scene(seed: seed, isTight: true)
            let (planned, real) = (try planned(scene), try real(scene))
            running += real.running.reduce(0, +)
            differing += zip(planned.running, real.running).reduce(0) { $0 + abs($1.0 - $1.1) }
            if real.running.reduce(0, +) < scene.pods.count { short += 1 }
        }
        #expect(short > 50)
        #expect(differing * 50 <= running, "\(differing) of \(running)")
    }
}
