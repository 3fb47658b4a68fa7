import Addressing
import Identity
import ModelVPC
import ModelViews
import Pool
import Timekeeping

/// What is judged when a simulation has come to rest.
extension Simulation {
    /// Goes on without new pods, faults and incidents, and judges every node at the first moment after `rest` at which
    /// nothing is under way on it.
    ///
    /// - Throws: ``Violation``, also where a node does not come to rest within as long a time again.
    mutating func quiesce(for rest: Duration) throws(Violation) {
        isQuiescing = true
        let (begin, limit) = (now + rest, now + rest + rest)
        try advance(to: begin)
        var unjudged = Set(nodes.indices.filter { nodes[$0].isPresent })
        for node in unjudged.sorted() where isIdle(node) {
            try judge(node)
            unjudged.remove(node)
        }
        while let node = unjudged.min() {
            guard let (at, event) = nextEvent(before: limit) else {
                throw Violation(
                    at: now, .rest, "node \(node) has not come to rest after \(rest.rounded) without faults")
            }
            now = at
            try handle(event)
            for node in unjudged.sorted() where isIdle(node) {
                try judge(node)
                unjudged.remove(node)
            }
        }
        try judgeCloud()
    }

    /// Whether nothing is under way on a node.
    private func isIdle(_ node: Int) -> Bool {
        nodes[node].isUp && nodes[node].callsUnderWay == 0 && !nodes[node].isLooking
            && nodes[node].pool.enis.values.allSatisfy { eni in
                switch eni.phase {
                case .ready, .lost: eni.operation == nil
                case .created, .attaching, .detaching, .detached, .deleting: false
                }
            }
    }

    // MARK: One node

    private func judge(_ node: Int) throws(Violation) {
        try judgeENIs(of: node)
        try judgePods(of: node)
        if let store = nodes[node].store { try judge(store, nodes[node].pool) }
        try judgeWaiting(of: node)
    }

    private func judgeENIs(of node: Int) throws(Violation) {
        let (instance, pool) = (nodes[node].instance, nodes[node].pool)
        let attached = ((try? vpc.instance(instance).interfaces) ?? []).compactMap(vpc.present).map(InterfaceView.init)
        let known = Set(pool.enis.values.filter { $0.phase != .lost }.map(\.id))
        guard Set(attached.map(\.id)) == known else {
            throw Violation(
                at: now, .agreement,
                "\(instance.rawValue) has the ENIs \(words(attached.map(\.id))), its pool knows \(words(known))")
        }
        for view in attached {
            guard let eni = pool.enis[view.id] else { continue }
            let (inCloud, inPool) = (Set(view.blocks), pool.knownBlocks(of: eni))
            guard inCloud != inPool else { continue }
            throw Violation(
                at: now, .agreement,
                "of \(view.id) the cloud alone has \(words(inCloud.subtracting(inPool))), the pool alone "
                    + words(inPool.subtracting(inCloud)))
        }
    }

    private func judgePods(of node: Int) throws(Violation) {
        let running = Dictionary(
            uniqueKeysWithValues: nodes[node].running.map { (pods[$0].attachment($0), pods[$0].addresses) })
        let attached = nodes[node].pool.attachments.mapValues { Optional($0.addresses) }
        guard running == attached else {
            throw Violation(
                at: now, .agreement,
                "on node \(node) the pods \(words(running.keys)) run, the pool knows \(words(attached.keys))")
        }
    }

    private func judge(_ store: VirtualStore, _ pool: Pool) throws(Violation) {
        guard Set(store.enis.keys) == Set(pool.enis.keys) else {
            throw Violation(
                at: now, .agreement,
                "the store has the ENIs \(words(store.enis.keys)), the pool \(words(pool.enis.keys))")
        }
        guard store.attachments == pool.attachments else {
            throw Violation(at: now, .agreement, "store and pool have different attachments")
        }
        guard Set(store.addresses.keys) == Set(pool.addresses.keys) else {
            throw Violation(at: now, .agreement, "store and pool have different addresses")
        }
        for (address, record) in store.addresses {
            guard let known = pool.addresses[address], record.at(now) != known.at(now) else { continue }
            throw Violation(
                at: now, .agreement, "\(address) is \(record.state) in the store and \(known.state) in the pool")
        }
    }

    private func judgeWaiting(of node: Int) throws(Violation) {
        guard !nodes[node].waiting.isEmpty, case .node = nodes[node].group.pool.placement else { return }
        let pool = nodes[node].pool
        let free = pool.enis.values.reduce(0) { $0 + ($1.isReady ? $1.freeCount : 0) }
        guard free == 0 || pool.attachments.count >= nodes[node].group.pool.maxPods ?? .max else {
            throw Violation(
                at: now, .rest,
                "\(nodes[node].waiting.count) pods wait on node \(node), where \(free) addresses are free")
        }
    }

    // MARK: The cloud

    private func judgeCloud() throws(Violation) {
        var owners: [IPv4Address: ModelVPC.InterfaceID] = [:]
        let living = Set(nodes.filter(\.isPresent).map(\.instance.rawValue))
        for interface in vpc.presentInterfaces {
            let all =
                [interface.primaryAddress] + interface.secondaryAddresses + interface.prefixes.flatMap(\.addresses)
            for address in all {
                if let other = owners.updateValue(interface.id, forKey: address) {
                    throw Violation(at: now, .conservation, "\(other) and \(interface.id) both have \(address)")
                }
            }
            guard interface.attachment == nil else { continue }
            // What a terminated machine was about to attach or to delete stays its own.
            if let owner = interface.tags[CloudTag.instance], !living.contains(owner) { continue }
            throw Violation(at: now, .leak, "\(interface.id) is attached to nothing, and nobody knows it")
        }
    }
}

extension AddressRecord {
    /// As it is at an instant, after which a cooling address is as good as free.
    fileprivate func at(_ now: Instant) -> AddressRecord {
        var record = self
        if let until = state.coolingUntil, until <= now { record.state = .free }
        return record
    }
}

/// At most a few names, in order.
private func words(_ names: some Sequence<some CustomStringConvertible>) -> String {
    let all = names.map(\.description).sorted()
    guard !all.isEmpty else { return "none" }
    return all.count <= 4
        ? all.joined(separator: ", ") : all.prefix(3).joined(separator: ", ") + " and \(all.count - 3) more"
}
