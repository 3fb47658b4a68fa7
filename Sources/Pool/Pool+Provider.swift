import Addressing
import Timekeeping

/// The provider's answers to the pool's actions. An answer that the pool no longer waits for changes nothing.
extension Pool {
    /// The ENI of a ``Action/createENI(_:_:)`` exists.
    public mutating func created(_ token: MutationToken, _ view: InterfaceView, now: Instant) -> Outcome {
        if let index = creations.firstIndex(where: { $0.token == token }) {
            creations.remove(at: index)
            welcome(view, now)
        }
        providerAnswered(now)
        return settle(now)
    }

    /// An ENI is attached, its interface is up, and its routes are made.
    public mutating func ready(_ eni: ENIID, now: Instant) -> Outcome {
        if case .attaching? = enis[eni]?.phase {
            if enis[eni]?.isPrimary == false { demand?.eniReady(now) }
            enis[eni]?.phase = .ready(since: now)
            enis[eni]?.changedAt = now
            enis[eni]?.retryAt = nil
            enis[eni]?.failsSince = nil
            enis[eni]?.refusal = nil
            if let eni = enis[eni] { put(eni) }
        }
        providerAnswered(now)
        return settle(now)
    }

    /// The provider has assigned blocks.
    public mutating func assigned(
        _ eni: ENIID, _ new: [Block], token: MutationToken, now: Instant
    ) -> Outcome {
        demand?.delivered(token, now)
        if case .assign(_, _, token)? = enis[eni]?.operation?.kind {
            enis[eni]?.operation = nil
            enis[eni]?.refusal = nil
            for block in new { receive(block, on: eni, now) }
        }
        providerAnswered(now)
        return settle(now)
    }

    /// The provider has taken blocks away.
    public mutating func unassigned(_ eni: ENIID, _ gone: [Block], now: Instant) -> Outcome {
        if case .unassign? = enis[eni]?.operation?.kind {
            enis[eni]?.operation = nil
            for block in gone {
                enis[eni]?.noteChange(of: block, window: configuration.consistencyWindow, now)
                for address in block.addresses {
                    if let record = addresses[.v4(address)], record.state == .releasing { set(record, to: nil) }
                }
            }
        }
        providerAnswered(now)
        return settle(now)
    }

    /// The ENI of an ``Action/detachENI(_:)`` is attached to nothing.
    public mutating func detached(_ eni: ENIID, now: Instant) -> Outcome {
        finishDetaching(eni, now)
        providerAnswered(now)
        return settle(now)
    }

    /// The ENI of an ``Action/deleteENI(_:)`` exists no longer.
    public mutating func deleted(_ eni: ENIID, now: Instant) -> Outcome {
        if enis[eni]?.phase == .deleting { forget(eni) }
        providerAnswered(now)
        return settle(now)
    }

    // MARK: Rules

    /// The provider did what it was asked. One that has throttled others may have no more to spare than that: what no
    /// pod waits for rests on.
    mutating func providerAnswered(_ now: Instant) {
        if isResting(now) {
            trouble?.until = now
            trouble?.concernsView = false
        } else {
            trouble = nil
        }
    }

    /// A block has come by our doing. An address that a pod in the kernel uses already is the pod's.
    mutating func receive(_ block: Block, on eni: ENIID, _ now: Instant) {
        enis[eni]?.noteChange(of: block, window: configuration.consistencyWindow, now)
        if case .ipv6Prefix(let prefix) = block, enis[eni]?.ipv6Prefix == nil { setIPv6Prefix(prefix, of: eni) }
        recover(block, of: eni)
        for address in block.addresses.map(IPAddress.v4) where addresses[address] == nil {
            if let pod = strays[address] {
                adopt(address, of: block, on: eni, now)
                meet(pod, now)
            } else {
                add(address, of: block, on: eni, as: .free)
            }
        }
        for (address, pod) in strays where block.kind == .ipv6Prefix && block.contains(address) { meet(pod, now) }
    }

    /// An ENI that was to be detached is attached to nothing.
    mutating func finishDetaching(_ eni: ENIID, _ now: Instant) {
        guard case .detaching? = enis[eni]?.phase else { return }
        enis[eni]?.phase = .detached
        enis[eni]?.failsSince = nil
        enis[eni]?.changedAt = now
        enis[eni]?.deviceIndex = nil
        enis[eni]?.detachInDoubtSince = nil
    }

    /// An ENI that was to be detached serves on, with the addresses that were to go with it; one that never was attached
    /// is tried again.
    mutating func cancelDetaching(_ eni: ENIID, _ now: Instant) {
        guard case .detaching? = enis[eni]?.phase else { return }
        let wasAttached = enis[eni]?.failsSince == nil
        enis[eni]?.phase = wasAttached ? .ready(since: now) : .created
        enis[eni]?.detachInDoubtSince = nil
        for record in addresses.values where record.eni == eni && record.state == .releasing { set(record, to: .free) }
    }
}
