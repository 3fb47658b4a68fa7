import Addressing
import Identity
import Timekeeping

@testable import Pool

/// What follows from an event, and what must hold after each.
extension RandomWorld {
    mutating func perform(_ outcome: Outcome) throws {
        let before = store
        store.apply(outcome.changes)
        for repair in outcome.repairs { note(repair) }
        for change in outcome.changes {
            if case .removeAttachment(let id) = change {
                for (address, owner) in owners where owner == id { rest(address) }
                // An address that the provider took away does not rest: it is its own again.
                if let gone = before.attachments[id]?.addresses, store.addresses[gone.primary] == nil {
                    for address in gone.all { resting[address] = nil }
                }
            }
        }
        guard !isDying else { return }
        for action in outcome.actions {
            switch action {
            case .grant(let waiter, let grant): try granted(waiter, grant)
            case .refuse(let waiter, let cause):
                guard waiting.removeValue(forKey: waiter) != nil else { throw Failure("\(waiter) did not wait") }
                if cause.sentence(now).hasPrefix("0 ") { throw Failure(cause.sentence(now)) }
            default:
                begin(action)
                try checkLimits(action)
            }
        }
    }

    mutating func note(_ repair: Repair) {
        switch repair {
        case .adoptedBlock(let block, let eni): tampered.insert(Place(block: block, eni: eni))
        case .droppedBlock(let block, _):
            resting = resting.filter { address, _ in
                !block.contains(address) && !block.contains(.v4(IPv4Address(bits: address.v6?.ending ?? 0)))
            }
        case .adoptedENI(let eni), .leakedENI(let eni):
            for block in pool.blocks(of: eni) { tampered.insert(Place(block: block, eni: eni)) }
        default: break
        }
    }

    mutating func rest(_ address: IPAddress) {
        guard let owner = owners.removeValue(forKey: address) else { return }
        let isSticky = pool.configuration.stickyFor > .zero
        resting[address] = Rest(until: now + pool.configuration.cooldown, keptFor: isSticky ? owner : nil)
    }

    mutating func granted(_ waiter: WaiterID, _ grant: Grant) throws {
        let attachment = grant.attachment
        guard let waiter = waiting.removeValue(forKey: waiter) else { throw Failure("\(waiter) did not wait") }
        guard waiter.pod == attachment.id else { throw Failure("\(waiter.pod) got what is \(attachment.id)'s") }
        let known = Set(owners.filter { $0.value == attachment.id }.keys)
        if !known.isEmpty, known != Set(attachment.addresses.all) {
            guard forgotten.contains(attachment.id) else {
                throw Failure("\(attachment.id) has \(known), gets \(attachment.addresses)")
            }
            for address in known { rest(address) }
        }
        for address in attachment.addresses.all {
            if let owner = owners[address], owner != attachment.id {
                throw Failure("\(address) is \(owner)'s and given to \(attachment.id)")
            }
            if !grant.isRepeat { try checkGift(address, to: attachment) }
            owners[address] = attachment.id
        }
        if !grant.isRepeat { try checkMode(of: attachment) }
        kernel[attachment.id] = attachment.addresses
    }

    /// Whether an address may be given to a pod that had none.
    private func checkGift(_ address: IPAddress, to attachment: Attachment) throws {
        if let rest = resting[address], rest.until > now, rest.keptFor != attachment.id {
            throw Failure("\(address) rests for another \((rest.until - now).text), goes to \(attachment.id)")
        }
        guard
            cloud.serves(address, on: attachment.eni)
                || tampered.contains(where: { $0.eni == attachment.eni && $0.block.contains(address) })
                || tamperedENIs.contains(attachment.eni)
        else { throw Failure("\(address) is given to \(attachment.id), and \(attachment.eni) does not serve it") }
        for call in calls where call.action.eni == attachment.eni {
            switch call.action {
            case .unassign(_, let leaving) where leaving.contains(where: { $0.contains(address) }):
                throw Failure("\(address) is leaving")
            case .detachENI, .deleteENI: throw Failure("\(attachment.eni) is leaving")
            default: break
            }
        }
    }

