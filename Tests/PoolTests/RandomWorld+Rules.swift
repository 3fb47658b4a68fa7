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
                if let gone = before.attachments[id]?.address, store.addresses[gone] == nil { resting[gone] = nil }
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
        case .adoptedAddress(let address, let eni): tampered.insert(Place(address: address, eni: eni))
        case .droppedAddress(let address, _): resting[address] = nil
        case .adoptedENI(let eni), .leakedENI(let eni):
            for record in pool.addresses.values where record.eni == eni {
                tampered.insert(Place(address: record.address, eni: eni))
            }
        default: break
        }
    }

    mutating func rest(_ address: IPv4Address) {
        owners[address] = nil
        resting[address] = now + pool.configuration.cooldown
    }

    mutating func granted(_ waiter: WaiterID, _ grant: Grant) throws {
        let attachment = grant.attachment
        let address = attachment.address
        guard let waiter = waiting.removeValue(forKey: waiter) else { throw Failure("\(waiter) did not wait") }
        guard waiter.pod == attachment.id else { throw Failure("\(waiter.pod) got what is \(attachment.id)'s") }
        if let owner = owners[address], owner != attachment.id {
            throw Failure("\(address) is \(owner)'s and given to \(attachment.id)")
        }
        if let known = owners.first(where: { $0.value == attachment.id })?.key, known != address {
            guard forgotten.contains(attachment.id) else {
                throw Failure("\(attachment.id) has \(known), gets \(address)")
            }
            rest(known)
        }
        if !grant.isRepeat {
            if let until = resting[address], until > now {
                throw Failure("\(address) rests for another \((until - now).text) and is given to \(attachment.id)")
            }
            guard
                cloud.serves(address, on: attachment.eni)
                    || tampered.contains(Place(address: address, eni: attachment.eni))
                    || tamperedENIs.contains(attachment.eni)
            else { throw Failure("\(address) is given to \(attachment.id), and \(attachment.eni) does not serve it") }
            for call in calls where call.action.eni == attachment.eni {
                switch call.action {
                case .unassign(_, let leaving) where leaving.contains(address): throw Failure("\(address) is leaving")
                case .detachENI, .deleteENI: throw Failure("\(attachment.eni) is leaving")
                default: break
                }
            }
        }
        owners[address] = attachment.id
        kernel[attachment.id] = address
    }

    func checkLimits(_ action: Action) throws {
        let configuration = pool.configuration
        let enis = max(
            1,
            min(
                configuration.maxENI ?? 99, cloud.limits.enis - configuration.reservedENIs,
                cloud.limits.enis - pool.foreignDevices.count))
        let limit = min(configuration.maxPods ?? 999, enis * (cloud.limits.ipv4PerENI - 1))
        switch action {
        case .createENI, .assign:
            var held = pool.creations.reduce(0) { $0 + $1.addressCount }
            for eni in pool.enis.values { held += eni.heldCount + eni.incoming }
            if held > limit { throw Failure("\(held) addresses are held or asked for, \(limit) may be") }
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

    mutating func check() throws {
        if let difference = store.difference(from: pool, now: now) { throw Failure(difference) }
        if let inconsistency = pool.inconsistency { throw Failure(inconsistency) }
        if let late = waiting.values.first(where: { $0.deadline <= now }) {
            throw Failure("\(late.pod) waits beyond its deadline")
        }
        guard waiting.count == pool.waiterCount else { throw Failure("\(pool.waiterCount) wait, not \(waiting.count)") }
        for (address, owner) in owners {
            if pool.attachments[owner]?.address == address {
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
        let orphaned = Set(orphans.map(\.address))
        for view in own where pool.enis[view.id]?.phase != .lost {
            let known = Set(pool.addresses.values.filter { $0.eni == view.id }.map(\.address)).subtracting(orphaned)
            guard known == Set(view.secondaryAddresses).subtracting(orphaned) else {
                throw Failure("\(view.id) has \(view.secondaryAddresses), the pool knows \(known)")
            }
        }
        // Strays are reported, and left to whoever deletes their pods.
        let known = kernel.filter { pool.strays[$0.value] == nil }
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
        let ready = pool.enis.values.filter(\.isReady)
        let free = ready.reduce(0) { $0 + $1.free.count }
        let total = ready.reduce(0) { $0 + $1.free.count + $1.assignedCount + $1.coolingCount }
        let perENI = cloud.limits.ipv4PerENI - 1
        let isShort =
            switch pool.target {
            case .enis(let count): count == 0 ? free == 0 : free < count * perENI
            case .addresses(let warm, let minimum): free < warm || total < minimum
            case .adaptive(let goal): throw Failure("\(goal) says nothing of the present")
            }
        let isFull = total >= pool.addressLimit(cloud.limits)
        if isShort && !isFull && !isSubnetTight && orphanCount == 0 {
            throw Failure("the target is missed: \(free) of \(total) free, \(pool.configuration.target)")
        }
        if pool.nextShrink() != nil { throw Failure("there is more to give back") }
    }

    /// A whole ENI's worth of addresses cannot be had.
    var isSubnetTight: Bool { cloud.free.count <= cloud.limits.ipv4PerENI }

    var orphanCount: Int { pool.enis.values.reduce(0) { $0 + $1.orphanedCount } }
}
