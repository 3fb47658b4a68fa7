import Pool

/// What the pool of one node holds when nothing is left to do: the fixed point of the real `Pool`.
///
/// ```swift
/// let limits = NodeLimits(try InstanceType(named: "m5.large"))
/// let settled = SettledPool(pods: 9, on: limits, PoolConfiguration())
/// settled.eniCount            // 2: the classic target keeps one ENI's worth of addresses free
/// settled.attachedAddresses   // 18
/// settled.unusedAddresses     // 9
/// ```
public struct SettledPool: Hashable, Sendable {
    /// An ENI.
    public struct Interface: Hashable, Sendable {
        /// Where its addresses come from.
        public var subnet: SubnetID
        /// The single addresses for pods; its own is none of them.
        public var addresses: Int
        /// The /28 prefixes.
        public var prefixes: Int
        /// The prefixes that no pod uses.
        public var unusedPrefixes: Int
        /// The pods that have an address of it.
        public var pods: Int

        /// All IPv4 addresses for pods.
        public var held: Int { addresses + prefixes * BlockKind.prefix.size }
    }

    /// The ENIs in the order in which they came, the primary one first.
    public var interfaces: [Interface]
    /// The pods that have an address.
    public var pods: Int
    /// Why the first of the pods that get no address gets none; `nil` where all have one.
    public var refusal: Cause?

    /// How many ENIs are attached, the primary one included.
    public var eniCount: Int { interfaces.count }
    /// The single addresses for pods of each ENI.
    public var addressesPerENI: [Int] { interfaces.map(\.addresses) }
    /// The IPv4 addresses for pods, 16 for each prefix.
    public var attachedAddresses: Int { interfaces.reduce(0) { $0 + $1.held } }
    /// Those that no pod uses; 0 where pods have addresses of IPv6 alone.
    public var unusedAddresses: Int { max(0, attachedAddresses - pods) }
    /// The /28 prefixes of each ENI.
    public var prefixesPerENI: [Int] { interfaces.map(\.prefixes) }
    /// The prefixes that no pod uses.
    public var unusedPrefixes: Int { interfaces.reduce(0) { $0 + $1.unusedPrefixes } }
    /// All addresses that are taken of subnets: those for pods, and each ENI's own.
    public var subnetAddresses: Int { eniCount + attachedAddresses }

    /// The pool of a node with so many pods, which came one after another, in subnets that never end.
    public init(pods: Int, on limits: NodeLimits, _ configuration: PoolConfiguration) {
        var growth = PoolGrowth(PoolShape(limits: limits, configuration: configuration))
        self = growth.settled(withPods: pods)
    }

    init(_ node: NodeInCloud) {
        interfaces = node.pool.enis.values.map { eni in
            Interface(
                subnet: eni.subnet, addresses: eni.singles.held, prefixes: eni.prefixes.count,
                unusedPrefixes: eni.prefixes.values.count { $0.isWhollyFree }, pods: eni.assignedCount)
        }
        pods = node.running
        refusal = nil
    }
}
