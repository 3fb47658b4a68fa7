import ScenarioFile
import Timekeeping
import VirtualSimulator

extension RunReport {
    /// The report of a scenario's run.
    public init(_ file: ScenarioFile, _ report: VirtualSimulator.Report, _ verdict: Verdict) {
        let least = file.expectations.tokenBound == nil ? .zero : file.scenario.scaleUpBound.time
        let taken = report.end.pendingCount == 0 ? report.lastGrant.map { $0 - .origin } : nil
        self.init(
            name: file.name, about: file.about, file.scenario, report,
            bound: least > .zero ? Bound(least: least.inSeconds, taken: taken?.inSeconds) : nil,
            checks: verdict.checks.map { Check(sentence: $0.sentence, holds: $0.holds, seen: $0.seen) })
    }
}
