import Addressing
import Timekeeping

@testable import Pool

/// A pool in a naive cloud to which anything happens in any order, and a memory of its own of what the outside was
/// told, against which every step of the pool is checked.
struct RandomWorld {
    /// A call under way.
    struct Call {
        var action: Action
        var startedAt: Instant
        /// What the provider did; `nil` while it has not come to it.
        var result: Result<Done, ProviderError>?
    }

    /// An address on an interface.
    struct Place: Hashable {
        var address: IPv4Address
        var eni: ENIID
    }

    enum Done {
        case created(InterfaceView)
        case assigned([IPv4Address])
        case seen([ENIID: InterfaceView])
        case done
    }

    var cloud: NaiveCloud
    var store = NaiveStore()
    var pool: Pool
    var now = Instant.origin + .seconds(100)
    var calls: [Call] = []
    var kernel: [AttachmentID: IPv4Address] = [:]
    var random: SplitMix64
    var counts: [PoolWorld.Call: Int] = [:]

    /// Who waits, until when.
    private var waiting: [WaiterID: (pod: AttachmentID, deadline: Instant)] = [:]
    /// Who was told that an address is theirs.
    private var owners: [IPv4Address: AttachmentID] = [:]
    /// Who had an address when the store was lost, until the pool knows of it again.
    private var forgotten: Set<AttachmentID> = []
    /// Until when an address may be given to nobody.
    private var resting: [IPv4Address: Instant] = [:]
    /// What others changed, or may have: there the pool cannot know better before it looks.
    private var tampered: Set<Place> = []
    private var tamperedENIs: Set<ENIID> = []
    private var history: [(at: Instant, interfaces: [ENIID: InterfaceView])] = []
    private var waiterCount: UInt64 = 0
    private var runs = 0
    /// Stored, but not seen by anybody.
    private var isDying = false
    static let largestLag = 15.0

    init(seed: UInt64) throws {
        random = SplitMix64(seed: seed)
        let limits = NodeLimits(
            enis: .random(in: 1...4, using: &random), ipv4PerENI: .random(in: 2...7, using: &random))
        cloud = NaiveCloud(limits: limits, subnetSize: .random(in: 8...80, using: &random))
        pool = Pool(configuration: PoolConfiguration(), nonce: "run-0", now: now)
        try perform(pool.reconfigure(RandomWorld.configuration(random.next()), now: now))
        remember()
    }

    static func configuration(_ seed: UInt64) -> PoolConfiguration {
        var random = SplitMix64(seed: seed)
        var configuration = PoolConfiguration()
        configuration.target =
            Bool.random(using: &random)
            ? .enis(.random(in: 0...2, using: &random))
            : .addresses(warm: .random(in: 0...6, using: &random), minimum: .random(in: 0...8, using: &random))
        if Int.random(in: 0..<4, using: &random) == 0 { configuration.maxENI = .random(in: 1...4, using: &random) }
        if Int.random(in: 0..<4, using: &random) == 0 { configuration.reservedENIs = 1 }
        if Int.random(in: 0..<3, using: &random) == 0 { configuration.maxPods = .random(in: 1...15, using: &random) }
        configuration.cooldown = .seconds([0, 1, 30, 90][Int.random(in: 0..<4, using: &random)])
        configuration.consistencyWindow = .seconds(20)
        return configuration
    }

    // MARK: Events

    mutating func happen(_ event: RandomEvent) throws {
        try carryThrough(event)
        try check()
    }

