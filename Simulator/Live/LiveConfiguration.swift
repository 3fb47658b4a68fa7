import InstanceLimits

/// A live fabric whose nodes are all alike.
public struct LiveConfiguration: LiveBlueprint, Hashable {
    /// The number of nodes, at least one.
    public var nodes: Int
    /// The type of every node's instance.
    public var instanceType: InstanceType
    /// What addresses pods get, and where.
    public var pods: PodNetworking
    /// Further keys of `warmpoold.yaml`, with their values in YAML: `["warmIPTarget": "5", "cooldown": "2s"]`.
    public var settings: [String: String]
    /// How the daemons reach their cloud.
    public var provider: LiveProvider
    /// Further keys of the cloud, likewise: `["attachDelay": "3s"]`.
    public var cloudSettings: [String: String]

    /// A cloud that answers in milliseconds and attaches in a fraction of a second.
    public static let quickCloud = ["latency": "5ms", "attachDelay": "300ms", "detachDelay": "300ms"]

    public init(
        nodes: Int = 2, instanceType: InstanceType, pods: PodNetworking = PodNetworking(),
        settings: [String: String] = [:], provider: LiveProvider = .mock, cloudSettings: [String: String] = quickCloud
    ) {
        self.nodes = nodes
        self.instanceType = instanceType
        self.pods = pods
        self.settings = settings
        self.provider = provider
        self.cloudSettings = cloudSettings
    }

    public func daemonConfiguration(number: Int, directory: String, cloudFile: String, router: String) -> String {
        let top = [
            "socket": SimulatedNode.socket(in: directory), "store": directory + "/pool.sqlite",
            // The cloud is this machine's, and nobody else's calls count against its limits.
            "calls": "{ mutating: { burst: 1000, perSecond: 1000 }, describing: { burst: 1000, perSecond: 1000 } }",
        ].merging(pods.settings) { $1 }
        var section: [String] = []
        switch provider {
        case .mock:
            let cloud = [
                "file": cloudFile, "instanceID": instanceID(number), "instanceType": instanceType.name,
                "vpcCIDR": LiveConfiguration.vpc, "fabricRouter": router,
            ]
            section = lines(cloud.merging(cloudSettings) { $1 })
            section += ["# The first subnet has the node's primary ENI."] + subnets(beginningWith: number - 1)
        case .ec2: section = lines(["endpoint": CloudProcess.url])
        case .rest: section = lines(["endpoint": CloudProcess.url, "instanceID": instanceID(number)])
        }
        let all =
            ["# Written by warmpool-sim for node\(number)."] + lines(top.merging(settings) { $1 })
            + ["provider: \(provider.rawValue)", "\(provider.rawValue):"] + section.map { "  " + $0 }
        return all.joined(separator: "\n") + "\n"
    }

    public func cloudConfiguration(nodes: [String], router: String) -> String {
        let instances = nodes.enumerated().map { index, netns in
            let subnets = pods.subnets.nodes
            let subnet = subnets[index % subnets.count].id
            return
                "  - { id: \(instanceID(index + 1)), type: \(instanceType.name), subnet: \(subnet), netns: \(netns) }"
        }
        let role = "{ name: warmpool-node, lifetime: 1h }"
        let all =
            ["# Written by warmpool-sim."]
            + lines(
                ["vpcCIDR": LiveConfiguration.vpc, "fabricRouter": router, "role": role].merging(cloudSettings) { $1 })
            + subnets(beginningWith: 0) + ["instances:"] + instances
        return all.joined(separator: "\n") + "\n"
    }

    private static let vpc = "10.0.0.0/16"

    /// The key `subnets` of a cloud. The nodes take turns in those for nodes: the one of this number comes first.
    private func subnets(beginningWith number: Int) -> [String] {
        let (nodes, pods) = pods.subnets
        let first = number % nodes.count
        let subnets = nodes[first...] + nodes[..<first] + pods
        return ["subnets:"] + subnets.map { "  - " + $0.text(hasIPv6: self.pods.families.hasIPv6) }
    }

    private func instanceID(_ number: Int) -> String { "i-node\(number)" }

    private func lines(_ values: [String: String]) -> [String] {
        values.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    }
}
