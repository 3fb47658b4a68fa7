import Addressing
import InstanceLimits
import ModelVPC
import Pool
import Timekeeping
import VirtualSimulator

/// Clusters that come to rest: pods arrive one after another on nodes of a few small types, and stay.
struct RandomScenarios {
    private var random: Random

    init(seed: UInt64) {
        random = Random(seed: seed)
    }

    private mutating func index(below count: Int) -> Int { Int(random.next() % UInt64(count)) }

    private mutating func number(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + index(below: range.count)
    }

    private mutating func one<Value>(of values: [Value]) -> Value { values[index(below: values.count)] }

    private mutating func pool(_ subnets: [Scenario.Subnet]) -> PoolConfiguration {
        var pool = PoolConfiguration()
        pool.prefixDelegation = index(below: 3) == 0
        pool.prefixFallback = index(below: 4) > 0
        let targets: [WarmTarget] =
            [.enis(number(0...2)), .addresses(warm: number(0...6), minimum: number(0...12))]
            + (pool.prefixDelegation ? [.prefixes(number(0...2))] : [])
        pool.target = one(of: targets)
        if index(below: 4) == 0 { pool.maxENI = number(1...3) }
        if index(below: 6) == 0 { pool.maxPods = number(3...20) }
        if index(below: 6) == 0 { pool.reservedENIs = 1 }
        if subnets.count > 1 { pool.placement = .custom(.discovery(securityGroups: [])) }
        return pool
    }

    private mutating func use(of cidr: IPv4Network) -> Scenario.Subnet.Use {
        switch index(below: 3) {
        case 0: return .addresses(0)
        case 1: return .addresses(number(0...cidr.count / 2))
        default:
            // Scattered single addresses, which leave few blocks whole.
            let addresses = (0..<number(1...8)).map { _ in cidr[number(5...cidr.count - 2)] }
            return .networks(Set(addresses).sorted().map { IPv4Network(containing: $0, prefixLength: 32) })
        }
    }

    private mutating func subnets() -> [Scenario.Subnet] {
        let isCustom = index(below: 5) == 0
        return (0..<(isCustom ? 2 : 1)).map { number in
            let base = IPv4Address(bits: 0x0a00_0000 + UInt32(number) << 16)
            let cidr = IPv4Network(containing: base, prefixLength: isCustom && number == 0 ? 24 : self.number(24...27))
            return Scenario.Subnet(
                id: SubnetID("subnet-\(number)"), cidr: cidr, tags: number == 1 ? [SubnetTag.pods: "1"] : [:],
                used: use(of: cidr))
        }
    }

    /// Another cluster.
    mutating func next() throws -> Scenario {
        let subnets = subnets()
        let type = try InstanceType(named: one(of: ["t3.nano", "t3.small", "t3.medium", "m5.large"]))
        let nodes = number(1...4)
        let pods = (0..<number(1...40)).map { number in
            VirtualSimulator.Plan.Pod(
                arrives: .origin + .seconds(20) + .seconds(10) * number, node: index(below: nodes), ends: .never)
        }
        // A cloud that answers at once, so that no pod finds the trace of the one before it.
        return Scenario(
            groups: [.init(instanceType: type, pool: pool(subnets), subnet: subnets[0].id)], subnets: subnets,
            cloud: ModelVPC.Settings(), throttling: ModelVPC.Throttling(),
            plan: .init(nodes: Array(repeating: .init(), count: nodes), pods: pods),
            duration: .seconds(20 + 10 * pods.count + 300), seed: random.next())
    }
}
