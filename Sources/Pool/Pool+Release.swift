import Addressing
import Timekeeping

extension Pool {
    /// One step of shrinking.
    enum ShrinkStep: Hashable {
        case unassign(Int)
        case detach(ENIID)
    }

    /// Shrinking: surplus free addresses go first, then whole ENIs, one step at a time.
    mutating func shrink(_ now: Instant) {
        guard let (step, notBefore) = nextShrink(), notBefore <= now, (trouble?.until ?? now) <= now else { return }
        lastShrink = now
        switch step {
        case .unassign(let count): giveBackSurplus(count)
        case .detach(let id):
            // Durably on their way out: after a crash nobody gets an address of an ENI that may be detached already.
            for address in enis[id]?.free ?? [] { set(address, of: id, to: .releasing) }
            enis[id]?.phase = .detaching(since: now)
            outcome.actions.append(.detachENI(id))
        }
    }

    /// The next step of shrinking and its earliest time; `nil` while nothing is too much, or while anything else is
    /// under way.
    func nextShrink() -> (step: ShrinkStep, notBefore: Instant)? {
        guard let limits, waiters.isEmpty, creations.isEmpty,
            enis.values.allSatisfy({ $0.isAtRest || $0.phase == .lost })
        else { return nil }
        let census = census
        let beyondLimit = min(census.free, census.held - addressLimit(limits))
        let surplus = max(target.surplus(total: census.total, available: census.free), beyondLimit)
        let earliest = lastShrink + configuration.shrinkInterval
        if surplus > 0 { return (.unassign(surplus), earliest) }
        guard let eni = removableENI(census, limits), case .ready(let since) = eni.phase else { return nil }
        return (.detach(eni.id), max(earliest, since + configuration.minimumENILifetime, eni.retryAt ?? earliest))
    }

    /// The youngest ENI that is not primary, that no pod uses, where nothing cools, and without which every target is
    /// still met: by the target's own rule, or because the others alone hold all that max-pods can use.
    private func removableENI(_ census: Census, _ limits: NodeLimits) -> ENI? {
        let limit = addressLimit(limits)
        return enis.values.lazy
            .filter { eni in
                eni.isReady && !eni.isPrimary && eni.heldCount == eni.free.count && eni.orphanedCount == 0
                    && hasSlots(without: eni.id, limits)
                    && (census.total - eni.free.count >= limit
                        || target.permitsRemoval(
                            of: eni.free.count, total: census.total, available: census.free,
                            perENI: limits.podAddressesPerENI))
            }
            .max { ($0.deviceIndex ?? 0) < ($1.deviceIndex ?? 0) }
    }

    /// Free addresses are given back from the ENI with fewest pods, so that it becomes empty first; the primary ENI,
    /// which never goes, comes last. Of one ENI, those go that were free for the shortest time.
    private mutating func giveBackSurplus(_ count: Int) {
        var left = count
        let order = enis.values.filter(\.isReady).sorted { first, second in
            first.isPrimary == second.isPrimary ? first.isLessFull(than: second) : second.isPrimary
        }
        for eni in order where left > 0 && !eni.free.isEmpty {
            let leaving = Array(eni.free.suffix(left))
            left -= leaving.count
            giveBack(leaving, of: eni.id)
        }
    }

    mutating func giveBack(_ leaving: [IPv4Address], of eni: ENIID) {
        for address in leaving { set(address, of: eni, to: .releasing) }
        enis[eni]?.operation = ENI.Operation(kind: .unassign(leaving), inDoubtSince: nil)
        outcome.actions.append(.unassign(eni, leaving))
    }
}

extension ENI {
    /// Serves pods, and nothing of it is on its way in or out.
    fileprivate var isAtRest: Bool { isReady && operation == nil && releasingCount == 0 }
}
