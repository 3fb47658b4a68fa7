import ScenarioFile
import Timekeeping
import VirtualSimulator

/// A run as text for a terminal.
struct RunText {
    let text: String

    init(_ file: ScenarioFile, _ report: Report, _ verdict: Verdict) {
        let waits = Expectations.Rank.allCases.map { "\($0.rawValue) \(report.wait($0.share).inSeconds.boundText) s" }
        let refusals = report.refusals.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\($0.value) \($0.key)" }
        let pending = report.end.pending.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        var lines = [
            "\(file.name): \(file.about)",
            "  nodes joined      \(report.nodesJoined)",
            "  pods started      \(report.podsStarted)",
            "  wait for address  " + waits.joined(separator: ", "),
            "  pending at end    " + (pending.isEmpty ? "0" : pending.joined(separator: ", ")),
            "  refusals          " + (refusals.isEmpty ? "none" : refusals.joined(separator: ", ")),
            "  mutating calls    \(report.mutatingCalls), \(report.throttled) calls throttled",
            "  stranded          \(report.stranded.boundText) addresses a node",
        ]
        lines += verdict.checks.map { "  \($0.holds ? "✓" : "✗") \($0.sentence); seen: \($0.seen)" }
        text = lines.joined(separator: "\n")
    }
}
