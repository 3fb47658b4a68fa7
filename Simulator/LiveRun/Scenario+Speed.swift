import ModelVPC
import Pool
import RateLimiting
import Timekeeping
import VirtualSimulator

extension Scenario {
    /// The same in less time: every duration is divided by `speed` and every rate multiplied by it, so that virtual mode
    /// runs what live mode does. What daemon and plugin do not take that short stays at the least that they take, and the
    /// pool's pauses after failures, for which the daemon has no key, stay as they are.
    ///
    /// - Parameter speed: at least 1.
    public func compressed(by speed: Double) -> Scenario {
        guard speed != 1 else { return self }
        var scenario = self
        scenario.duration /= speed
        scenario.plan = plan.compressed(by: speed)
        scenario.groups = groups.map { group in
            var group = group
            group.pool = group.pool.compressed(by: speed)
            return group
        }
        scenario.cloud = cloud.compressed(by: speed)
        scenario.throttling = throttling.compressed(by: speed)
        scenario.faults = faults.map { fault in
            var fault = fault
            fault.from = fault.from.compressed(by: speed)
            if fault.until < .distantFuture { fault.until = fault.until.compressed(by: speed) }
            return fault
        }
        scenario.incidents = incidents.map { $0.compressed(by: speed) }
        scenario.calls = calls.compressed(by: speed)
        scenario.addTimeout /= speed
        scenario.retryPause /= speed
        scenario.reconcileInterval = max(reconcileInterval / speed, .seconds(1))
        scenario.callTimeout = max(callTimeout / speed, .milliseconds(100))
        scenario.attachTimeout = max(attachTimeout / speed, .seconds(1))
        scenario.sampleInterval = sampleInterval.map { $0 / speed }
        return scenario
    }
}

extension Instant {
    fileprivate func compressed(by speed: Double) -> Instant { .origin + (self - .origin) / speed }
}

extension VirtualSimulator.Plan {
    fileprivate func compressed(by speed: Double) -> VirtualSimulator.Plan {
        .init(
            nodes: nodes.map { node in
                var node = node
                node.joins = node.joins.compressed(by: speed)
                node.leaves = node.leaves.map { $0.compressed(by: speed) }
                return node
            },
            pods: pods.map { pod in
                var pod = pod
                pod.arrives = pod.arrives.compressed(by: speed)
                switch pod.ends {
                case .never: break
                case .at(let end): pod.ends = .at(end.compressed(by: speed))
                case .after(let life): pod.ends = .after(life / speed)
                case .again(let life, let pause, let longest):
                    pod.ends = .again(life: life / speed, pause: pause / speed, longestPause: longest / speed)
                }
                return pod
            })
    }
}

extension Incident {
    fileprivate func compressed(by speed: Double) -> Incident {
        switch self {
        case .daemonsDie(let nodes, let at, let downFor):
            .daemonsDie(nodes: nodes, at: at.compressed(by: speed), downFor: downFor / speed)
        case .nodesReboot(let nodes, let at, let downFor):
            .nodesReboot(nodes: nodes, at: at.compressed(by: speed), downFor: downFor / speed)
        case .strangerTakes(let subnet, let addresses, let at, let until):
            .strangerTakes(
                subnet: subnet, addresses: addresses, at: at.compressed(by: speed),
                until: until.map { $0.compressed(by: speed) })
        case .enisLeak(let nodes, let at): .enisLeak(nodes: nodes, at: at.compressed(by: speed))
        }
    }
}

extension PoolConfiguration {
    fileprivate func compressed(by speed: Double) -> PoolConfiguration {
        var pool = self
        pool.cooldown /= speed
        pool.stickyFor /= speed
        pool.shrinkInterval /= speed
        pool.minimumENILifetime /= speed
        pool.consistencyWindow /= speed
        pool.subnetBackoff = max(subnetBackoff / speed, .seconds(1))
        pool.attachmentGrace = max(attachmentGrace / speed, .seconds(10))
        if case .adaptive(var target) = target {
            target.wait /= speed
            pool.target = .adaptive(target)
        }
        return pool
    }
}

extension ModelVPC.Settings {
    fileprivate func compressed(by speed: Double) -> ModelVPC.Settings {
        func compressed(_ delay: ModelVPC.Delay) -> ModelVPC.Delay {
            .init(delay.range.lowerBound / speed...delay.range.upperBound / speed)
        }
        var settings = self
        settings.latency = compressed(latency)
        settings.latencyPerAction = latencyPerAction.mapValues(compressed)
        settings.attachDelay = compressed(attachDelay)
        settings.appearDelay = compressed(appearDelay)
        settings.detachDelay = compressed(detachDelay)
        settings.consistencyDelay = compressed(consistencyDelay)
        return settings
    }
}

extension ModelVPC.Throttling {
    fileprivate func compressed(by speed: Double) -> ModelVPC.Throttling {
        func compressed(_ bucket: TokenBucket) -> TokenBucket {
            TokenBucket(capacity: bucket.capacity, refillPerSecond: bucket.refillPerSecond * speed)
        }
        return .init(
            mutating: mutating.map(compressed), nonMutating: nonMutating.map(compressed),
            perAction: perAction.mapValues(compressed))
    }
}

extension CallPolicy {
    fileprivate func compressed(by speed: Double) -> CallPolicy {
        var calls = self
        calls.mutating.perSecond *= speed
        calls.describing.perSecond *= speed
        calls.longestWait /= speed
        calls.pause.initial = max(pause.initial / speed, .milliseconds(100))
        calls.pause.longest = max(pause.longest / speed, .milliseconds(100))
        return calls
    }
}
