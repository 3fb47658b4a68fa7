import Addressing
import Identity
import Pool

/// What a daemon's store holds: the changes of its pool, applied in order.
struct VirtualStore: Sendable {
    private(set) var enis: [ENIID: ENIRecord] = [:]
    private(set) var addresses: [IPAddress: AddressRecord] = [:]
    private(set) var attachments: [AttachmentID: Attachment] = [:]

    /// One transaction.
    mutating func apply(_ changes: [Change]) {
        for change in changes {
            switch change {
            case .putENI(let eni): enis[eni.id] = eni
            case .removeENI(let id): enis[id] = nil
            case .putAddress(let record): addresses[record.address] = record
            case .removeAddress(let address): addresses[address] = nil
            case .putAttachment(let attachment): attachments[attachment.id] = attachment
            case .removeAttachment(let id): attachments[id] = nil
            }
        }
    }

    /// All that is held, in an order that does not depend on its history.
    var snapshot: PoolSnapshot {
        PoolSnapshot(
            enis: enis.values.sorted { ($0.deviceIndex ?? -1, $0.id) < ($1.deviceIndex ?? -1, $1.id) },
            addresses: addresses.values.sorted {
                ($0.state.coolingUntil ?? .origin, $0.address) < ($1.state.coolingUntil ?? .origin, $1.address)
            },
            attachments: attachments.values.sorted { $0.addresses.primary < $1.addresses.primary })
    }
}