    private mutating func carryThrough(_ event: RandomEvent) throws {
        switch event {
        case .add(let pod, let milliseconds, let requested): try add(pod, milliseconds, requested)
        case .delete(let pod): try release(RandomWorld.id(pod))
        case .vanish(let pod):
            let id = RandomWorld.id(pod)
            kernel[id] = nil
            if forgotten.remove(id) != nil { owners = owners.filter { $0.value != id } }
        case .cancel(let index):
            guard let waiter = waiting.keys.sorted(by: { $0.number < $1.number }).chosen(index) else { return }
            waiting[waiter] = nil
            try perform(pool.cancel(waiter, now: now))
        case .collectGarbage(let keep):
            let valid = Set((0..<64).filter { keep >> UInt64($0) & 1 == 1 }.map(RandomWorld.id))
            for attachment in pool.stale(in: "net", valid: valid) { try release(attachment.id) }
        case .pass(let milliseconds): try pass(.milliseconds(milliseconds))
        case .carryOut(let index):
            if !calls.isEmpty { carryOut(index % calls.count) }
        case .answer(let index, let reply):
            if !calls.isEmpty { try answer(index % calls.count, reply) }
        case .observe: begin(.readBack)
        case .foreign(let change, let index): tamper(change, index)
        case .reconfigure(let number):
            try perform(pool.reconfigure(RandomWorld.configuration(number), now: now))
        case .crash(let during, let sameBoot, let losingStore, let carriedOut):
            isDying = true
            if let during { try carryThrough(during) }
            isDying = false
            try restart(sameBoot: sameBoot, losingStore: losingStore && sameBoot, carriedOut: carriedOut)
        }
    }

    private static func id(_ pod: Int) -> AttachmentID {
        AttachmentID(network: "net", containerID: "\(pod)", ifname: "eth0")
    }

    private mutating func add(_ pod: Int, _ milliseconds: Int, _ requested: Int?) throws {
        waiterCount += 1
        let waiter = WaiterID(waiterCount)
        let deadline = now + .milliseconds(milliseconds)
        waiting[waiter] = (RandomWorld.id(pod), deadline)
        let request = AddRequest(
            id: RandomWorld.id(pod), netns: "/run/netns/\(pod)",
            requested: requested.map { NaiveCloud.cidr[4 + $0] }, deadline: deadline)
        try perform(pool.add(request, waiter: waiter, now: now))
    }

    private mutating func release(_ id: AttachmentID) throws {
        kernel[id] = nil
        if forgotten.remove(id) != nil, pool.attachments[id] == nil {
            // Nobody remembers when it was released.
            owners = owners.filter { $0.value != id }
        }
        try perform(pool.release(id, now: now))
    }

    mutating func pass(_ duration: Duration) throws {
        let end = now + duration
        var ticks = 0
        while let next = pool.nextTick(after: now), next <= end {
            guard next > now else { throw Failure("a tick is asked for at \(next.nanoseconds), which is past") }
            now = next
            try perform(pool.tick(now: now))
            ticks += 1
            guard ticks < 2_000 else { throw Failure("ticks without end") }
        }
        now = end
    }

    private mutating func restart(sameBoot: Bool, losingStore: Bool, carriedOut: UInt64) throws {
        for index in calls.indices where carriedOut >> UInt64(index % 64) & 1 == 1 { carryOut(index) }
        calls = []
        waiting = [:]
        runs += 1
        if losingStore {
            store = NaiveStore()
            // What the kernel has no interface for is forgotten.
            for (address, owner) in owners where kernel[owner] != address { owners[address] = nil }
            forgotten = Set(owners.values)
            resting = [:]
        }
        if !sameBoot {
            kernel = [:]
            for address in owners.keys { rest(address) }
            // Those that rested already do so by the new clock.
            for (address, until) in resting { resting[address] = min(until, now + pool.configuration.cooldown) }
        }
        let restored = Pool.restored(
            store.snapshot, sameBoot: sameBoot, configuration: pool.configuration, nonce: "run-\(runs)", now: now)
        pool = restored.pool
        store.apply(restored.changes)
    }

    // MARK: The provider

    private mutating func begin(_ action: Action) {
        if action == .readBack, calls.contains(where: { $0.action == .readBack }) { return }
        if let call = action.call { counts[call, default: 0] += 1 }
        calls.append(Call(action: action, startedAt: now, result: nil))
    }

    private mutating func carryOut(_ index: Int) {
        guard calls[index].result == nil else { return }
        do throws(ProviderError) {
            calls[index].result = .success(try done(calls[index].action))
        } catch {
            calls[index].result = .failure(error)
        }
        remember()
    }

    private mutating func done(_ action: Action) throws(ProviderError) -> Done {
        switch action {
        case .createENI(let token, let count):
            let view = try cloud.create(token, addressCount: count)
            return .created(view)
        case .assign(let eni, let count, _):
            let new = try cloud.assign(eni, count: count)
            for address in new { tampered.remove(Place(address: address, eni: eni)) }
            return .assigned(new)
        case .attachENI(let eni, let index):
            try cloud.attach(eni, deviceIndex: index)
            tamperedENIs.remove(eni)
        case .configureENI(let eni): try cloud.configure(eni)
        case .unassign(let eni, let addresses): try cloud.unassign(eni, addresses)
        case .detachENI(let eni): try cloud.detach(eni)
        case .deleteENI(let eni): try cloud.delete(eni)
        case .readBack, .grant, .refuse: return .seen(view())
        }
        return .done
    }

