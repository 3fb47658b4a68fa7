import Timekeeping
import VirtualSimulator

extension RunReport {
    /// The report of a run.
    ///
    /// - Parameters:
    ///   - name: what was simulated, such as the name of the scenario's file.
    ///   - bound: how fast the token buckets let it go.
    ///   - checks: what was expected of it.
    public init(
        name: String, about: String = "", _ scenario: Scenario, _ report: VirtualSimulator.Report, bound: Bound? = nil,
        checks: [Check] = []
    ) {
        let samples = report.samples.map(Moment.init)
        let worst = samples.max { $0.pendingCount < $1.pendingCount }
        self.init(
            name: name, about: about, seed: "\(scenario.seed)", duration: scenario.duration.inSeconds,
            groups: scenario.groups.enumerated().map { index, group in
                Group(
                    name: group.name, instanceType: group.instanceType.name,
                    nodes: scenario.plan.nodes.count { $0.group == index })
            }, nodesJoined: report.nodesJoined,
            pods: Pods(
                started: report.podsStarted, running: report.end.running, pending: report.end.pendingCount,
                pendingByCause: Cause.list(report.end.pending), mostPending: worst?.pendingCount ?? 0,
                mostPendingAt: worst.flatMap { $0.pendingCount > 0 ? $0.at : nil },
                mostPendingByCause: worst?.pending ?? []),
            waits: Waits(report), refusals: Cause.list(report.refusals), calls: Call.list(report),
            stranded: report.stranded, subnets: zip(scenario.subnets, report.end.subnets).map(Subnet.init),
            bound: bound,
            checks: checks, samples: samples, events: report.events, traceHash: String(report.traceHash, radix: 16))
    }
}

extension RunReport.Cause {
    /// The most frequent first; equal ones by name, so that equal runs have equal reports.
    fileprivate static func list(_ counts: [String: Int]) -> [RunReport.Cause] {
        counts.filter { $0.value > 0 }.map { RunReport.Cause(code: $0.key, count: $0.value) }
            .sorted { ($1.count, $0.code) < ($0.count, $1.code) }
    }
}

extension RunReport.Call {
    fileprivate static func list(_ report: VirtualSimulator.Report) -> [RunReport.Call] {
        report.calls.map { name, made in
            RunReport.Call(name: name, made: made, throttled: report.throttles[name] ?? 0)
        }
        .sorted { ($1.made, $0.name) < ($0.made, $1.name) }
    }
}

extension RunReport.Moment {
    fileprivate init(_ sample: Sample) {
        self.init(
            at: (sample.at - .origin).inSeconds, nodes: sample.nodes, running: sample.running,
            pending: RunReport.Cause.list(sample.pending),
            subnets: sample.subnets.map {
                RunReport.Fill(pods: $0.pods, free: $0.free, freePrefixes: $0.freeBlocks)
            }, calls: sample.calls, throttled: sample.throttled, stranded: sample.stranded)
    }
}

extension RunReport.Subnet {
    fileprivate init(_ subnet: Scenario.Subnet, _ fill: Sample.Subnet) {
        let size = subnet.cidr.count
        self.init(
            id: "\(subnet.id)", cidr: "\(subnet.cidr)", size: size, pods: fill.pods,
            others: size - fill.free - fill.pods, free: fill.free, freePrefixes: fill.freeBlocks)
    }
}

extension RunReport.Waits {
    fileprivate init(_ report: VirtualSimulator.Report) {
        var distribution: [RunReport.Bucket] = []
        var counted = 0
        for bound in RunReport.Waits.bounds {
            // Sorted: those that are no longer come first.
            let below = report.waits[counted...].prefix { $0.inSeconds <= bound }.count
            distribution.append(RunReport.Bucket(upTo: bound, pods: below))
            counted += below
            if counted == report.waits.count { break }
        }
        self.init(
            p50: report.wait(0.5).inSeconds, p90: report.wait(0.9).inSeconds, p99: report.wait(0.99).inSeconds,
            longest: report.wait(1).inSeconds, distribution: distribution)
    }

    /// 0, 10 ms, 20 ms, 50 ms, 100 ms, and so on.
    private static let bounds: [Double] =
        [0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5]
        + (0..<9).flatMap { power in
            let unit = (0..<power).reduce(1.0) { unit, _ in unit * 10 }
            return [unit, 2 * unit, 5 * unit]
        }
}
