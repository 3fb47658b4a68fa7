import Addressing
import ModelVPC
import ModelViews
import Pool
import Timekeeping

extension Simulation {
    /// An instance is launched, and its daemon starts. Where its subnet is full, it is tried again a minute later.
    mutating func join(_ node: Int) throws(Violation) {
        guard now < scenario.plan.nodes[node].leaves ?? .distantFuture else { return }
        let group = nodes[node].group
        let primary: ModelVPC.InterfaceID
        do throws(ModelVPC.Failure) {
            primary = try vpc.launch(
                nodes[node].instance, type: group.instanceType.name, limits: .init(group.instanceType),
                in: ModelVPC.SubnetID(group.subnet), at: now
            ).primaryInterface
        } catch .insufficientFreeAddresses {
            tell?(now, "node \(node) cannot be launched: \(group.subnet) is full")
            nodes[node].joins = now + .seconds(60)
            return queue.add(.nodeJoins(node), at: nodes[node].joins)
        } catch {
            throw Violation(at: now, .understanding, "node \(node) cannot be launched: \(error)")
        }
        trace.add(1, now, node)
        tell?(now, "node \(node) joins")
        nodes[node].start(at: now)
        report.nodesJoined += 1
        gauges.nodeJoined()
        try book.note([primary], vpc, now)
        try look(node, run: nodes[node].run)
    }

    /// A machine is terminated, with all its pods.
    mutating func leave(_ node: Int) throws(Violation) {
        guard nodes[node].isPresent else { return }
        trace.add(2, now, node)
        tell?(now, "node \(node) leaves, its machine is terminated")
        nodes[node].stop(at: now)
        gauges.nodeLeft()
        gauges.stranded -= nodes[node].stranded
        gauges.enis -= nodes[node].eniCount
        for pod in nodes[node].running.union(nodes[node].waiting).sorted() {
            finish(pod: pod)
        }
        // The instance exists: its node has joined.
        let interfaces = (try? vpc.instance(nodes[node].instance).interfaces) ?? []
        for interface in interfaces.compactMap(vpc.present) { ledger.forget(interface) }
        try? vpc.terminate(nodes[node].instance, at: now)
        try book.note(interfaces, vpc, now)
    }

    /// Reads the provider's view, as at every interval.
    mutating func look(_ node: Int, run: Int) throws(Violation) {
        guard nodes[node].run == run else { return }
        let jitter = nodes[node].reading.isStretched ? random.nextFraction() : 0
        queue.add(.nodeLooks(node, run: run), at: now + nodes[node].reading.pause(jitter: jitter))
        try readView(node)
    }

    /// Reads the provider's view, unless that is under way.
    mutating func readView(_ node: Int) throws(Violation) {
        guard !nodes[node].isLooking else {
            nodes[node].looksAgain = true
            return
        }
        nodes[node].isLooking = true
        try begin(nodes[node].unfinishedLook.take() ?? .describe(takenAt: now, nil, nil), on: node)
    }

    /// A look has ended, one way or the other.
    mutating func endLook(_ node: Int) throws(Violation) {
        nodes[node].isLooking = false
        guard nodes[node].looksAgain else { return }
        nodes[node].looksAgain = false
        try readView(node)
    }

    mutating func tick(_ node: Int) throws(Violation) {
        guard nodes[node].isUp, nodes[node].tickAt == now else { return }
        nodes[node].tickAt = nil
        try perform(nodes[node].pool.tick(now: now), on: node)
    }

    /// What the provider and the kernel of a node say.
    func observation(
        of node: Int, _ view: NodeView, _ interfaces: [InterfaceView], _ subnets: [SubnetView]
    ) -> Observation {
        let running = nodes[node].running.sorted().compactMap { index in
            pods[index].addresses.map { Observation.Pod(id: pods[index].attachment(index), addresses: $0) }
        }
        return Observation(node: view, interfaces: interfaces, subnets: subnets, pods: running)
    }

    /// Does what follows from an event of a node's pool.
    mutating func perform(_ outcome: Outcome, on node: Int) throws(Violation) {
        nodes[node].store?.apply(outcome.changes)
        if let downFor = nodes[node].isDoomed { return stopDaemon(node, downFor: downFor) }
        for action in outcome.actions {
            switch action {
            case .grant(let waiter, let grant): try grantArrives(grant, to: Int(waiter.number))
            case .refuse(let waiter, let cause): refusalArrives(cause, to: Int(waiter.number))
            case .readBack: try readView(node)
            case .configureENI(let eni) where nodes[node].pool.enis[eni]?.isPrimary == true:
                try lookForInterface(of: eni, on: node, until: now + scenario.attachTimeout)
            case .configureENI(let eni): try begin(.setDeleteOnTermination(eni), on: node)
            case .createENI(let token, let eni): try begin(.create(token, eni), on: node)
            case .attachENI(let eni, let index): try begin(.attach(eni, deviceIndex: index), on: node)
            case .assign(let eni, let kind, let count, let token):
                try begin(.assign(eni, kind, count: count, token), on: node)
            case .unassign(let eni, let blocks): try begin(.unassign(eni, blocks), on: node)
            case .detachENI(let eni): try begin(.detach(eni), on: node)
            case .deleteENI(let eni): try begin(.delete(eni), on: node)
            }
        }
        gauges.stranded -= nodes[node].stranded
        gauges.enis -= nodes[node].eniCount
        let next = nodes[node].rest(at: now)
        gauges.stranded += nodes[node].stranded
        gauges.enis += nodes[node].eniCount
        if let next, next != nodes[node].tickAt { queue.add(.nodeTicks(node), at: next) }
        nodes[node].tickAt = next
    }
}
