import Presentation
import Timekeeping

/// What all forms for people say in the same words.
extension RunReport {
    /// How it ended, in a sentence.
    var headline: String {
        guard !checks.isEmpty else { return podSentence }
        let failed = checks.count { !$0.holds }
        return failed == 0
            ? "all came as expected: \(podSentence)"
            : "\(failed) of \(checks.count.of("expectation")) \(failed == 1 ? "fails" : "fail"): \(podSentence)"
    }

    private var podSentence: String {
        let pending = pods.pending == 0 ? "no pod is" : pods.pending.of("pod") + (pods.pending == 1 ? " is" : " are")
        return "\(pods.started.of("pod")) started, \(pending) pending at the end"
    }

    /// Such as `20 × m5.xlarge (nodes)`.
    var machines: String {
        groups.map { "\($0.nodes.grouped) × \($0.instanceType) (\($0.name))" }.joined(separator: ", ")
    }

    var callsMade: Int { calls.reduce(0) { $0 + $1.made } }
    var callsThrottled: Int { calls.reduce(0) { $0 + $1.throttled } }

    /// All causes for which pods waited or were refused, those of most pods first.
    var causes: [String] {
        var seen: Set<String> = []
        return (pods.mostPendingByCause + pods.pendingByCause + refusals + samples.flatMap(\.pending)).map(\.code)
            .filter { seen.insert($0).inserted }
    }

    /// How near the cluster came to what the token buckets allow.
    var boundSentence: String? {
        bound.map { bound in
            let least = "the account's token buckets allow no less than \(bound.least.asDuration)"
            guard let taken = bound.taken else { return "some pods still wait at the end; \(least)" }
            return
                "no pod waits any more after \(taken.asDuration); \(least): \((taken / bound.least).fixed(2)) times the bound"
        }
    }
}

extension [RunReport.Cause] {
    /// How often a cause comes.
    func count(of code: String) -> Int { first { $0.code == code }?.count ?? 0 }
}

extension Double {
    /// Seconds for a person: `0 s`, `420 ms`, `3.24 s`, `44.0 s`, `5 min`.
    var asDuration: String {
        switch self {
        case 0: "0 s"
        case ..<0.9995: "\(Int((self * 1000).rounded(.up))) ms"
        case ..<10: "\(fixed(2)) s"
        case ..<120: "\(fixed(1)) s"
        default: Duration.seconds(self).rounded
        }
    }
}
