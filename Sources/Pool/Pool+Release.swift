import Addressing
import Timekeeping

extension Pool {
    /// A block that is given back.
    struct Leaving: Hashable {
        let eni: ENIID
        let block: Block
    }

    /// One step of shrinking.
    enum ShrinkStep: Hashable {
        /// All of one kind.
        case giveBack([Leaving])
        /// So many blocks that nobody uses.
        case giveBackFree(BlockKind, count: Int)
        case detach(ENIID)
    }

    /// Shrinking: what does not count goes first, then surplus free blocks, then whole ENIs, one step at a time.
    ///
    /// - Parameter census: what is there now, where it was counted already.
    mutating func shrink(_ census: Census?, _ now: Instant) {
        var next = nextShrink(now, census)
        if let (step, notBefore) = next, notBefore <= now, (trouble?.restsUntil ?? now) <= now {
            take(step, now)
            next = nextShrink(now)
        }
        shrinkAt = next?.notBefore
    }

    private mutating func take(_ step: ShrinkStep, _ now: Instant) {
        lastShrink = now
        switch step {
        case .giveBack(let leaving): giveBack(leaving)
        case .giveBackFree(let kind, let count):
            guard let limits else { return }
            giveBack(Array(wholeFree(kind) { counts(kind, on: $0, limits, now) }.prefix(count)))
        case .detach(let id): detach(id, now)
        }
    }

    /// Begins to give an ENI back that no pod uses.
    mutating func detach(_ id: ENIID, _ now: Instant) {
        // Durably on their way out: after a crash nobody gets an address of an ENI that may be detached already.
        for record in addresses.values where record.eni == id && record.state == .free {
            set(record, to: .releasing)
        }
        enis[id]?.phase = .detaching(since: now)
        outcome.actions.append(.detachENI(id))
    }

    private mutating func giveBack(_ leaving: [Leaving]) {
        for (eni, leaving) in Dictionary(grouping: leaving, by: \.eni).sorted(by: { $0.key < $1.key }) {
            giveBack(leaving.map(\.block).sorted(), of: eni)
        }
    }

    /// The next step of shrinking and its earliest time; `nil` while nothing is too much, or while anything else is
    /// under way.
    func nextShrink(_ now: Instant, _ counted: Census? = nil) -> (step: ShrinkStep, notBefore: Instant)? {
        guard let limits, waiters.isEmpty, creations.isEmpty,
            enis.values.allSatisfy({ $0.isAtRest || $0.isGoing })
        else { return nil }
        let census = counted ?? census(now)
        let earliest = lastShrink + configuration.shrinkInterval
        if let leaving = useless(census, limits, now) { return (.giveBack(leaving), earliest) }
        if let step = surplus(census, limits) { return (step, earliest) }
        guard let eni = removableENI(census, limits), case .ready(let since) = eni.phase else { return nil }
        return (.detach(eni.id), max(earliest, since + configuration.minimumENILifetime, eni.giveBackAt ?? earliest))
    }

    /// Free blocks that do not count: at once where no pod can get them; the others once the target is met without
    /// them, and before that as many as stand in the way of those that do.
    private func useless(_ census: Census, _ limits: NodeLimits, _ now: Instant) -> [Leaving]? {
        let short = shortage(census, limits)
        for kind in [BlockKind.address, .prefix] where census.blocks(kind).spare > 0 {
            let free = wholeFree(kind) { !counts(kind, on: $0, limits, now) }
            let forNobody = wholeFree(kind) { !givesIPv4($0) }
            if !forNobody.isEmpty { return forNobody }
            if short == 0 { return free }
            guard fillableENI(limits, now) == nil, !hasENIRoom(limits) else { continue }
            // What may not be had back is not given away for what may not be had either.
            let obstructing = free.filter { enis[$0.eni].map { isPlentiful($0.subnet, limits, now) } ?? false }
            let wanted: BlockKind = configuration.usesPrefixes(limits) ? .prefix : .address
            if !obstructing.isEmpty { return Array(obstructing.prefix(wanted.blocks(for: short))) }
        }
        for eni in enis.values {
            if let prefix = uselessIPv6Prefix(eni) { return [prefix] }
        }
        return nil
    }

    /// Whether a subnet is not known to have refused what it is used for.
    private func isPlentiful(_ subnet: SubnetID, _ limits: NodeLimits, _ now: Instant) -> Bool {
        exhausted[subnet] == nil && (fragmented[subnet] == nil || !configuration.usesPrefixes(limits))
    }

