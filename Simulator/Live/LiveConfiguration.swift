import InstanceLimits

/// What a live fabric is like.
public struct LiveConfiguration: Hashable, Sendable {
    /// The number of nodes, at least one.
    public var nodes: Int
    /// The type of every node's instance.
    public var instanceType: InstanceType
    /// Further keys of `warmpoold.yaml`, with their values in YAML: `["warmIPTarget": "5", "cooldown": "2s"]`.
    public var settings: [String: String]
    /// Further keys of its `mock` section, likewise: `["attachDelay": "3s"]`.
    public var cloudSettings: [String: String]

    /// A cloud that answers in milliseconds and attaches in a fraction of a second.
    public static let quickCloud = ["latency": "5ms", "attachDelay": "300ms", "detachDelay": "300ms"]

    public init(
        nodes: Int = 2, instanceType: InstanceType, settings: [String: String] = [:],
        cloudSettings: [String: String] = quickCloud
    ) {
        self.nodes = nodes
        self.instanceType = instanceType
        self.settings = settings
        self.cloudSettings = cloudSettings
    }

    /// The subnets, one in each zone; the nodes take turns.
    private static let subnets = [
        "{ id: subnet-a, cidr: 10.0.0.0/18, zone: zone-a }", "{ id: subnet-b, cidr: 10.0.64.0/18, zone: zone-b }",
    ]

    /// The text of `warmpoold.yaml` for one node.
    ///
    /// - Parameters:
    ///   - number: counts from 1.
    ///   - directory: the node's, where socket and store are.
    func daemonConfiguration(number: Int, directory: String, cloudFile: String, router: String) -> String {
        let first = (number - 1) % LiveConfiguration.subnets.count
        let subnets = LiveConfiguration.subnets[first...] + LiveConfiguration.subnets[..<first]
        let top = ["socket": SimulatedNode.socket(in: directory), "store": directory + "/pool.sqlite"]
        let cloud = [
            "file": cloudFile, "instanceID": "i-node\(number)", "instanceType": instanceType.name,
            "vpcCIDR": "10.0.0.0/16", "fabricRouter": router,
        ]
        func lines(_ values: [String: String], indent: String = "") -> [String] {
            values.sorted { $0.key < $1.key }.map { "\(indent)\($0.key): \($0.value)" }
        }
        let all =
            ["# Written by warmpool-sim for node\(number)."] + lines(top.merging(settings) { $1 })
            + ["provider: mock", "mock:"] + lines(cloud.merging(cloudSettings) { $1 }, indent: "  ")
            + ["  # The first subnet has the node's primary ENI.", "  subnets:"] + subnets.map { "    - \($0)" }
        return all.joined(separator: "\n") + "\n"
    }
}