    /// Whether a new pod is of the families, and on an ENI of the subnets, that are configured.
    private func checkMode(of attachment: Attachment) throws {
        guard attachment.addresses.families == pool.configuration.families else {
            throw Failure("\(attachment.id) gets \(attachment.addresses), not \(pool.configuration.families)")
        }
        guard case .custom(.named(_, let networks)) = pool.configuration.placement else { return }
        guard attachment.eni != NaiveCloud.primary, let subnet = pool.enis[attachment.eni]?.subnet,
            networks.values.contains(where: { $0.subnets.contains(subnet) })
        else { throw Failure("\(attachment.id) is on \(attachment.eni), which is not for pods") }
    }

    func checkLimits(_ action: Action) throws {
        let configuration = pool.configuration
        let enis = max(
            1,
            min(
                configuration.maxENI ?? 99, cloud.limits.enis - configuration.reservedENIs,
                cloud.limits.enis - pool.foreignDevices.count))
        let size = pool.configuration.usesPrefixes(cloud.limits) ? 16 : 1
        let limit = min(configuration.maxPods ?? 9999, enis * (cloud.limits.ipv4PerENI - 1) * size)
        switch action {
        case .createENI(_, let eni) where eni.count == 0: break
        case .createENI, .assign(_, .address, _, _), .assign(_, .prefix, _, _):
            // The last prefix may be more than is needed, and what does not count goes when its successors are there.
            if heldCount >= limit + size { throw Failure("\(heldCount) are held or asked for, \(limit) may be") }
        default: break
        }
        if case .createENI = action {
            let count = pool.enis.values.count { $0.phase != .lost } + pool.creations.count
            if count > enis { throw Failure("\(count) ENIs, \(enis) may be") }
        }
        if let eni = action.eni, calls.count(where: { $0.action.eni == eni }) > 1 {
            throw Failure("two operations on \(eni) at once: \(calls.map(\.action))")
        }
    }

    /// The addresses that are held or asked for, without those that are free and do not count.
    private var heldCount: Int {
        var held = pool.creations.reduce(0) { $0 + $1.eni.count * $1.eni.kind.size }
        for eni in pool.enis.values {
            held += eni.heldCount + eni.incomingAddresses
            guard eni.isServingOrComing else { continue }
            if !pool.counts(.address, on: eni, cloud.limits, now) { held -= eni.singles.free.count }
            if !pool.counts(.prefix, on: eni, cloud.limits, now) { held -= eni.tally(of: .prefix).free.count }
        }
        return held
    }

    mutating func check() throws {
        if let difference = store.difference(from: pool, now: now) { throw Failure(difference) }
        if let inconsistency = pool.inconsistency { throw Failure(inconsistency) }
        if let late = waiting.values.first(where: { $0.deadline <= now }) {
            throw Failure("\(late.pod) waits beyond its deadline")
        }
        guard waiting.count == pool.waiterCount else { throw Failure("\(pool.waiterCount) wait, not \(waiting.count)") }
        for (address, owner) in owners {
            if pool.attachments[owner]?.addresses.all.contains(address) == true {
                forgotten.remove(owner)
            } else if !forgotten.contains(owner) {
                throw Failure("\(owner) has lost \(address)")
            }
        }
        var again = pool
        let more = again.tick(now: now)
        guard more.changes.isEmpty, more.actions.isEmpty else {
            throw Failure("the pool was not at rest: \(more.actions) \(more.changes)")
        }
    }
}

