import Timekeeping

/// How an adaptive target becomes, at every moment, a target of so many addresses; the rules of growing and shrinking
/// are the same for all.
extension Pool {
    /// The target as it was last learnt.
    var target: WarmTarget { demand?.target ?? configuration.target }

    /// Cooling addresses that are free again before the provider could deliver others; under a target that does not
    /// know how long that takes, none.
    func coolingSoon(_ now: Instant) -> Int {
        guard let lead = demand?.addressLead.estimate else { return 0 }
        let horizon = now + lead
        return enis.values.reduce(0) { sum, eni in
            sum + (eni.isReady ? eni.cooling.prefix { $0.until <= horizon }.count : 0)
        }
    }

    /// Takes a new target over; what was learnt is kept from one adaptive target to the next.
    mutating func adopt(_ target: WarmTarget, _ now: Instant) {
        guard case .adaptive(let goal) = target else {
            demand = nil
            return
        }
        if demand == nil { demand = DemandEstimator(goal, now: now) }
        demand?.goal = goal
    }

    /// Attaches ENIs ahead of time, without addresses, until the attached ones have the room that the target asks for.
    mutating func reserveSlots(_ limits: NodeLimits, _ now: Instant) {
        guard let slots = demand?.slots, configuration.families.hasIPv4, (trouble?.restsUntil ?? now) <= now else {
            return
        }
        let wanted = min(slots, addressLimit(limits) - attachments.count)
        while reach(limits) < wanted, mayCreate(limits, now), let subnet = subnetForENI(now) {
            create(in: subnet, for: 0, limits, now)
        }
    }

    /// Whether an adaptive target can do without the room on an ENI.
    func hasSlots(without eni: ENIID, _ limits: NodeLimits) -> Bool {
        guard let slots = demand?.slots else { return true }
        return reach(limits, without: eni) >= min(slots, addressLimit(limits) - attachments.count)
    }

    /// How many pods more the ENIs can serve that are there or on their way: all slots that no pod uses or waits for.
    private func reach(_ limits: NodeLimits, without excluded: ENIID? = nil) -> Int {
        let perENI = configuration.addressesPerENI(limits)
        let slots = enis.values.reduce(creations.count * perENI) { slots, eni in
            let isMeant = eni.isServingOrComing && eni.id != excluded && takesPods(eni)
            return slots + (isMeant ? max(0, perENI - eni.assignedCount) : 0)
        }
        return slots - waiters.count
    }
}