    private mutating func answer(_ index: Int, _ reply: RandomEvent.Reply) throws {
        if case .truth = reply { carryOut(index) }
        let call = calls.remove(at: index)
        switch (reply, call.result) {
        case (.truth, .success(let done)?): try succeed(call, done)
        case (.truth, .failure(let error)?): try fail(call, error)
        case (.error(let error), nil): try fail(call, error)
        default: try fail(call, .unreachable("timed out"))
        }
    }

    private mutating func succeed(_ call: Call, _ done: Done) throws {
        switch (call.action, done) {
        case (.createENI(let token, _), .created(let view)): try perform(pool.created(token, view, now: now))
        case (.assign(let eni, _, let token), .assigned(let new)):
            try perform(pool.assigned(eni, new, token: token, now: now))
        case (.attachENI(let eni, _), _), (.configureENI(let eni), _): try perform(pool.ready(eni, now: now))
        case (.unassign(let eni, let gone), _): try perform(pool.unassigned(eni, gone, now: now))
        case (.detachENI(let eni), _): try perform(pool.detached(eni, now: now))
        case (.deleteENI(let eni), _): try perform(pool.deleted(eni, now: now))
        case (_, .seen(let interfaces)):
            let seen = Observation(
                node: cloud.node, interfaces: interfaces.values.sorted { $0.id < $1.id }, subnets: cloud.subnets,
                pods: kernel.sorted { $0.value < $1.value }.map { Observation.Pod(id: $0.key, address: $0.value) })
            try perform(pool.reconcile(seen, takenAt: call.startedAt, now: now))
        default: throw Failure("\(call.action) cannot be answered so")
        }
    }

    private mutating func fail(_ call: Call, _ error: ProviderError) throws {
        let jitter = Double.random(in: 0..<1, using: &random)
        try perform(
            call.action == .readBack
                ? pool.observationFailed(error, jitter: jitter, now: now)
                : pool.failed(call.action, error, jitter: jitter, now: now))
    }

    /// What the provider shows: each interface as it was at some moment not long ago.
    private mutating func view() -> [ENIID: InterfaceView] {
        guard isCalm == false else { return cloud.interfaces }
        let recent = history.suffix(while: { now < $0.at + .seconds(RandomWorld.largestLag) })
        var view: [ENIID: InterfaceView] = [:]
        let known = Set(recent.flatMap(\.interfaces.keys)).union(cloud.interfaces.keys)
        for id in known.sorted() {
            let lag = Duration.seconds(Double.random(in: 0..<RandomWorld.largestLag, using: &random))
            view[id] = (history.last { $0.at + lag <= now } ?? history[0]).interfaces[id]
        }
        return view
    }

    private mutating func remember() {
        history.append((now, cloud.interfaces))
        if history.count > 400 { history.removeFirst(200) }
    }

