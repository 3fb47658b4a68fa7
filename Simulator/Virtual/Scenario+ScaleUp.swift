import InstanceLimits
import ModelVPC
import Pool
import RateLimiting
import Timekeeping

extension Scenario {
    /// Mass scale-up: all nodes join at once on one account's token buckets, and each gets its pods at once, which stay.
    ///
    /// - Parameters:
    ///   - pods: how many pods each node gets.
    ///   - throttling: what all nodes share.
    ///   - patience: when it ends, in times of the bound.
    /// - Throws: `UnknownInstanceType`.
    public static func massScaleUp(
        nodes: Int, pods: Int, target: WarmTarget = .adaptive(AdaptiveTarget()), instanceType: String = "m5.xlarge",
        throttling: ModelVPC.Throttling = ec2Throttling, patience: Double = 3, seed: UInt64
    ) throws(UnknownInstanceType) -> Scenario {
        var pool = PoolConfiguration()
        pool.target = target
        let plan = Plan(
            nodes: Array(repeating: Plan.Node(), count: nodes),
            pods: (0..<nodes).flatMap { node in
                Array(repeating: Plan.Pod(arrives: .origin, node: node, ends: .never), count: pods)
            })
        var scenario = Scenario(
            groups: [Group(instanceType: try InstanceType(named: instanceType), pool: pool)], throttling: throttling,
            plan: plan, duration: .zero, seed: seed)
        scenario.spread()
        scenario.duration = scenario.scaleUpBound.time * patience + .seconds(60)
        return scenario
    }

    /// How many nodes a subnet is for that ``spread()`` makes: with fifty addresses for each it is not full.
    private static let nodesPerSubnet = 1000

    /// Spreads the nodes of the first group over as many subnets like the first as they need.
    public mutating func spread() {
        let (subnet, group) = (subnets[0], groups[0])
        let count = (plan.nodes.count + Scenario.nodesPerSubnet - 1) / Scenario.nodesPerSubnet
        subnets = (0..<max(count, 1)).map { index in
            let base = subnet.cidr.base.advanced(by: index * subnet.cidr.count)
            return Subnet(
                id: SubnetID(index == 0 ? "\(subnet.id)" : "\(subnet.id)-\(index)"),
                cidr: .init(containing: base, prefixLength: subnet.cidr.prefixLength), zone: subnet.zone)
        }
        groups = subnets.map { subnet in
            var group = group
            group.subnet = subnet.id
            return group
        }
        var nodes = plan.nodes
        for index in nodes.indices { nodes[index].group = index % groups.count }
        plan = Plan(nodes: nodes, pods: plan.pods)
    }

    /// What EC2 allows an account in a region when nothing was raised: every call has a bucket of its own.
    ///
    /// Source: Amazon EC2 developer guide, "Request throttling for the Amazon EC2 API", the tables of request token
    /// buckets; describing calls as they are with a filter.
    public static let ec2Throttling: ModelVPC.Throttling = {
        let describing = TokenBucket(capacity: 100, refillPerSecond: 20)
        let changing = TokenBucket(capacity: 100, refillPerSecond: 5)
        let moving = TokenBucket(capacity: 50, refillPerSecond: 5)
        return ModelVPC.Throttling(
            mutating: moving, nonMutating: describing,
            perAction: [
                .describeInstances: describing, .describeNetworkInterfaces: describing, .describeSubnets: describing,
                .createNetworkInterface: changing, .deleteNetworkInterface: changing,
                .modifyNetworkInterfaceAttribute: changing, .assignPrivateIpAddresses: changing,
                .unassignPrivateIpAddresses: changing, .assignIpv6Addresses: changing,
                .attachNetworkInterface: moving, .detachNetworkInterface: moving,
            ])
    }()
}
