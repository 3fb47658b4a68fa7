import Addressing

/// An ENI that serves pods, as the node's own part of the data plane needs to know it.
public struct NodeENI: Hashable, Sendable {
    public var mac: MACAddress
    public var isPrimary: Bool
    /// The ENI's own address.
    public var primaryAddress: IPv4Address
    public var gateway: IPv4Address
    /// The ENI's routing table, ``NetworkLayout/table(deviceIndex:networkCard:)``.
    public var table: UInt32
    /// The packet mark that leads to the table, ``NetworkLayout/mark(eni:)``.
    public var mark: UInt32

    /// - Returns: `nil` for an ENI that the layout has no table or no mark for.
    public init?(
        mac: MACAddress, isPrimary: Bool, primaryAddress: IPv4Address, gateway: IPv4Address, deviceIndex: Int,
        networkCard: Int, number: Int, layout: NetworkLayout
    ) {
        guard let table = layout.table(deviceIndex: deviceIndex, networkCard: networkCard),
            let mark = layout.mark(eni: number)
        else { return nil }
        self.mac = mac
        self.isPrimary = isPrimary
        self.primaryAddress = primaryAddress
        self.gateway = gateway
        self.table = table
        self.mark = mark
    }
}
