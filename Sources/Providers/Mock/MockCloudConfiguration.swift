import Addressing
import InstanceLimits
import ModelVPC
import ModelViews
import Pool

/// What a new mock cloud is like.
public struct MockCloudConfiguration: Hashable, Sendable {
    /// A subnet that the cloud begins with.
    public struct Subnet: Hashable, Sendable {
        /// Its name.
        public var id: SubnetID
        /// Its network: part of the VPC's, at least a /28, apart from all others.
        public var cidr: IPv4Network
        /// Its IPv6 network, a /64 that no other subnet has; `nil` for none.
        public var ipv6CIDR: IPv6Network?
        /// Its zone.
        public var zone: String
        /// Its tags, by key.
        public var tags: [String: String]
        /// What others have of it from the beginning.
        public var used: ModelVPC.Occupancy

        /// A subnet; whether it can be is found when the cloud is made.
        public init(
            id: SubnetID, cidr: IPv4Network, ipv6CIDR: IPv6Network? = nil, zone: String, tags: [String: String] = [:],
            used: ModelVPC.Occupancy = .addresses(0)
        ) {
            self.id = id
            self.cidr = cidr
            self.ipv6CIDR = ipv6CIDR
            self.zone = zone
            self.tags = tags
            self.used = used
        }
    }

    /// The network of the VPC, which holds those of its subnets.
    public var cidr: IPv4Network
    /// The subnets, in the order in which they are described.
    public var subnets: [Subnet]
    /// How slow and how consistent the cloud is.
    public var settings: ModelVPC.Settings
    /// How often all its nodes together may call.
    public var throttling: ModelVPC.Throttling
    /// What goes wrong. Instants count from the creation of the cloud.
    public var faults: [ModelVPC.FaultRule]
    /// Decides all that is drawn by lot: delays within their range, and faults with a probability.
    public var seed: UInt64

    /// A cloud without delays, limits and faults, unless they are given.
    public init(
        cidr: IPv4Network, subnets: [Subnet], settings: ModelVPC.Settings = .init(),
        throttling: ModelVPC.Throttling = .init(), faults: [ModelVPC.FaultRule] = [], seed: UInt64 = 0
    ) {
        self.cidr = cidr
        self.subnets = subnets
        self.settings = settings
        self.throttling = throttling
        self.faults = faults
        self.seed = seed
    }

    /// The new cloud.
    ///
    /// - Throws: ``ProviderError/incorrectState(_:)`` that says which subnet cannot be.
    func makeVPC() throws(ProviderError) -> ModelVPC {
        var vpc = ModelVPC(cidr: cidr, settings: settings, throttling: throttling, faults: faults, seed: seed)
        for subnet in subnets {
            do throws(ModelVPC.Failure) {
                try vpc.addSubnet(
                    .init(subnet.id), cidr: subnet.cidr, ipv6CIDR: subnet.ipv6CIDR, zone: subnet.zone,
                    tags: subnet.tags)
                try vpc.occupy(.init(subnet.id), subnet.used)
            } catch {
                throw ProviderError(error)
            }
        }
        return vpc
    }
}

/// The instance that a node is in a mock cloud.
public struct MockNode: Hashable, Sendable {
    /// Its name in the cloud.
    public let instanceID: String
    /// The subnet of its primary interface, which says in which zone it is.
    public let subnet: SubnetID
    /// The name of its type.
    public let instanceType: String
    /// How many interfaces and addresses it can have.
    public let limits: NodeLimits

    /// An instance with the limits of a type.
    public init(instanceID: String, subnet: SubnetID, type: InstanceType) {
        self.instanceID = instanceID
        self.subnet = subnet
        instanceType = type.name
        limits = NodeLimits(ModelVPC.Limits(type))
    }

    /// An instance with limits of its own, whose type is called `custom`.
    public init(instanceID: String, subnet: SubnetID, limits: NodeLimits) {
        self.instanceID = instanceID
        self.subnet = subnet
        instanceType = "custom"
        self.limits = limits
    }
}
