/// `warmpoolctl max-pods`.
public struct MaxPodsReport: Codable, Sendable {
    /// The instance's type.
    public var instanceType: String
    /// What pods get and where from, as in ``Overview/mode``.
    public var mode: [String]
    /// The instance's limits.
    public var enis: Int
    /// An ENI's IPv4 addresses, its primary one included; a prefix takes the place of one.
    public var ipv4PerENI: Int
    /// The most pod addresses of an ENI; absent where they are as good as endless, as those of IPv6 are.
    public var podAddressesPerENI: Int?
    /// The ENIs that are left to others.
    public var reservedENIs: Int
    /// The ENIs that serve pods.
    public var eniLimit: Int
    /// The most pods with an address; absent where addresses are endless.
    public var podAddresses: Int?
    /// How many pods a node with this many vCPUs should have at most, 110 or 250; absent where secondary addresses keep
    /// the number lower anyway, and where the vCPUs are not known.
    public var recommendedCap: Int?
    /// The number for kubelet's `--max-pods`.
    public var kubeletMaxPods: Int
    /// Whether `maxPods` is set in the configuration.
    public var isConfigured: Bool

    public init(
        instanceType: String, mode: [String], enis: Int, ipv4PerENI: Int, podAddressesPerENI: Int?,
        reservedENIs: Int, eniLimit: Int, podAddresses: Int?, recommendedCap: Int?, kubeletMaxPods: Int,
        isConfigured: Bool
    ) {
        self.instanceType = instanceType
        self.mode = mode
        self.enis = enis
        self.ipv4PerENI = ipv4PerENI
        self.podAddressesPerENI = podAddressesPerENI
        self.reservedENIs = reservedENIs
        self.eniLimit = eniLimit
        self.podAddresses = podAddresses
        self.recommendedCap = recommendedCap
        self.kubeletMaxPods = kubeletMaxPods
        self.isConfigured = isConfigured
    }
}
