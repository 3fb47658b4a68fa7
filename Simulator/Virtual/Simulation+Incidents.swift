import ModelVPC
import ModelViews
import Pool
import Timekeeping

extension Simulation {
    mutating func begin(_ incident: Int) throws(Violation) {
        tell?(now, "\(scenario.incidents[incident])")
        switch scenario.incidents[incident] {
        case .daemonsDie(let range, _, let downFor):
            for node in range.clamped(to: nodes.indices) where nodes[node].isUp {
                // One of two dies later, when it has stored what an event changed, and before anybody saw it.
                if random.nextFraction() < 0.5 {
                    stopDaemon(node, downFor: downFor)
                } else {
                    nodes[node].isDoomed = downFor
                }
            }
        case .nodesReboot(let range, _, let downFor):
            for node in range.clamped(to: nodes.indices) where nodes[node].isPowered { reboot(node, downFor: downFor) }
        case .strangerTakes(let subnet, let count, _, let until):
            let id = ModelVPC.SubnetID(subnet)
            taken[incident] = try? vpc.occupy(id, addresses: min(count, vpc.freeAddressCount(in: id)))
            book.noteStrangers(taken[incident]?.count ?? 0, in: id)
            if let until { queue.add(.incidentEnds(incident), at: max(now, until)) }
        case .enisLeak(let range, _):
            for node in range.clamped(to: nodes.indices) where nodes[node].isPowered { try leakENI(of: node) }
        }
    }

    mutating func end(incident: Int) {
        guard case .strangerTakes(let subnet, _, _, _) = scenario.incidents[incident] else { return }
        let addresses = taken.removeValue(forKey: incident) ?? []
        vpc.vacate(ModelVPC.SubnetID(subnet), addresses: addresses)
        book.noteStrangers(-addresses.count, in: ModelVPC.SubnetID(subnet))
    }

    /// A daemon is killed: calls that have left take place, and their answers are never heard.
    mutating func stopDaemon(_ node: Int, downFor: Duration) {
        trace.add(8, now, node)
        tell?(now, "the daemon of node \(node) dies for \(downFor.rounded)")
        nodes[node].stopDaemon(until: now + downFor)
        for pod in nodes[node].waiting.sorted() where pods[pod].isAsking { tryIsVain(pod, Report.daemonDown) }
        queue.add(.daemonStarts(node, run: nodes[node].run), at: now + downFor)
    }

    /// A machine crashes with its daemon and all its pods.
    private mutating func reboot(_ node: Int, downFor: Duration) {
        trace.add(9, now, node)
        tell?(now, "the machine of node \(node) crashes and is down for \(downFor.rounded)")
        nodes[node].stopMachine(until: now + downFor)
        queue.add(.daemonStarts(node, run: nodes[node].run), at: now + downFor)
        for pod in nodes[node].running.sorted() { lose(pod) }
        for pod in nodes[node].waiting.sorted() where pods[pod].isAsking {
            pods[pod].isAsking = false
            queue.add(.podTries(pod), at: now + downFor)
        }
    }

    /// A pod's machine has crashed: kubelet starts it again from nothing.
    private mutating func lose(_ pod: Int) {
        let node = pods[pod].plan.node
        if let addresses = pods[pod].addresses {
            ledger.noteEnd(of: addresses, cooldown: nodes[node].group.pool.cooldown, now)
            gauges.runsNoMore(with: addresses)
        }
        nodes[node].running.remove(pod)
        pods[pod].addresses = nil
        pods[pod].firstTry = nil
        queue.add(.podTries(pod), at: nodes[node].backAt ?? now)
    }

    /// A dead daemon starts with what its store holds, as on a new boot where the machine was down.
    mutating func startDaemon(_ node: Int, run: Int) throws(Violation) {
        guard nodes[node].run == run else { return }
        trace.add(10, now, node)
        tell?(now, "the daemon of node \(node) starts")
        nodes[node].startDaemon(scenario.calls, at: now)
        try look(node, run: run)
    }

    /// An ENI as a daemon leaves it that died between its creation and its attachment.
    private mutating func leakENI(of node: Int) throws(Violation) {
        let group = nodes[node].group
        let free = vpc.freeAddressCount(in: ModelVPC.SubnetID(group.subnet))
        let new = NewENI(
            subnet: group.subnet, kind: .address, count: min(max(free - 1, 0), group.instanceType.ipv4PerENI - 1))
        let tags = [ENITag.token: "leaked", CloudTag.instance: nodes[node].instance.rawValue]
        // A subnet without room for it has no leak.
        if let left = try? vpc.leaveInterface(ModelVPC.NewInterface(new, tags: tags), at: now) {
            try book.note([left], vpc, now)
        }
    }
}