    private mutating func tamper(_ change: RandomEvent.ForeignChange, _ index: Int) {
        let ids = cloud.interfaces.keys.filter { $0 != NaiveCloud.primary }.sorted()
        switch change {
        case .takesAddress:
            let pairs = cloud.interfaces.keys.sorted().flatMap { id in
                (cloud.interfaces[id]?.secondaryAddresses ?? []).map { (id, $0) }
            }
            guard let (eni, address) = pairs.chosen(index) else { return }
            tampered.insert(Place(address: address, eni: eni))
            try? cloud.unassign(eni, [address])
        case .addsAddress:
            guard let eni = cloud.interfaces.keys.sorted().chosen(index) else { return }
            for address in (try? cloud.assign(eni, count: 1)) ?? [] {
                tampered.insert(Place(address: address, eni: eni))
            }
        case .detachesENI:
            guard let eni = ids.chosen(index) else { return }
            tamperedENIs.insert(eni)
            try? cloud.detach(eni)
        case .deletesENI:
            guard let eni = ids.chosen(index) else { return }
            if (try? cloud.delete(eni)) != nil { tamperedENIs.insert(eni) }
        case .tagsENI:
            guard let eni = ids.chosen(index) else { return }
            tamperedENIs.insert(eni)
            let isTagged = cloud.interfaces[eni]?.tags[ENITag.noManage] == "true"
            cloud.interfaces[eni]?.tags[ENITag.noManage] = isTagged ? nil : "true"
        case .attachesENI:
            guard cloud.attachedCount < cloud.limits.enis,
                let view = try? cloud.create(MutationToken("foreign"), addressCount: 1)
            else { return }
            let used = Set(cloud.interfaces.values.compactMap(\.attachment.deviceIndex))
            guard let free = (1...9).first(where: { !used.contains($0) }) else { return }
            try? cloud.attach(view.id, deviceIndex: free)
            tamperedENIs.insert(view.id)
            if index % 2 == 0 { cloud.interfaces[view.id]?.tags[ENITag.noManage] = "true" }
        case .removesENI:
            guard let eni = ids.chosen(index) else { return }
            tamperedENIs.insert(eni)
            try? cloud.detach(eni)
            try? cloud.delete(eni)
        }
        remember()
    }

    // MARK: What follows, and what must hold

    private mutating func perform(_ outcome: Outcome) throws {
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

    private mutating func note(_ repair: Repair) {
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

    private mutating func rest(_ address: IPv4Address) {
        owners[address] = nil
        resting[address] = now + pool.configuration.cooldown
    }

    private mutating func granted(_ waiter: WaiterID, _ grant: Grant) throws {
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

    private func checkLimits(_ action: Action) throws {
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

    private mutating func check() throws {
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

    // MARK: The end

    private var isCalm = false

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
        guard Set(kernel.keys) == Set(pool.attachments.keys), pool.waiterCount == 0 else {
            throw Failure("kernel: \(kernel), pool: \(pool.attachments.keys)")
        }
        try checkTarget()
        let before = counts
        try pass(.seconds(600))
        guard isSubnetTight || orphanCount > 0 || (calls.isEmpty && counts == before) else {
            throw Failure("no rest: \(calls.map(\.action)) \(counts)")
        }
        if !isSubnetTight, orphanCount == 0, let next = pool.nextTick(after: now) {
            throw Failure("an idle pool asks for a tick at \(next.nanoseconds)")
        }
    }

    private mutating func answerAll() throws {
        var answers = 0
        while !calls.isEmpty {
            try answer(0, .truth)
            try pass(.milliseconds(100))
            answers += 1
            guard answers < 300 else { throw Failure("calls without end: \(calls.map(\.action))") }
        }
        try check()
    }

    private func checkTarget() throws {
        let ready = pool.enis.values.filter(\.isReady)
        let free = ready.reduce(0) { $0 + $1.free.count }
        let total = ready.reduce(0) { $0 + $1.free.count + $1.assignedCount + $1.coolingCount }
        let perENI = cloud.limits.ipv4PerENI - 1
        let isShort =
            switch pool.configuration.target {
            case .enis(let count): count == 0 ? free == 0 : free < count * perENI
            case .addresses(let warm, let minimum): free < warm || total < minimum
            }
        let isFull = total >= pool.addressLimit(cloud.limits)
        if isShort && !isFull && !isSubnetTight && orphanCount == 0 {
            throw Failure("the target is missed: \(free) of \(total) free, \(pool.configuration.target)")
        }
        if pool.nextShrink() != nil { throw Failure("there is more to give back") }
    }

    /// A whole ENI's worth of addresses cannot be had.
    private var isSubnetTight: Bool { cloud.free.count <= cloud.limits.ipv4PerENI }

    private var orphanCount: Int { pool.enis.values.reduce(0) { $0 + $1.orphanedCount } }
}

extension RandomAccessCollection where Index == Int {
    /// The element that a number chooses.
    fileprivate func chosen(_ number: Int) -> Element? {
        isEmpty ? nil : self[startIndex + number % count]
    }
}

extension Array {
    /// The longest end of the array whose elements all satisfy a condition.
    fileprivate func suffix(while condition: (Element) -> Bool) -> ArraySlice<Element> {
        self[(lastIndex { !condition($0) }.map { $0 + 1 } ?? startIndex)...]
    }
}
