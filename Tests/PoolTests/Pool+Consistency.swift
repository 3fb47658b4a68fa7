import Addressing
import Identity

@testable import Pool

extension Pool {
    /// Where the pool contradicts itself: tallies that differ from a recount, an attachment without its address, an
    /// address without its attachment. `nil` where it does not.
    var inconsistency: String? {
        var recount: [ENIID: [AddressRecord]] = [:]
        var used: [AttachmentID: IPAddress] = [:]
        for record in addresses.values {
            recount[record.eni, default: []].append(record)
            guard enis[record.eni] != nil else { return "\(record.address) is on no known ENI" }
            guard let id = record.state.attachment else { continue }
            if let other = used.updateValue(record.address, forKey: id) { return "\(id) has \(other) and more" }
            guard let attachment = attachments[id] else { return "\(record) is used by no attachment" }
            guard attachment.addresses.primary == record.address, attachment.eni == record.eni else {
                return "\(record) belongs to \(attachment)"
            }
        }
        guard used.count == attachments.count else { return "an attachment has no address" }
        for eni in enis.values {
            let own = recount[eni.id] ?? []
            guard eni.freeCount == own.count(where: { $0.state == .free }),
                Set(eni.free) == Set(own.filter { $0.state == .free }.map(\.address)),
                Set(eni.prefixes.keys.map(Block.prefix)) == Set(own.map(\.block).filter { $0.kind == .prefix }),
                own.allSatisfy({ $0.block.contains($0.address) }),
                eni.releasingCount == own.count(where: { $0.state == .releasing }),
                eni.assignedCount == own.count(where: { if case .assigned = $0.state { true } else { false } }),
                eni.orphanedCount == own.count(where: { if case .orphaned = $0.state { true } else { false } }),
                eni.cooling.count == own.count(where: { if case .cooling = $0.state { true } else { false } }),
                zip(eni.cooling, eni.cooling.dropFirst()).allSatisfy({ $0.until <= $1.until })
            else { return "the tally of \(eni.id) is wrong" }
        }
        return nil
    }

    /// Everything that the pool has of an ENI, as far as it has not been taken away.
    func blocks(of eni: ENIID) -> Set<Block> {
        let records = addresses.values.filter { record in
            guard record.eni == eni else { return false }
            if case .orphaned = record.state { return false }
            return true
        }
        return Set(records.map(\.block)).union([enis[eni]?.ipv6Prefix.map(Block.ipv6Prefix)].compactMap(\.self))
    }
}
