import Addressing
import Identity
import Timekeeping

/// What is durable of an ENI: its facts. Where it is in its life the provider says.
public struct ENIRecord: Hashable, Sendable {
    /// The provider's name of the ENI.
    public var id: ENIID
    /// The hardware address, by which the kernel shows the interface.
    public var mac: MACAddress
    /// The subnet that all its addresses are of.
    public var subnet: SubnetID
    /// The subnet's network.
    public var subnetCIDR: IPv4Network
    /// The network card, 0 on all but the largest instance types.
    public var networkCard: Int
    /// The ENI's own address, which is never for pods.
    public var primaryAddress: IPv4Address
    /// The instance was started with it.
    public var isPrimary: Bool
    /// The device index when the ENI was last made ready; `nil` before that.
    public var deviceIndex: Int?
    /// The /80 out of which its pods get addresses of IPv6.
    public var ipv6Prefix: IPv6Network?

    public init(
        id: ENIID, mac: MACAddress, subnet: SubnetID, subnetCIDR: IPv4Network, networkCard: Int,
        primaryAddress: IPv4Address, isPrimary: Bool, deviceIndex: Int?, ipv6Prefix: IPv6Network? = nil
    ) {
        self.id = id
        self.mac = mac
        self.subnet = subnet
        self.subnetCIDR = subnetCIDR
        self.networkCard = networkCard
        self.primaryAddress = primaryAddress
        self.isPrimary = isPrimary
        self.deviceIndex = deviceIndex
        self.ipv6Prefix = ipv6Prefix
    }
}

/// An address and where it is in its life. Free addresses of a /80 have none: they are without end.
public struct AddressRecord: Hashable, Sendable {
    /// The address, the key of the record.
    public var address: IPAddress
    /// The block that it is of.
    public var block: Block
    /// The ENI that has the block.
    public var eni: ENIID
    /// Where it is in its life.
    public var state: AddressState

    public init(address: IPAddress, block: Block, eni: ENIID, state: AddressState) {
        self.address = address
        self.block = block
        self.eni = eni
        self.state = state
    }
}

/// One change of the pool's durable state. The changes of one event belong into one transaction.
public enum Change: Hashable, Sendable {
    case putENI(ENIRecord)
    case removeENI(ENIID)
    case putAddress(AddressRecord)
    case removeAddress(IPAddress)
    case putAttachment(Attachment)
    case removeAttachment(AttachmentID)
}

/// The durable state of a pool: what its changes, applied in order, add up to.
public struct PoolSnapshot: Hashable, Sendable {
    /// All ENIs.
    public var enis: [ENIRecord]
    /// All addresses, each of one of the ENIs.
    public var addresses: [AddressRecord]
    /// All attachments, each with one of the addresses.
    public var attachments: [Attachment]

    public init(enis: [ENIRecord] = [], addresses: [AddressRecord] = [], attachments: [Attachment] = []) {
        self.enis = enis
        self.addresses = addresses
        self.attachments = attachments
    }
}
