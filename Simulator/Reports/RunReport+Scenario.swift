import ScenarioFile
import Timekeeping
import VirtualSimulator

extension RunReport {
    /// The report of a scenario's run.
    public init(_ file: ScenarioFile, _ report: VirtualSimulator.Report, _ verdict: Verdict) {
        let least = TokenBound(report, of: file.scenario).time
        let taken = report.timeToConverge(of: file.scenario.plan)
        self.init(
            name: file.name, about: file.about, file.scenario, report,
            bound: least > .zero && report.throttled > 0 ? Bound(least: least.inSeconds, taken: taken?.inSeconds) : nil,
            checks: verdict.checks.map { Check(sentence: $0.sentence, holds: $0.holds, seen: $0.seen) })
    }
}
