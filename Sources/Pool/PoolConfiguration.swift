import Addressing
import RateLimiting
import Timekeeping

/// Everything about a pool that an operator chooses. The defaults are those of the AWS VPC CNI where it has the setting.
public struct PoolConfiguration: Hashable, Codable, Sendable {
    /// How many addresses are kept ready.
    public var target = WarmTarget.enis(1)
    /// The families in which pods have an address.
    public var families = IPFamilies.ipv4
    /// Whether slots of ENIs hold /28 prefixes instead of single addresses, where the instance can have them.
    public var prefixDelegation = false
    /// Whether single addresses are used in a subnet that has no /28 left.
    public var prefixFallback = true
    /// The subnets that pods are in.
    public var placement = Placement.node(subnet: nil, securityGroups: [])
    /// The most ENIs that the pool attaches, the primary one included; `nil` for what the instance allows.
    public var maxENI: Int?
    /// ENIs that the pool leaves to others.
    public var reservedENIs = 0
    /// The most pods with an address; `nil` for what the ENIs can hold. The pool never holds more addresses than this,
    /// but for the rest of the last prefix.
    public var maxPods: Int?
    /// How long an address rests after its pod is gone, so that the network forgets the old owner.
    public var cooldown = Duration.seconds(30)
    /// How long an address is kept for a pod that returns under the same name; zero for not at all.
    public var stickyFor = Duration.zero
    /// The least time between two steps of shrinking.
    public var shrinkInterval = Duration.seconds(30)
    /// An ENI that is attached for less than this is not given back.
    public var minimumENILifetime = Duration.seconds(60)
    /// How long nothing is asked of a subnet that had no address or no prefix left.
    public var subnetBackoff = Duration.seconds(120)
    /// How long the provider's view may lag behind what it has confirmed.
    public var consistencyWindow = Duration.seconds(60)
    /// How long an attachment may be without an interface in the kernel, while the plugin makes it.
    public var attachmentGrace = Duration.seconds(120)
    /// The pauses after failures of the provider.
    public var backoff = Backoff(initial: .seconds(1), longest: .seconds(60))
    /// The pauses of calls that no pod waits for, after the provider has throttled.
    var restingBackoff: Backoff { Backoff(initial: backoff.initial, longest: backoff.longest * 30) }

    public init() {}

    /// Whether slots hold prefixes on a node with these limits.
    public func usesPrefixes(_ limits: NodeLimits) -> Bool {
        families.hasIPv4 && prefixDelegation && limits.supportsPrefixes
    }

    /// The most ENIs that the pool attaches on a node with these limits.
    ///
    /// - Parameter foreign: how many ENIs others have attached; those that are reserved are meant for them.
    public func eniLimit(_ limits: NodeLimits, foreign: Int = 0) -> Int {
        max(1, min(maxENI ?? .max, limits.enis - max(reservedENIs, foreign)))
    }

    /// The most pod addresses on a node with these limits.
    ///
    /// Source: EC2's limits, `ENIs × (IPv4 per ENI − 1)`, because the primary address of an ENI is not for pods; × 16
    /// with prefixes; with custom networking the primary ENI has none. A /80 of IPv6 has more than any node can use.
    public func addressLimit(_ limits: NodeLimits, foreign: Int = 0) -> Int {
        min(maxPods ?? .max, capacity(limits, foreign: foreign))
    }

    /// The most ENIs that serve pods: with custom networking the primary one does not.
    public func podENILimit(_ limits: NodeLimits, foreign: Int = 0) -> Int {
        let enis = eniLimit(limits, foreign: foreign)
        return if case .custom = placement { enis - 1 } else { enis }
    }

    /// The most pod addresses of one ENI.
    public func addressesPerENI(_ limits: NodeLimits) -> Int {
        guard families.hasIPv4 else { return PoolConfiguration.unlimited }
        let kind: BlockKind = usesPrefixes(limits) ? .prefix : .address
        return limits.podAddressesPerENI * kind.size
    }

    private func capacity(_ limits: NodeLimits, foreign: Int) -> Int {
        guard !families.hasIPv6 || limits.supportsIPv6 else { return 0 }
        let enis = podENILimit(limits, foreign: foreign)
        return families.hasIPv4 ? enis * addressesPerENI(limits) : min(enis, 1) * PoolConfiguration.unlimited
    }

    /// The number of addresses of a /80.
    public static let unlimited = 1 << 48

    /// The pods on the host's network that every node runs: the CNI plugin's and kube-proxy.
    public static let hostNetworkPods = 2

    /// The number for kubelet's `--max-pods`: the pods with an address, and two that use the host's network (the CNI
    /// plugin and kube-proxy); with prefixes or IPv6 at most the number that is recommended for the machine's size.
    public func kubeletMaxPods(_ limits: NodeLimits, foreign: Int = 0) -> Int {
        if let maxPods { return maxPods }
        let most = capacity(limits, foreign: foreign) + PoolConfiguration.hostNetworkPods
        return usesPrefixes(limits) || !families.hasIPv4 ? min(most, limits.recommendedMaxPods) : most
    }
}

extension NodeLimits {
    /// The most pods that a node of this size should run, whatever its addresses: 110, and 250 from 30 vCPUs on.
    ///
    /// Source: Amazon EKS user guide, recommended max-pods with prefix delegation.
    public var recommendedMaxPods: Int { vCPUs ?? 0 < 30 ? 110 : 250 }
}
