import Addressing
import InstanceLimits
import ModelVPC
import Pool
import RateLimiting
import Timekeeping

extension Scenario {
    /// A cluster, a cloud and a series of faults such as hardly anybody has all at once: a few nodes in tight or
    /// fragmented subnets, for some minutes, and then a quiesce.
    ///
    /// - Parameter seed: everything follows from it.
    public static func random(seed: UInt64) -> Scenario {
        var dice = Dice(seed: seed)
        let subnets = dice.subnets()
        let groups = (0..<dice.number(1...3)).map { dice.group($0, subnets) }
        let duration = Duration.seconds(dice.number(200...900))
        var scenario = Scenario(
            groups: groups, subnets: subnets, cloud: dice.cloud(), throttling: dice.throttling(),
            plan: dice.plan(groups: groups.count, duration, seed), duration: duration, seed: dice.word())
        scenario.calls = dice.calls()
        scenario.reconcileInterval = .seconds(dice.pick([20, 60]))
        scenario.faults = (0..<dice.number(0...3)).map { _ in dice.fault(scenario) }
        scenario.incidents = (0..<dice.number(0...3)).map { _ in dice.incident(scenario) }
        scenario.quiesce = .seconds(900)
        return scenario
    }
}

extension Dice {
    mutating func number(_ range: ClosedRange<Int>) -> Int { range.lowerBound + index(below: range.count) }

    mutating func pick<Value>(_ values: [Value]) -> Value { values[index(below: values.count)] }

    mutating func maybe<Value>(_ probability: Double, _ value: (inout Dice) -> Value) -> Value? {
        happens(probability) ? value(&self) : nil
    }

    mutating func moment(_ duration: Duration) -> Instant { .origin + self.duration(.zero...duration) }

    // MARK: The network

    mutating func subnets() -> [Scenario.Subnet] {
        (0..<number(1...4)).map { index in
            let base = IPv4Address(bits: 0x0a00_0000 + UInt32(index) << 16)
            let cidr = IPv4Network(containing: base, prefixLength: pick([20, 22, 24, 24, 25, 26, 27, 28]))
            return Scenario.Subnet(
                id: SubnetID("subnet-\(index)"), cidr: cidr, zone: index > 0 && happens(0.3) ? "zone-b" : "zone-a",
                tags: happens(0.5) ? [SubnetTag.pods: "1"] : [:], used: use(of: cidr))
        }
    }

    private mutating func use(of cidr: IPv4Network) -> Scenario.Subnet.Use {
        guard happens(0.5) else { return .addresses(happens(0.3) ? number(0...cidr.count / 2) : 0) }
        // An address in some of the blocks makes each of them useless for a prefix.
        let share = pick([0.3, 0.7, 1])
        let blocks = (0..<cidr.count / 16).filter { _ in happens(share) }
        return .networks(
            blocks.map { IPv4Network(containing: cidr[$0 * 16 + number(5...14)], prefixLength: 32) })
    }

    // MARK: Nodes

    mutating func group(_ index: Int, _ subnets: [Scenario.Subnet]) -> Scenario.Group {
        let subnet = pick(subnets)
        let names = ["t3.nano", "t3.small", "t3.medium", "m4.large", "m5.large", "m5.large", "m5.xlarge", "c5.4xlarge"]
        // All of them are in the table.
        let type = (try? InstanceType(named: pick(names))) ?? InstanceType.all[0]
        return Scenario.Group(
            name: "group-\(index)", instanceType: type, pool: pool(subnet, subnets), subnet: subnet.id)
    }

    private mutating func pool(_ subnet: Scenario.Subnet, _ subnets: [Scenario.Subnet]) -> PoolConfiguration {
        var pool = PoolConfiguration()
        pool.prefixDelegation = happens(0.35)
        pool.prefixFallback = happens(0.6)
        pool.target = target()
        pool.maxENI = maybe(0.25) { $0.number(1...3) }
        pool.reservedENIs = happens(0.15) ? 1 : 0
        pool.maxPods = maybe(0.4) { $0.number(1...30) }
        pool.cooldown = .seconds(pick([1, 10, 30, 30, 60]))
        pool.shrinkInterval = .seconds(pick([5, 30, 30]))
        pool.minimumENILifetime = .seconds(pick([0, 10, 60]))
        pool.subnetBackoff = .seconds(pick([5, 30, 120]))
        if happens(0.25) {
            let near = subnets.filter { $0.zone == subnet.zone }.map(\.id)
            let chosen = PodSubnets(subnets: near.filter { _ in happens(0.7) })
            pool.placement = .custom(
                happens(0.5) ? .named("pods", ["pods": chosen]) : .discovery(securityGroups: []))
        } else if happens(0.2) {
            pool.placement = .node(subnet: pick(subnets.filter { $0.zone == subnet.zone }).id, securityGroups: [])
        }
        return pool
    }

    private mutating func target() -> WarmTarget {
        switch index(below: 5) {
        case 0: .enis(number(0...2))
        case 1: .prefixes(number(0...2))
        case 2: .adaptive(AdaptiveTarget(wait: .seconds(number(0...3)), minimum: pick([0, 0, 5])))
        default: .addresses(warm: number(0...8), minimum: number(0...12))
        }
    }

    // MARK: Nodes and pods

    mutating func plan(groups: Int, _ duration: Duration, _ seed: UInt64) -> Plan {
        let plan = workload(duration).plan(nodes: number(1...5), duration: duration, seed: seed)
        let nodes = plan.nodes.map { node in
            var node = node
            node.group = index(below: groups)
            if happens(0.3) { node.joins = node.joins + self.duration(.zero ... .seconds(120)) }
            if happens(0.2) { node.leaves = node.joins + self.duration(.zero...duration) }
            return node
        }
        return Plan(nodes: nodes, pods: plan.pods)
    }

    private mutating func workload(_ duration: Duration) -> Workload {
        let life = Duration.seconds(pick([5, 20, 60, 300]))
        return switch index(below: 6) {
        case 0: .steady(pods: number(1...25), lifetime: life * 5)
        case 1: .churn(perMinute: Double(number(1...10)), lifetime: life)
        case 2: .diurnal(perMinute: 0...Double(number(1...15)), period: duration / 2, lifetime: life)
        case 3: .rollingUpdate(pods: number(1...20), every: .seconds(number(150...400)))
        case 4: .burst(every: .seconds(number(30...300)), meanSize: Double(number(1...15)), maximum: 40, lifetime: life)
        default: .nodeReplacement(pods: number(1...15), every: .seconds(number(150...600)))
        }
    }
}
