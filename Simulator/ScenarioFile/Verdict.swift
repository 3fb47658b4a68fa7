import ModelVPC
import Timekeeping
import VirtualSimulator

/// Whether a run came as its scenario expects.
public struct Verdict: Hashable, Sendable {
    /// One expectation.
    public struct Check: Hashable, Sendable {
        /// What is expected, such as `pods pending at the end: at most 5`.
        public let sentence: String
        public let holds: Bool
        /// What was seen instead, or so.
        public let seen: String
    }

    /// In the order of the file's documentation.
    public private(set) var checks: [Check] = []

    /// Whether all came as expected; so it did where nothing is expected.
    public var holds: Bool { checks.allSatisfy(\.holds) }

    /// Compares what came of a scenario with what was expected.
    public init(_ expected: Expectations, _ report: Report, of scenario: Scenario) {
        check("pods started", expected.podsStarted, report.podsStarted)
        check("pods pending at the end", expected.pendingAtEnd, report.end)
        if let bound = expected.pendingPeak, let peak = report.samples.max(by: { $0.pendingCount < $1.pendingCount }) {
            check("most pods pending at once", bound, peak)
        }
        check("pods running at the end", expected.runningAtEnd, report.end.running)
        checkCauses(expected, report)
        for rank in Expectations.Rank.allCases {
            check("\(rank.rawValue) wait for an address", expected.waits[rank], report.wait(rank.share))
        }
        check("calls throttled", expected.throttled, report.throttled)
        check("addresses stranded on a node", expected.stranded, report.stranded)
        checkConvergence(expected, report, scenario)
        for action in ModelVPC.Action.allCases {
            check("calls of \(action.rawValue)", expected.calls[action], report.calls[action.rawValue] ?? 0)
        }
        for (subnet, seen) in zip(scenario.subnets, report.end.subnets) {
            let bounds = expected.subnets[subnet.id]
            check("free addresses of \(subnet.id) at the end", bounds?.free, seen.free)
            check("free /28 blocks of \(subnet.id) at the end", bounds?.freeBlocks, seen.freeBlocks)
            check("addresses of \(subnet.id) that pods have at the end", bounds?.pods, seen.pods)
        }
    }

    private mutating func check<Value>(_ what: String, _ bound: Bound<Value>?, _ seen: Value) {
        guard let bound else { return }
        checks.append(Check(sentence: "\(what): \(bound)", holds: bound.holds(for: seen), seen: seen.seenText))
    }

    private mutating func check(_ what: String, _ bound: PodBound?, _ sample: Sample) {
        switch bound {
        case .count(let bound): check(what, bound, sample.pendingCount)
        case .share(let bound):
            check(what, bound, Percentage(sample.pendingCount, of: sample.pendingCount + sample.running))
        case nil: break
        }
    }

    private mutating func checkCauses(_ expected: Expectations, _ report: Report) {
        for code in expected.causes {
            let count = report.refusals[code] ?? 0
            checks.append(
                Check(
                    sentence: "some pod is refused with \(code)", holds: count > 0,
                    seen: count == 1 ? "once" : "\(count) times"))
        }
        guard let further = expected.furtherCauses else { return }
        let unexpected = report.refusals.keys.filter { !expected.causes.contains($0) && !further.contains($0) }.sorted()
        let allowed = (expected.causes + further).joined(separator: ", ")
        checks.append(
            Check(
                sentence: "no pod is refused with another cause" + (allowed.isEmpty ? " at all" : " than \(allowed)"),
                holds: unexpected.isEmpty,
                seen: unexpected.isEmpty
                    ? "none" : unexpected.map { "\(report.refusals[$0] ?? 0) \($0)" }.joined(separator: ", ")))
    }

    private mutating func checkConvergence(_ expected: Expectations, _ report: Report, _ scenario: Scenario) {
        let start = scenario.plan.nodes.map(\.joins).min() ?? .origin
        let time = report.end.pendingCount == 0 ? report.lastGrant.map { $0 - start } : nil
        let never = "some are pending at the end"
        check("time until the last pod had its address", expected.converged, time, otherwise: never)
        check(
            "that time over the least that the account's token buckets allow", expected.tokenBound,
            report.ratio(to: scenario.scaleUpBound),
            otherwise: time == nil ? never : "the buckets hold enough for all calls")
    }

    private mutating func check<Value>(_ what: String, _ bound: Bound<Value>?, _ seen: Value?, otherwise: String) {
        guard let bound else { return }
        if let seen {
            check(what, bound, seen)
        } else {
            checks.append(Check(sentence: "\(what): \(bound)", holds: false, seen: otherwise))
        }
    }
}
