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
        case detach(ENIID)
    }

    /// Shrinking: what does not count goes first, then surplus free blocks, then whole ENIs, one step at a time.
    mutating func shrink(_ now: Instant) {
        guard let (step, notBefore) = nextShrink(now), notBefore <= now, (trouble?.until ?? now) <= now else { return }
        lastShrink = now
        switch step {
        case .giveBack(let leaving):
            for (eni, leaving) in Dictionary(grouping: leaving, by: \.eni).sorted(by: { $0.key < $1.key }) {
                giveBack(leaving.map(\.block).sorted(), of: eni)
            }
        case .detach(let id):
            // Durably on their way out: after a crash nobody gets an address of an ENI that may be detached already.
            for record in addresses.values where record.eni == id && record.state == .free {
                set(record, to: .releasing)
            }
            enis[id]?.phase = .detaching(since: now)
            outcome.actions.append(.detachENI(id))
        }
    }

    /// The next step of shrinking and its earliest time; `nil` while nothing is too much, or while anything else is
    /// under way.
    func nextShrink(_ now: Instant) -> (step: ShrinkStep, notBefore: Instant)? {
        guard let limits, waiters.isEmpty, creations.isEmpty,
            enis.values.allSatisfy({ $0.isAtRest || $0.isGoing })
        else { return nil }
        let census = census(now)
        let earliest = lastShrink + configuration.shrinkInterval
        if let leaving = useless(census, limits, now) ?? surplus(census, limits, now) {
            return (.giveBack(leaving), earliest)
        }
        guard let eni = removableENI(census, limits), case .ready(let since) = eni.phase else { return nil }
        return (.detach(eni.id), max(earliest, since + configuration.minimumENILifetime, eni.giveBackAt ?? earliest))
    }

    /// Free blocks that do not count: at once where no pod can get them; the others once the target is met without
    /// them, and before that as many as stand in the way of those that do.
    private func useless(_ census: Census, _ limits: NodeLimits, _ now: Instant) -> [Leaving]? {
        let short = shortage(census, limits)
        for kind in [BlockKind.address, .prefix] {
            let free = wholeFree(kind) { !counts(kind, on: $0, limits, now) }
            guard !free.isEmpty else { continue }
            let forNobody = wholeFree(kind) { !givesIPv4($0) }
            if !forNobody.isEmpty { return forNobody }
            if short == 0 { return free }
            guard fillableENI(limits, now) == nil, !hasENIRoom(limits) else { continue }
            // What may not be had back is not given away for what may not be had either.
            let obstructing = free.filter { enis[$0.eni].map { isPlentiful($0.subnet, limits, now) } ?? false }
            let wanted: BlockKind = configuration.usesPrefixes(limits) ? .prefix : .address
            if !obstructing.isEmpty { return Array(obstructing.prefix(wanted.blocks(for: short))) }
        }
        return enis.values.lazy.compactMap(uselessIPv6Prefix).first.map { [$0] }
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
    private func surplus(_ census: Census, _ limits: NodeLimits, _ now: Instant) -> [Leaving]? {
        let stock = census.stock(perENI: configuration.addressesPerENI(limits))
        for kind in [BlockKind.address, .prefix] {
            var (free, blocks) = (0, 0)
            for eni in enis.values where eni.isReady && counts(kind, on: eni, limits, now) {
                free += eni.wholeFreeCount(kind)
                blocks += eni.blockCount(kind)
            }
            let beyondLimit = (census.held - addressLimit(limits)) / kind.size
            let count = max(
                target.surplus(kind, free: free, blocks: blocks, of: stock), min(free, beyondLimit))
            if count > 0 { return Array(wholeFree(kind) { counts(kind, on: $0, limits, now) }.prefix(count)) }
        }
        return nil
    }

    /// The youngest ENI that is not primary, that no pod uses, where nothing cools, and without which every target is
    /// still met: by the target's own rule, or because the others alone hold all that max-pods can use. One that may
    /// have no pods goes whatever the targets say.
    private func removableENI(_ census: Census, _ limits: NodeLimits) -> ENI? {
        enis.values.lazy
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
        guard (trouble?.until ?? now) <= now else { return }
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
