import Addressing
import Timekeeping

extension Pool {
    /// Takes the next step in the life of every ENI that rests between two.
    mutating func advanceENIs(_ limits: NodeLimits, _ now: Instant) {
        guard callsFrom(now) <= now else { return }
        for eni in enis.values where (eni.retryAt ?? now) <= now {
            switch eni.phase {
            case .created:
                enis[eni.id]?.phase = .attaching(since: now)
                if eni.deviceIndex != nil {
                    outcome.actions.append(.configureENI(eni.id))
                } else {
                    let index = freeDeviceIndex()
                    enis[eni.id]?.deviceIndex = index
                    outcome.actions.append(.attachENI(eni.id, deviceIndex: index))
                }
            case .detached:
                enis[eni.id]?.phase = .deleting
                outcome.actions.append(.deleteENI(eni.id))
            case .ready where eni.operation == nil && lacksIPv6Prefix(eni, limits):
                ask(for: 1, .ipv6Prefix, on: eni.id, now)
            case .ready, .attaching, .detaching, .deleting, .lost: break
            }
        }
    }

    /// Growing: first the attached ENIs are filled, then another one is attached; never beyond what max-pods can use.
    ///
    /// - Returns: what is there after it; `nil` where that was not looked at.
    mutating func grow(_ limits: NodeLimits, _ now: Instant) -> Census? {
        guard callsFrom(now) <= now else { return nil }
        while true {
            let census = census(now)
            let short = shortage(census, limits, soon: coolingSoon(now))
            guard short > 0 || lacksIPv6ENI else { return census }
            if short > 0, let eni = fillableENI(limits, now) {
                guard eni.isReady, eni.operation == nil, (eni.retryAt ?? now) <= now else { return census }
                let kind = kind(in: eni.subnet, limits, now)
                let room = eni.room(limits.podAddressesPerENI, now)
                ask(for: min(kind.blocks(for: short), room, supply(of: kind, in: eni.subnet)), kind, on: eni.id, now)
            } else if creations.contains(where: { isCapped($0, limits) }) {
                // The subnet has little: what is asked for of it comes first.
                return census
            } else if isResting(now), waiters.count <= census.free + census.incoming {
                // Pods of other nodes come before an ENI that no pod of this one waits for.
                return census
            } else if mayCreate(limits, now), let subnet = subnetForENI(now) {
                create(in: subnet, for: short, limits, now)
            } else {
                return census
            }
        }
    }

    /// Whether less was asked for than an ENI can have, because the subnet has no more.
    private func isCapped(_ creation: Creation, _ limits: NodeLimits) -> Bool {
        creation.eni.count > 0 && creation.eni.count < limits.podAddressesPerENI
            && creation.eni.count >= supply(of: creation.eni.kind, in: creation.eni.subnet, besides: 1)
    }

    /// How much can be asked of a subnet at once, where it is known to have few addresses, or had fewer prefixes than were
    /// asked for; at least 1, because what is known may be old.
    private func supply(of kind: BlockKind, in subnet: SubnetID, besides own: Int = 0) -> Int {
        switch kind {
        case .address:
            let view = subnets.first { $0.id == subnet }
            return view.map { max(1, $0.freeAddresses - own) } ?? .max
        case .prefix: return scarce[subnet] == nil ? .max : 1
        case .ipv6Prefix: return 1
        }
    }

    /// Whether pods that have addresses of IPv6 alone have no ENI to be on, and none is on its way.
    private var lacksIPv6ENI: Bool {
        configuration.families == .ipv6 && creations.isEmpty
            && !enis.values.contains { $0.isServingOrComing && takesPods($0) }
    }

    /// The fullest ENI that has room for more, where its subnet may have some. One with a trouble of its own is passed
    /// over, and so is one that could not have what pods need beside.
    func fillableENI(_ limits: NodeLimits, _ now: Instant) -> ENI? {
        enis.values
            .filter { eni in
                eni.isServingOrComing && takesPods(eni) && asksFrom(eni.subnet) <= now
                    && !(eni.refusal != nil && ((eni.retryAt ?? now) > now || lacksIPv6Prefix(eni, limits)))
                    && eni.room(limits.podAddressesPerENI, now) > 0
            }
            .max { $0.isLessFull(than: $1) }
    }

    /// Whether one more ENI fits beside those of the pool and those of others.
    func hasENIRoom(_ limits: NodeLimits) -> Bool { eniCount < eniLimit(limits) }

    func mayCreate(_ limits: NodeLimits, _ now: Instant) -> Bool {
        hasENIRoom(limits) && (eniTrouble?.until ?? now) <= now && !creations.contains { $0.inDoubtSince != nil }
    }

    /// Asks for an ENI with so many addresses, as far as it and the subnet can have them.
    mutating func create(in subnet: SubnetID, for addresses: Int, _ limits: NodeLimits, _ now: Instant) {
        let kind = kind(in: subnet, limits, now)
        // One address more is the ENI's own.
        let supply = supply(of: kind, in: subnet, besides: 1)
        let eni = NewENI(
            subnet: subnet, securityGroups: podSubnets?.securityGroups ?? [], kind: kind,
            count: min(kind.blocks(for: addresses), limits.podAddressesPerENI, supply))
        let creation = Creation(token: newToken(), eni: eni, inDoubtSince: nil)
        creations.append(creation)
        demand?.asksENI(now)
        outcome.actions.append(.createENI(creation.token, eni))
    }

    private mutating func ask(for count: Int, _ kind: BlockKind, on eni: ENIID, _ now: Instant) {
        let token = newToken()
        if kind != .ipv6Prefix { demand?.asks(token, now) }
        enis[eni]?.operation = ENI.Operation(kind: .assign(kind, count: count, token), inDoubtSince: nil)
        outcome.actions.append(.assign(eni, kind, count: count, token))
    }

    /// The lowest device index that no ENI has. An index is never shared, not even with an ENI on its way out.
    private func freeDeviceIndex() -> Int {
        let used = foreignDevices.union(enis.values.compactMap(\.deviceIndex))
        return (1...).first { !used.contains($0) } ?? used.count
    }
}
