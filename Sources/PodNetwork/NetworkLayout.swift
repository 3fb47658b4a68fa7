import Addressing

/// Every number, name and mark with which the data plane shows up in the kernel. All are configurable, because another
/// program on the node may use the same.
public struct NetworkLayout: Hashable, Sendable {
    /// The name of the nftables table, in family `inet`.
    public var nftablesTable = "warmpool"
    /// The routing table with one route per pod.
    public var podTable: UInt32 = 1000
    /// The interface group of an ENI's pods is this plus ``table(deviceIndex:networkCard:)``. The group with just this
    /// number holds links that are about to be deleted (``trashGroup``).
    public var groupBase: UInt32 = 4096
    /// Priority of the rule that looks a packet's destination up among the pods.
    public var podRulePriority: UInt32 = 512
    /// Priority of the rule for replies to connections that came in by the primary ENI.
    public var nodePortRulePriority: UInt32 = 1024
    /// Priority of the rules that send a pod's packets out by the ENI of its address.
    public var eniRulePriority: UInt32 = 1536
    /// Priority of the rules for the node's own replies from a secondary ENI's primary address.
    public var nodeRulePriority: UInt32 = 32765
    /// The bit that marks packets and connections that came in by the primary ENI.
    public var nodePortMark: UInt32 = 0x80
    /// The bits that hold the number of the ENI by which a packet must leave.
    public var eniMarkMask: UInt32 = 0x3f00
    /// The bit that marks a packet which comes from a pod.
    public var podMark: UInt32 = 0x40
    /// The gateway that pods see; it is link-local and exists as a permanent neighbour only.
    public var gateway = IPv4Address(bits: 0xa9fe_0101)
    /// The same in IPv6.
    public var gatewayIPv6 = IPv6Address(bits: 0xfe80 << 112 | 1)

    /// The default layout.
    public init() {}

    /// The gateway of a pod's address.
    func gateway(of address: IPAddress) -> IPAddress {
        switch address {
        case .v4: .v4(gateway)
        case .v6: .v6(gatewayIPv6)
        }
    }

    /// How many network cards and ENIs of a card have a routing table of their own.
    private static let tablesPerCard: UInt32 = 100
    private static let firstCardTable: UInt32 = 10_000
    private static let maximumCards: UInt32 = 100
    private static let endOfTables = firstCardTable + tablesPerCard * maximumCards

    /// The routing table of an ENI: device index + 1 on network card 0, 10000 + 100 × card + device index on others.
    ///
    /// - Returns: `nil` for an ENI that has no table: the numbers are negative or too large, or the result is a table
    ///   of the kernel (253 to 255) or the pods' own.
    public func table(deviceIndex: Int, networkCard: Int) -> UInt32? {
        guard let device = UInt32(exactly: deviceIndex), let card = UInt32(exactly: networkCard),
            device < NetworkLayout.tablesPerCard, card < NetworkLayout.maximumCards
        else { return nil }
        let table =
            card == 0 ? device + 1 : NetworkLayout.firstCardTable + NetworkLayout.tablesPerCard * card + device
        return table == podTable ? nil : table
    }

    /// Whether a routing table can be one of ``table(deviceIndex:networkCard:)``.
    func isENITable(_ table: UInt32) -> Bool {
        let cards = NetworkLayout.firstCardTable + NetworkLayout.tablesPerCard
        return (1...NetworkLayout.tablesPerCard).contains(table) || (cards..<NetworkLayout.endOfTables).contains(table)
    }

    /// The interface group of the host ends of an ENI's pods; 4097 for the primary ENI.
    ///
    /// - Parameter table: the ENI's routing table, ``table(deviceIndex:networkCard:)``.
    public func group(table: UInt32) -> UInt32 {
        groupBase + table
    }

    /// The group into which links are moved to be deleted together. It is one of ``podGroups``, so that what a pod
    /// still sends is checked as before.
    public var trashGroup: UInt32 { groupBase }

    /// All groups in which host ends of pods can be.
    public var podGroups: ClosedRange<UInt32> {
        groupBase...group(table: NetworkLayout.endOfTables)
    }

    /// The packet mark of an ENI, within ``eniMarkMask``.
    ///
    /// - Parameter number: which of the node's ENIs, from 1 up.
    /// - Returns: `nil` for a number that the mask has no room for; with the default mask it has room for 1 to 63.
    public func mark(eni number: Int) -> UInt32? {
        guard let number = UInt32(exactly: number), number > 0 else { return nil }
        let mark = number << UInt32(eniMarkMask.trailingZeroBitCount)
        return mark >> UInt32(eniMarkMask.trailingZeroBitCount) == number && mark & ~eniMarkMask == 0 ? mark : nil
    }
}
