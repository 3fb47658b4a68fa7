import Addressing
import Identity

@testable import Pool

extension Pool {
    /// Where the pool contradicts itself: tallies that differ from a recount, an attachment without its address, an
    /// address without its attachment. `nil` where it does not.
    var inconsistency: String? {
        var recount: [ENIID: [AddressRecord]] = [:]
        var used: [AttachmentID: IPv4Address] = [:]
        for record in addresses.values {
            recount[record.eni, default: []].append(record)
            guard enis[record.eni] != nil else { return "\(record.address) is on no known ENI" }
            guard let id = record.state.attachment else { continue }
            if let other = used.updateValue(record.address, forKey: id) { return "\(id) has \(other) and more" }
            guard let attachment = attachments[id] else { return "\(record) is used by no attachment" }
            guard attachment.address == record.address, attachment.eni == record.eni else {
                return "\(record) belongs to \(attachment)"
            }
        }
        guard used.count == attachments.count else { return "an attachment has no address" }
        for eni in enis.values {
            let own = recount[eni.id] ?? []
            guard eni.free.count == own.count(where: { $0.state == .free }),
                Set(eni.free) == Set(own.filter { $0.state == .free }.map(\.address)),
                eni.releasingCount == own.count(where: { $0.state == .releasing }),
                eni.assignedCount == own.count(where: { if case .assigned = $0.state { true } else { false } }),
                eni.orphanedCount == own.count(where: { if case .orphaned = $0.state { true } else { false } }),
                eni.cooling.count == own.count(where: { if case .cooling = $0.state { true } else { false } }),
                zip(eni.cooling, eni.cooling.dropFirst()).allSatisfy({ $0.until <= $1.until })
            else { return "the tally of \(eni.id) is wrong" }
        }
        return nil
    }
}
