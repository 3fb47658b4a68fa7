import ModelVPC
import Providers

/// What a cloud server serves.
public struct CloudConfiguration: Sendable {
    /// An instance that the cloud begins with.
    public struct Instance: Hashable, Sendable {
        /// Its name.
        public var id: ModelVPC.InstanceID
        /// The name of its type.
        public var type: String
        /// What it can have.
        public var limits: ModelVPC.Limits
        /// The subnet of its primary interface.
        public var subnet: ModelVPC.SubnetID
        /// The network namespace in which its interfaces appear; `nil`: nowhere.
        public var netns: String?

        /// An instance whose interfaces appear nowhere, unless a namespace is given.
        public init(
            id: ModelVPC.InstanceID, type: String, limits: ModelVPC.Limits, subnet: ModelVPC.SubnetID,
            netns: String? = nil
        ) {
            self.id = id
            self.type = type
            self.limits = limits
            self.subnet = subnet
            self.netns = netns
        }
    }

    /// A key with which calls are signed.
    public struct Credential: Hashable, Sendable {
        /// What a call names.
        public var accessKeyID: String
        /// What only signs.
        public var secretAccessKey: String
        /// What a call with a temporary key names too.
        public var sessionToken: String?

        /// A key that never expires.
        public init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
            self.accessKeyID = accessKeyID
            self.secretAccessKey = secretAccessKey
            self.sessionToken = sessionToken
        }
    }

    /// The role of all instances, for which they get temporary keys from the metadata service.
    public struct Role: Hashable, Sendable {
        /// Its name.
        public var name: String
        /// How long a key of it is valid.
        public var lifetime: Duration

        /// A role.
        public init(name: String, lifetime: Duration) {
            self.name = name
            self.lifetime = lifetime
        }
    }

    /// The network, its subnets, and how the cloud behaves.
    public var cloud: MockCloudConfiguration
    /// The instances.
    public var instances: [Instance]
    /// The keys that may call. With none and no ``role``, signatures are not looked at.
    public var credentials: [Credential]
    /// The instances' role, if they have one.
    public var role: Role?
    /// What a caller of the REST API has to bring; `nil`: it is not looked at.
    public var bearerToken: String?
    /// The name of the region.
    public var region: String
    /// How far the cloud's time of day is ahead of this machine's; negative where it is behind.
    public var clockOffset = Duration.zero
    /// The instance to which the metadata service answers callers whose address is no instance's.
    public var imdsInstance: ModelVPC.InstanceID?
    /// The network namespace of the fabric's router, in which instances with a namespace get their interfaces.
    public var fabricRouter: String?

    /// A cloud that looks at no signature and makes no links, unless told to.
    public init(
        cloud: MockCloudConfiguration, instances: [Instance] = [], credentials: [Credential] = [],
        role: Role? = nil, bearerToken: String? = nil, region: String = "us-east-1",
        imdsInstance: ModelVPC.InstanceID? = nil, fabricRouter: String? = nil
    ) {
        self.cloud = cloud
        self.instances = instances
        self.credentials = credentials
        self.role = role
        self.bearerToken = bearerToken
        self.region = region
        self.imdsInstance = imdsInstance
        self.fabricRouter = fabricRouter
    }
}
