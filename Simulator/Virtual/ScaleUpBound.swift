import ModelVPC
import ModelViews
import Pool
import RateLimiting
import Timekeeping

/// The least time in which an account's token buckets let a number of calls through, however clever the callers are:
///
/// ```text
/// of one bucket:  (calls − burst) / calls per second, never less than 0
/// of all:         the largest of these, because every bucket is refilled by itself
/// ```
public struct ScaleUpBound: Hashable, Sendable {
    /// The time.
    public private(set) var time = Duration.zero
    /// The calls that it takes so long to let through, by EC2's names of them; none where no bucket makes anybody wait.
    public private(set) var decisive: [ModelVPC.Action] = []

    /// - Parameter calls: how often each call has to be made.
    public init(_ calls: [ModelVPC.Action: Int], _ throttling: ModelVPC.Throttling) {
        let shared = calls.keys.filter { throttling.perAction[$0] == nil }
        consider(shared.filter(\.isMutating), of: calls, throttling.mutating)
        consider(shared.filter { !$0.isMutating }, of: calls, throttling.nonMutating)
        for (action, bucket) in throttling.perAction where calls[action] != nil {
            consider([action], of: calls, bucket)
        }
        decisive.sort { $0.rawValue < $1.rawValue }
    }

    private mutating func consider(
        _ actions: [ModelVPC.Action], of calls: [ModelVPC.Action: Int], _ bucket: TokenBucket?
    ) {
        guard let bucket else { return }
        let excess = actions.reduce(-bucket.capacity) { $0 + (calls[$1] ?? 0) }
        guard excess > 0 else { return }
        // A bucket that is never refilled lets no more through, ever.
        let nanoseconds = Double(excess) / bucket.refillPerSecond * 1e9
        let needed = Duration.nanoseconds(nanoseconds < 9e18 ? Int64(nanoseconds) : Int64.max)
        if needed > time { (time, decisive) = (needed, []) }
        if needed == time { decisive += actions }
    }
}

extension Scenario {
    /// The calls without which the plan's pods cannot have addresses if all are there at the same time: each node reads
    /// the provider's view once, which is three calls, fills its first ENI with one more, and makes every further one
    /// with three: created with its addresses, attached, and told to go with its instance.
    public var neededCalls: [ModelVPC.Action: Int] {
        var pods = Array(repeating: 0, count: plan.nodes.count)
        for pod in plan.pods { pods[pod.node] += 1 }
        var calls: [ModelVPC.Action: Int] = [:]
        for (node, pods) in zip(plan.nodes, pods) {
            for action: ModelVPC.Action in [.describeInstances, .describeNetworkInterfaces, .describeSubnets] {
                calls[action, default: 0] += 1
            }
            guard pods > 0 else { continue }
            let limits = NodeLimits(ModelVPC.Limits(groups[node.group].instanceType))
            let perENI = groups[node.group].pool.addressesPerENI(limits)
            calls[.assignPrivateIpAddresses, default: 0] += 1
            let further = (pods + perENI - 1) / perENI - 1
            guard further > 0 else { continue }
            for action: ModelVPC.Action in [
                .createNetworkInterface, .attachNetworkInterface, .modifyNetworkInterfaceAttribute,
            ] {
                calls[action, default: 0] += further
            }
        }
        return calls
    }

    /// The least time in which the plan's pods can have addresses, as far as the account's token buckets decide.
    public var scaleUpBound: ScaleUpBound { ScaleUpBound(neededCalls, throttling) }
}

extension Report {
    /// How many times the bound it took until the last pod had its address; `nil` where one has none at the end.
    public func ratio(to bound: ScaleUpBound) -> Double? {
        guard end.pendingCount == 0, let lastGrant, bound.time > .zero else { return nil }
        return (lastGrant - .origin) / bound.time
    }
}
