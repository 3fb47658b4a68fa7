import Addressing
import Timekeeping

/// An ENI's blocks in the provider's view against those that the pool knows.
extension Pool {
    mutating func compareBlocks(of eni: ENI, _ view: InterfaceView, _ takenAt: Instant, _ now: Instant) {
        let listed = Set(view.blocks)
        let unsettled = eni.unsettled(window: configuration.consistencyWindow, takenAt)
        let known = knownBlocks(of: eni)
        let unknown = view.blocks.filter { !known.contains($0) && !unsettled.contains($0) }
        if let operation = eni.operation {
            guard let doubt = operation.inDoubtSince, takenAt >= doubt else { return }
            // The answer was lost. What is there now was asked for, unless it may be what the last run gave back; what
            // is not there after a while never will be.
            let isOurs = takenAt >= startedAt + configuration.consistencyWindow
            for block in unknown {
                if isOurs { receive(block, on: eni.id, now) } else { _ = adopt(block, on: eni.id, now) }
            }
            if !unknown.isEmpty || hasShown(doubt, takenAt) { enis[eni.id]?.operation = nil }
            return
        }
        for block in unknown where adopt(block, on: eni.id, now) {
            outcome.repairs.append(.adoptedBlock(block, eni.id))
        }
        for block in known.subtracting(unsettled).sorted() {
            if listed.contains(block) { restore(block, of: eni.id, now) } else { drop(block, of: eni.id) }
        }
    }

    /// Everything that an ENI has for pods, as far as the pool knows; what pods use of it though it was taken away
    /// included. An ENI uses one /80; others are left alone.
    public func knownBlocks(of eni: ENI) -> Set<Block> {
        let blocks = Set(addresses.values.lazy.filter { $0.eni == eni.id }.map(\.block))
        return blocks.union([eni.ipv6Prefix.map(Block.ipv6Prefix)].compactMap(\.self))
    }

    /// A known block is there. What was missing of it, while pods used the rest, is back, and what of it was to go stays.
    private mutating func restore(_ block: Block, of eni: ENIID, _ now: Instant) {
        if recover(block, of: eni) {
            for address in block.addresses {
                if let record = addresses[.v4(address)], record.state == .releasing { set(record, to: .free) }
            }
        }
        if !isLeaving(block, of: eni) { _ = adopt(block, on: eni, now) }
    }

    /// Whether the provider was asked to take a block away, and may do so yet.
    private func isLeaving(_ block: Block, of eni: ENIID) -> Bool {
        switch block {
        case .address(let address): addresses[.v4(address)]?.state == .releasing
        case .prefix(let network): enis[eni]?.prefixes[network].map { $0.releasing > 0 } ?? false
        case .ipv6Prefix: false
        }
    }

    /// What pods use of a block, though it was taken away with this block or another, is there again.
    ///
    /// - Returns: whether there was any.
    @discardableResult
    mutating func recover(_ block: Block, of eni: ENIID) -> Bool {
        guard let count = enis[eni]?.orphanedCount, count > 0 else { return false }
        let missing = addresses.values.filter { record in
            guard record.eni == eni, block.contains(record.address), case .orphaned = record.state else { return false }
            return true
        }
        for record in missing.sorted(by: { $0.address < $1.address }) {
            guard case .orphaned(let id) = record.state else { continue }
            set(record, to: nil)
            add(record.address, of: block, on: eni, as: .assigned(id))
            outcome.repairs.append(.recoveredAddress(record.address, id))
        }
        return !missing.isEmpty
    }

    /// A block is gone. Its addresses are forgotten, but for those that pods use.
    mutating func drop(_ block: Block, of eni: ENIID) {
        let records = addresses.values.filter { $0.eni == eni && $0.block == block }
        if case .ipv6Prefix(let prefix) = block, enis[eni]?.ipv6Prefix == prefix { setIPv6Prefix(nil, of: eni) }
        if records.isEmpty || records.contains(where: \.state.isUnused) {
            outcome.repairs.append(.droppedBlock(block, eni))
        }
        for record in records.sorted(by: { $0.address < $1.address }) { dropOrOrphan(record) }
    }

    private mutating func dropOrOrphan(_ record: AddressRecord) {
        switch record.state {
        case .assigned(let id):
            set(record, to: .orphaned(id))
            outcome.repairs.append(.orphanedAddress(record.address, id))
        case .orphaned: break
        case .free, .cooling, .releasing: set(record, to: nil)
        }
    }
}

extension AddressState {
    /// No pod uses it, and nobody asked for its end.
    fileprivate var isUnused: Bool {
        switch self {
        case .free, .cooling: true
        case .assigned, .orphaned, .releasing: false
        }
    }
}