/// What must hold in the end.
extension RandomWorld {
    /// Faults stop and time passes: pool and cloud must come to agree, with all targets met and nothing leaked.
    mutating func comeToRest() throws {
        isCalm = true
        for _ in 0..<30 {
            try answerAll()
            try pass(.seconds(30))
            try answerAll()
            begin(.readBack)
            try answerAll()
        }
        try pass(.seconds(600))
        try answerAll()
        let own = cloud.interfaces.values.filter { $0.tags[ENITag.noManage] != "true" }
        let lost = pool.enis.values.filter { $0.phase == .lost }
        guard Set(own.map(\.id)).union(lost.map(\.id)) == Set(pool.enis.keys).union(own.map(\.id)),
            own.allSatisfy({ pool.enis[$0.id] != nil })
        else { throw Failure("cloud: \(own.map(\.id)), pool: \(pool.enis.keys)") }
        let orphans = pool.addresses.values.filter { if case .orphaned = $0.state { true } else { false } }
        let isFree = { (block: Block) in !orphans.contains { block.contains($0.address) } }
        for view in own where pool.enis[view.id]?.phase != .lost {
            let surplus = view.ipv6Prefixes.filter { $0 != pool.enis[view.id]?.ipv6Prefix }.map(Block.ipv6Prefix)
            let known = pool.blocks(of: view.id).filter(isFree)
            guard known == Set(view.blocks).subtracting(surplus).filter(isFree) else {
                throw Failure("\(view.id) has \(view.blocks), the pool knows \(known)")
            }
        }
        // Strays are reported, and left to whoever deletes their pods.
        let known = kernel.filter { pool.strays[$0.value.primary] == nil }
        guard Set(known.keys) == Set(pool.attachments.keys), pool.waiterCount == 0 else {
            throw Failure("kernel: \(kernel), pool: \(pool.attachments.keys)")
        }
        try checkTarget()
        try forget()
        let before = counts
        try pass(.seconds(600))
        guard isSubnetTight || orphanCount > 0 || (calls.isEmpty && counts == before) else {
            throw Failure("no rest: \(calls.map(\.action)) \(counts)")
        }
        if !isSubnetTight, orphanCount == 0, let next = pool.nextTick(after: now) {
            throw Failure("an idle pool asks for a tick at \(next.nanoseconds)")
        }
    }

    /// A quiet node needs less and less, until an adaptive target has forgotten all.
    mutating func forget() throws {
        guard pool.demand != nil else { return }
        for _ in 0..<48 {
            try pass(.seconds(600))
            begin(.readBack)
            try answerAll()
        }
        try checkTarget()
    }

    mutating func answerAll() throws {
        var answers = 0
        while !calls.isEmpty {
            try answer(0, .truth)
            try pass(.milliseconds(100))
            answers += 1
            guard answers < 300 else { throw Failure("calls without end: \(calls.map(\.action))") }
        }
        try check()
    }

    func checkTarget() throws {
        if let more = pool.nextShrink(now) { throw Failure("there is more to give back: \(more)") }
        guard pool.configuration.families.hasIPv4, !isSubnetTight, orphanCount == 0 else { return }
        var (free, total) = (0, 0)
        for eni in pool.enis.values where eni.isReady {
            total += eni.assignedCount - eni.ipv6Addresses.assigned
            for kind in [BlockKind.address, .prefix] where pool.counts(kind, on: eni, cloud.limits, now) {
                free += eni.tally(of: kind).free.count
                total += eni.tally(of: kind).free.count + eni.tally(of: kind).cooling
            }
        }
        let perENI = (cloud.limits.ipv4PerENI - 1) * (pool.configuration.usesPrefixes(cloud.limits) ? 16 : 1)
        let isShort =
            switch pool.target {
            case .enis(let count): count == 0 ? free == 0 : free < count * perENI
            case .addresses(let warm, let minimum): free < warm || total < minimum
            case .prefixes(let count): free < count * 16
            case .adaptive(let goal): throw Failure("\(goal) says nothing of the present")
            }
        let isFull = total >= pool.addressLimit(cloud.limits) || isOutOfSlots
        if isShort && !isFull {
            throw Failure("the target is missed: \(free) of \(total), \(pool.configuration.target)")
        }
    }

    /// No slot is left for more.
    private var isOutOfSlots: Bool {
        pool.fillableENI(cloud.limits, now) == nil && !pool.hasENIRoom(cloud.limits)
    }

    /// A whole ENI's worth of addresses cannot be had somewhere, or a prefix.
    var isSubnetTight: Bool {
        let size = pool.configuration.usesPrefixes(cloud.limits) ? 32 : 1
        return cloud.frees.values.contains { $0.count <= cloud.limits.ipv4PerENI * size }
            || pool.fragmented.values.contains { $0.until > now }
    }

    var orphanCount: Int { pool.enis.values.reduce(0) { $0 + $1.orphanedCount } }
}

extension IPv6Address {
    /// The last 32 bits, which a pod's IPv4 address is in.
    fileprivate var ending: UInt32 { UInt32(truncatingIfNeeded: bits) }
}
