import ModelVPC
import RateLimiting
import Timekeeping
import VirtualSimulator

/// The least time in which the account's token buckets could have let through the calls that a cluster needed: no client,
/// however clever, is faster.
///
/// Needed are the mutating calls that were not throttled, and of the others three for each node, with which it reads its
/// view for the first time.
public struct TokenBound: Hashable, Sendable {
    /// The time that the slowest bucket needs.
    public let time: Duration

    /// The bound of a run.
    public init(_ report: Report, of scenario: Scenario) {
        let throttling = scenario.throttling
        var (mutating, describing) = (0, 0)
        var slowest = Duration.zero
        for action in ModelVPC.Action.allCases {
            let passed = (report.calls[action.rawValue] ?? 0) - (report.throttles[action.rawValue] ?? 0)
            let needed = action.isMutating ? passed : min(passed, report.nodesJoined)
            if let bucket = throttling.perAction[action] {
                slowest = max(slowest, bucket.timeToPass(needed))
            } else if action.isMutating {
                mutating += needed
            } else {
                describing += needed
            }
        }
        slowest = max(slowest, throttling.mutating?.timeToPass(mutating) ?? .zero)
        time = max(slowest, throttling.nonMutating?.timeToPass(describing) ?? .zero)
    }
}

extension TokenBucket {
    /// How long a full bucket takes to let so many calls through.
    fileprivate func timeToPass(_ calls: Int) -> Duration {
        guard calls > capacity, refillPerSecond > 0 else { return .zero }
        return .seconds(Double(calls - capacity) / refillPerSecond)
    }
}

extension Report {
    /// The time from the first node until the last pod that waited had its address; `nil` where some wait at the end. As
    /// exact as the samples are close to each other.
    public func timeToConverge(of plan: Plan) -> Duration? {
        let start = plan.nodes.map(\.joins).min() ?? .origin
        guard end.pendingCount == 0 else { return nil }
        guard let last = samples.lastIndex(where: { $0.pendingCount > 0 }) else { return .zero }
        return samples[min(last + 1, samples.count - 1)].at - start
    }
}
