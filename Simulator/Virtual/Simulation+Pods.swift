import Addressing
import Identity
import ModelVPC
import ModelViews
import Pool
import Timekeeping

extension Simulation {
    /// Kubelet makes a sandbox for a pod, and asks for its address.
    mutating func start(_ pod: Int) throws(Violation) {
        let node = pods[pod].plan.node
        guard now >= nodes[node].joins else { return queue.add(.podTries(pod), at: nodes[node].joins) }
        guard !pods[pod].isOver, nodes[node].isPresent else { return }
        if let boot = nodes[node].backAt { return queue.add(.podTries(pod), at: boot) }
        if pods[pod].firstTry == nil {
            pods[pod].firstTry = now
            report.podsStarted += 1
            nodes[node].waiting.insert(pod)
            gauges.waits(.none)
            if case .at(let instant) = pods[pod].plan.ends { planEnd(of: pod, at: max(now, instant)) }
        }
        pods[pod].tries += 1
        trace.add(3, now, pod)
        tell?(now, "pod \(pod) asks node \(node) for an address")
        guard nodes[node].isUp else { return tryIsVain(pod, Report.daemonDown) }
        pods[pod].isAsking = true
        let request = AddRequest(
            id: pods[pod].attachment(pod), netns: "", deadline: now + scenario.addTimeout)
        try perform(nodes[node].pool.add(request, waiter: WaiterID(UInt64(pod)), now: now), on: node)
    }

    mutating func grantArrives(_ grant: Grant, to pod: Int) throws(Violation) {
        let node = pods[pod].plan.node
        let addresses = grant.attachment.addresses
        for address in addresses.all { trace.add(4, now, address.hashPart) }
        tell?(now, "pod \(pod) on node \(node) gets \(addresses) of \(grant.attachment.eni)")
        try ledger.note(grant, to: pod, on: nodes[node].instance, vpc, now)
        endWait(of: pod)
        report.lastGrant = now
        pods[pod].addresses = addresses
        nodes[node].running.insert(pod)
        try checkPods(of: node)
        gauges.runs(with: addresses)
        switch pods[pod].plan.ends {
        case .after(let life), .again(let life, _, _): planEnd(of: pod, at: now + life)
        case .at, .never: break
        }
    }

    /// A pod that is started again after a crash of its machine ends when it would have ended.
    private mutating func planEnd(of pod: Int, at instant: Instant) {
        guard !pods[pod].endIsPlanned else { return }
        pods[pod].endIsPlanned = true
        queue.add(.podEnds(pod), at: instant)
    }

    /// A pod has its address, or needs none any more.
    private mutating func endWait(of pod: Int) {
        pods[pod].isAsking = false
        report.waits.append(now - (pods[pod].firstTry ?? now))
        gauges.waitsNoMore(pods[pod].shortage)
        nodes[pods[pod].plan.node].waiting.remove(pod)
    }

    /// A pod that was started is over, by itself or with its machine.
    mutating func finish(pod: Int) {
        pods[pod].isOver = true
        if let addresses = pods[pod].addresses {
            gauges.runsNoMore(with: addresses)
            nodes[pods[pod].plan.node].running.remove(pod)
        } else if pods[pod].firstTry != nil {
            endWait(of: pod)
        }
    }

    mutating func refusalArrives(_ cause: Cause, to pod: Int) {
        trace.add(5, now, pod)
        guard !pods[pod].isOver else { return }
        tryIsVain(pod, cause.code)
    }

    /// The sandbox fails, and kubelet makes another one after a while.
    mutating func tryIsVain(_ pod: Int, _ code: String) {
        pods[pod].isAsking = false
        tell?(now, "pod \(pod) gets no address: \(code)")
        report.refusals[code, default: 0] += 1
        gauges.waitsNoMore(pods[pod].shortage)
        pods[pod].shortage = gauges.shortage(code)
        gauges.waits(pods[pod].shortage)
        let pause = scenario.retryPause.inSeconds * (1 + random.nextFraction() / 2)
        queue.add(.podTries(pod), at: now + .nanoseconds(Int64(pause * 1e9)))
    }

    /// A pod's sandbox is removed: first the interface goes, then the address. Where no daemon runs the interface goes
    /// all the same, and the daemon finds out when it reads the kernel's pods.
    mutating func end(_ pod: Int) throws(Violation) {
        let node = pods[pod].plan.node
        guard !pods[pod].isOver else { return }
        if case .again = pods[pod].plan.ends, pods[pod].addresses == nil {
            // After a crash of its machine it is not started again yet: only what runs can end by itself.
            pods[pod].endIsPlanned = false
            return
        }
        trace.add(6, now, pod)
        tell?(now, "pod \(pod) on node \(node) ends")
        if let addresses = pods[pod].addresses {
            ledger.noteEnd(of: addresses, cooldown: nodes[node].group.pool.cooldown, now)
        }
        let attachment = pods[pod].attachment(pod)
        finish(pod: pod)
        if let pause = pods[pod].comeBack() { queue.add(.podTries(pod), at: now + pause) }
        guard nodes[node].isUp else { return }
        try perform(nodes[node].pool.release(attachment, now: now), on: node)
    }
}
