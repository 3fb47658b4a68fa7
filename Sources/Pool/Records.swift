import Addressing
import Identity
import Timekeeping

/// What is durable of an ENI: its facts. Where it is in its life the provider says.
public struct ENIRecord: Hashable, Sendable {
    public var id: ENIID
    public var mac: MACAddress
    public var subnet: SubnetID
    public var subnetCIDR: IPv4Network
    public var networkCard: Int
    public var primaryAddress: IPv4Address
    public var isPrimary: Bool
    public var deviceIndex: Int?

    public init(
        id: ENIID, mac: MACAddress, subnet: SubnetID, subnetCIDR: IPv4Network, networkCard: Int,
        primaryAddress: IPv4Address, isPrimary: Bool, deviceIndex: Int?
    ) {
        self.id = id
        self.mac = mac
        self.subnet = subnet
        self.subnetCIDR = subnetCIDR
        self.networkCard = networkCard
        self.primaryAddress = primaryAddress
        self.isPrimary = isPrimary
        self.deviceIndex = deviceIndex
    }

    init(_ eni: ENI) {
        self.init(
            id: eni.id, mac: eni.mac, subnet: eni.subnet, subnetCIDR: eni.subnetCIDR, networkCard: eni.networkCard,
            primaryAddress: eni.primaryAddress, isPrimary: eni.isPrimary, deviceIndex: eni.deviceIndex)
    }
}

/// An address and where it is in its life.
public struct AddressRecord: Hashable, Sendable {
    public var address: IPv4Address
    public var eni: ENIID
    public var state: AddressState

    public init(address: IPv4Address, eni: ENIID, state: AddressState) {
        self.address = address
        self.eni = eni
        self.state = state
    }
}

/// One change of the pool's durable state. The changes of one event belong into one transaction.
public enum Change: Hashable, Sendable {
    case putENI(ENIRecord)
    case removeENI(ENIID)
    case putAddress(AddressRecord)
    case removeAddress(IPv4Address)
    case putAttachment(Attachment)
    case removeAttachment(AttachmentID)
}

/// The durable state of a pool: what its changes, applied in order, add up to.
public struct PoolSnapshot: Hashable, Sendable {
    public var enis: [ENIRecord]
    public var addresses: [AddressRecord]
    public var attachments: [Attachment]

    public init(enis: [ENIRecord] = [], addresses: [AddressRecord] = [], attachments: [Attachment] = []) {
        self.enis = enis
        self.addresses = addresses
        self.attachments = attachments
    }
}
