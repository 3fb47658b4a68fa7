import Addressing
import Identity
import Timekeeping

@testable import Pool

/// The provider, and what others do in its cloud.
extension RandomWorld {
    mutating func begin(_ action: Action) {
        if action == .readBack, calls.contains(where: { $0.action == .readBack }) { return }
        if let call = action.call { counts[call, default: 0] += 1 }
        calls.append(Call(action: action, startedAt: now, result: nil))
    }

    mutating func carryOut(_ index: Int) {
        guard calls[index].result == nil else { return }
        do throws(ProviderError) {
            calls[index].result = .success(try done(calls[index].action))
        } catch {
            calls[index].result = .failure(error)
        }
        remember()
    }

    mutating func done(_ action: Action) throws(ProviderError) -> Done {
        switch action {
        case .createENI(let token, let eni): return .created(try cloud.create(token, eni))
        case .assign(let eni, let kind, let count, _):
            let new = try cloud.assign(eni, kind, count: count)
            for block in new { tampered.remove(Place(block: block, eni: eni)) }
            return .assigned(new)
        case .attachENI(let eni, let index):
            try cloud.attach(eni, deviceIndex: index)
            tamperedENIs.remove(eni)
        case .configureENI(let eni): try cloud.configure(eni)
        case .unassign(let eni, let blocks): try cloud.unassign(eni, blocks)
        case .detachENI(let eni): try cloud.detach(eni)
        case .deleteENI(let eni): try cloud.delete(eni)
        case .readBack, .grant, .refuse: return .seen(view())
        }
        return .done
    }

    mutating func answer(_ index: Int, _ reply: RandomEvent.Reply) throws {
        if case .truth = reply { carryOut(index) }
        let call = calls.remove(at: index)
        switch (reply, call.result) {
        case (.truth, .success(let done)?): try succeed(call, done)
        case (.truth, .failure(let error)?): try fail(call, error)
        case (.error(let error), nil): try fail(call, error)
        default: try fail(call, .unreachable("timed out"))
        }
    }

    mutating func succeed(_ call: Call, _ done: Done) throws {
        switch (call.action, done) {
        case (.createENI(let token, _), .created(let view)): try perform(pool.created(token, view, now: now))
        case (.assign(let eni, _, _, let token), .assigned(let new)):
            try perform(pool.assigned(eni, new, token: token, now: now))
        case (.attachENI(let eni, _), _), (.configureENI(let eni), _): try perform(pool.ready(eni, now: now))
        case (.unassign(let eni, let gone), _): try perform(pool.unassigned(eni, gone, now: now))
        case (.detachENI(let eni), _): try perform(pool.detached(eni, now: now))
        case (.deleteENI(let eni), _): try perform(pool.deleted(eni, now: now))
        case (_, .seen(let interfaces)):
            let seen = Observation(
                node: cloud.node, interfaces: interfaces.values.sorted { $0.id < $1.id }, subnets: cloud.subnets,
                pods: kernel.sorted { $0.value.primary < $1.value.primary }
                    .map { Observation.Pod(id: $0.key, addresses: $0.value) })
            try perform(pool.reconcile(seen, takenAt: call.startedAt, now: now))
        default: throw Failure("\(call.action) cannot be answered so")
        }
    }

    mutating func fail(_ call: Call, _ error: ProviderError) throws {
        let jitter = Double.random(in: 0..<1, using: &random)
        try perform(
            call.action == .readBack
                ? pool.observationFailed(error, jitter: jitter, now: now)
                : pool.failed(call.action, error, jitter: jitter, now: now))
    }

    /// What the provider shows: each interface as it was at some moment not long ago.
    mutating func view() -> [ENIID: InterfaceView] {
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

    mutating func remember() {
        history.append((now, cloud.interfaces))
        if history.count > 400 { history.removeFirst(200) }
    }

    mutating func tamper(_ change: RandomEvent.ForeignChange, _ index: Int) {
        let ids = cloud.interfaces.keys.filter { $0 != NaiveCloud.primary }.sorted()
        switch change {
        case .takesAddress:
            let pairs = cloud.interfaces.keys.sorted().flatMap { id in
                (cloud.interfaces[id]?.blocks ?? []).map { (id, $0) }
            }
            guard let (eni, block) = pairs.chosen(index) else { return }
            tampered.insert(Place(block: block, eni: eni))
            try? cloud.unassign(eni, [block])
        case .addsAddress:
            guard let eni = cloud.interfaces.keys.sorted().chosen(index) else { return }
            let kind = hasModes ? [BlockKind.address, .prefix, .ipv6Prefix].chosen(index) ?? .address : .address
            for block in (try? cloud.assign(eni, kind, count: 1)) ?? [] {
                tampered.insert(Place(block: block, eni: eni))
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
                let view = try? cloud.create(MutationToken("foreign"), .own(1))
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
}

extension RandomAccessCollection where Index == Int {
    /// The element that a number chooses.
    func chosen(_ number: Int) -> Element? {
        isEmpty ? nil : self[startIndex + number % count]
    }
}

extension Array {
    /// The longest end of the array whose elements all satisfy a condition.
    func suffix(while condition: (Element) -> Bool) -> ArraySlice<Element> {
        self[(lastIndex { !condition($0) }.map { $0 + 1 } ?? startIndex)...]
    }
}
