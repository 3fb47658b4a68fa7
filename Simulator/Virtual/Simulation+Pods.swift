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
        guard !pods[pod].isOver, nodes[node].isUp else { return }
        if pods[pod].firstTry == nil {
            pods[pod].firstTry = now
            report.podsStarted += 1
            if case .at(let instant) = pods[pod].plan.ends { queue.add(.podEnds(pod), at: max(now, instant)) }
        }
        pods[pod].tries += 1
        trace.add(3, now, pod)
        let request = AddRequest(
            id: pods[pod].attachment(pod), netns: "", deadline: now + scenario.addTimeout)
        try perform(nodes[node].pool.add(request, waiter: WaiterID(UInt64(pod)), now: now), on: node)
    }

    mutating func grantArrives(_ grant: Grant, to pod: Int) throws(Violation) {
        let node = pods[pod].plan.node
        let addresses = grant.attachment.addresses
        for address in addresses.all { trace.add(4, now, address.hashPart) }
        try ledger.note(grant, to: pod, on: nodes[node].instance, vpc, cooldown: nodes[node].group.pool.cooldown, now)
        pods[pod].addresses = addresses
        nodes[node].running.insert(pod)
        report.waits.append(now - (pods[pod].firstTry ?? now))
        if case .after(let life) = pods[pod].plan.ends { queue.add(.podEnds(pod), at: now + life) }
    }

    /// The sandbox fails, and kubelet makes another one after a while.
    mutating func refusalArrives(_ cause: Cause, to pod: Int) {
        trace.add(5, now, pod)
        guard !pods[pod].isOver else { return }
        report.refusals[cause.code, default: 0] += 1
        let pause = scenario.retryPause.inSeconds * (1 + random.nextFraction() / 2)
        queue.add(.podTries(pod), at: now + .nanoseconds(Int64(pause * 1e9)))
    }

    /// A pod's sandbox is removed: first the interface goes, then the address.
    mutating func end(_ pod: Int) throws(Violation) {
        let node = pods[pod].plan.node
        guard !pods[pod].isOver, nodes[node].isUp else { return }
        trace.add(6, now, pod)
        if pods[pod].addresses == nil { report.waits.append(now - (pods[pod].firstTry ?? now)) }
        pods[pod].isOver = true
        nodes[node].running.remove(pod)
        if let addresses = pods[pod].addresses { ledger.noteEnd(of: addresses, now) }
        try perform(nodes[node].pool.release(pods[pod].attachment(pod), now: now), on: node)
    }
}