    /// The /80 of an ENI whose pods have no address of it and get none.
    private func uselessIPv6Prefix(_ eni: ENI) -> Leaving? {
        guard eni.isReady, let prefix = eni.ipv6Prefix, !givesIPv6(eni),
            eni.ipv6Addresses.isEmpty,
            !attachments.values.contains(where: { $0.eni == eni.id && $0.addresses.ipv6 != nil })
        else { return nil }
        return Leaving(eni: eni.id, block: .ipv6Prefix(prefix))
    }

    /// Free blocks that are more than the target, or more than max-pods can use.
    private func surplus(_ census: Census, _ limits: NodeLimits) -> ShrinkStep? {
        let stock = census.stock(perENI: configuration.addressesPerENI(limits))
        for kind in [BlockKind.address, .prefix] {
            let blocks = census.blocks(kind)
            let beyondLimit = (census.held - addressLimit(limits)) / kind.size
            let count = max(
                target.surplus(kind, free: blocks.free, blocks: blocks.all, of: stock), min(blocks.free, beyondLimit))
            if count > 0 { return .giveBackFree(kind, count: count) }
        }
        return nil
    }

    /// The youngest ENI that is not primary, that no pod uses, where nothing cools, and without which every target is
    /// still met: by the target's own rule, or because the others alone hold all that max-pods can use. One that may
    /// have no pods goes whatever the targets say.
    private func removableENI(_ census: Census, _ limits: NodeLimits) -> ENI? {
        enis.values
            .filter { eni in
                eni.isReady && !eni.isPrimary && eni.isIdle && permitsRemoval(eni, census, limits)
            }
            .max { ($0.deviceIndex ?? 0) < ($1.deviceIndex ?? 0) }
    }

    private func permitsRemoval(_ eni: ENI, _ census: Census, _ limits: NodeLimits) -> Bool {
        guard takesPods(eni) else { return true }
        guard configuration.families.hasIPv4 else { return enis.values.contains { $0.id != eni.id && serves($0) } }
        guard hasSlots(without: eni.id, limits) else { return false }
        return census.total - eni.freeCount >= addressLimit(limits)
            || target.permitsRemoval(
                of: eni.freeCount, from: census.stock(perENI: configuration.addressesPerENI(limits)))
    }

    /// The blocks of a kind that nobody uses, in the order in which they are given back: from the ENI with fewest pods,
    /// so that it becomes empty first; the primary ENI, which never goes, comes last. Of one ENI, those go first that
    /// were free for the shortest time.
    private func wholeFree(_ kind: BlockKind, where isMeant: (ENI) -> Bool) -> [Leaving] {
        enis.values
            .filter { $0.isReady && $0.wholeFreeCount(kind) > 0 && isMeant($0) }
            .sorted { first, second in
                first.isPrimary == second.isPrimary ? first.isLessFull(than: second) : second.isPrimary
            }
            .flatMap { eni in eni.wholeFree(kind).map { Leaving(eni: eni.id, block: $0) } }
    }

    /// Gives back what a crash or a failure left half given back: giving back twice changes nothing. A block that turned
    /// out to be in use is left to the next view.
    mutating func giveBackAgain(_ now: Instant) {
        guard (trouble?.restsUntil ?? now) <= now else { return }
        for eni in enis.values
        where eni.isReady && eni.operation == nil && eni.releasingCount > 0 && (eni.giveBackAt ?? now) <= now {
            let leaving = addresses.values.lazy.filter { $0.eni == eni.id && $0.state == .releasing }
            let blocks = Set(leaving.map(\.block)).filter { !eni.isUsed($0) }.sorted()
            if let kind = blocks.first?.kind { giveBack(blocks.filter { $0.kind == kind }, of: eni.id) }
        }
    }

    /// Asks for the end of blocks of one kind.
    mutating func giveBack(_ leaving: [Block], of eni: ENIID) {
        for block in leaving {
            for address in block.addresses {
                if let record = addresses[.v4(address)], record.state == .free { set(record, to: .releasing) }
            }
            if case .ipv6Prefix = block { setIPv6Prefix(nil, of: eni) }
        }
        enis[eni]?.operation = ENI.Operation(kind: .unassign(leaving), inDoubtSince: nil)
        outcome.actions.append(.unassign(eni, leaving))
    }

    mutating func setIPv6Prefix(_ prefix: IPv6Network?, of eni: ENIID) {
        enis[eni]?.ipv6Prefix = prefix
        if let eni = enis[eni] { put(eni) }
    }
}

extension ENI {
    /// Serves pods, and nothing of it is on its way in or out.
    fileprivate var isAtRest: Bool { isReady && operation == nil && releasingCount == 0 }

    /// Serves nobody any more.
    fileprivate var isGoing: Bool {
        switch phase {
        case .detached, .deleting, .lost: true
        case .created, .attaching, .ready, .detaching: false
        }
    }
}
