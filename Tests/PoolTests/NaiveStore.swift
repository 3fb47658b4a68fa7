import Addressing
import Identity
import Timekeeping

@testable import Pool

/// What a database would hold after the same changes.
struct NaiveStore: Equatable {
    var enis: [ENIID: ENIRecord] = [:]
    var addresses: [IPAddress: AddressRecord] = [:]
    var attachments: [AttachmentID: Attachment] = [:]

    init() {}

    mutating func apply(_ changes: [Change]) {
        for change in changes {
            switch change {
            case .putENI(let record): enis[record.id] = record
            case .removeENI(let id): enis[id] = nil
            case .putAddress(let record): addresses[record.address] = record
            case .removeAddress(let address): addresses[address] = nil
            case .putAttachment(let attachment): attachments[attachment.id] = attachment
            case .removeAttachment(let id): attachments[id] = nil
            }
        }
    }

    var snapshot: PoolSnapshot {
        PoolSnapshot(
            enis: enis.values.sorted { $0.id < $1.id }, addresses: addresses.values.sorted { $0.address < $1.address },
            attachments: attachments.values.sorted { $0.addresses.primary < $1.addresses.primary })
    }

    /// Where a pool differs from what is stored; `nil` where it does not. "Cooling until" a moment that has passed is
    /// free, and the place of an ENI in its life, its device index included, is not durable.
    func difference(from pool: Pool, now: Instant) -> String? {
        guard enis.count == pool.enis.count, addresses.count == pool.addresses.count else {
            return "\(enis.count) ENIs with \(addresses.count) addresses are stored, the pool has \(pool.enis.count) "
                + "with \(pool.addresses.count)"
        }
        guard attachments == pool.attachments else { return "the attachments differ" }
        for eni in pool.enis.values {
            guard var stored = enis[eni.id] else { return "\(eni.id) is not stored" }
            if !eni.isReady { stored.deviceIndex = eni.deviceIndex }
            guard stored == eni.record else { return "\(eni.id) is stored as \(stored)" }
        }
        for record in pool.addresses.values {
            guard var stored = addresses[record.address] else { return "\(record.address) is not stored" }
            if case .cooling(let until, _) = stored.state, until <= now { stored.state = .free }
            guard stored == record else { return "\(stored) is stored, the pool has \(record)" }
        }
        return nil
    }
}
