import Addressing
import InstanceLimits
import ModelVPC
import Pool
import RateLimiting
import Timekeeping
import VirtualSimulator

@testable import SimulatorReports

/// Runs that have something to show.
enum Samples {
    /// Pods come faster than the subnet has addresses and the account has calls.
    static func tightScenario(seed: UInt64 = 1) throws -> Scenario {
        var pool = PoolConfiguration()
        pool.target = .addresses(warm: 2, minimum: 4)
        let duration = Duration.seconds(600)
        let network = IPv4Network(containing: IPv4Address(bits: 0x0a00_0000), prefixLength: 26)
        var scenario = Scenario(
            groups: [Scenario.Group(name: "general", instanceType: try InstanceType(named: "m5.large"), pool: pool)],
            subnets: [Scenario.Subnet(id: Scenario.usualSubnet.id, cidr: network)],
            throttling: ModelVPC.Throttling(
                mutating: TokenBucket(capacity: 3, refillPerSecond: 0.5),
                nonMutating: TokenBucket(capacity: 50, refillPerSecond: 10)),
            plan: Workload.churn(perMinute: 8, lifetime: .seconds(200)).plan(nodes: 3, duration: duration, seed: seed),
            duration: duration, seed: seed)
        scenario.sampleInterval = .seconds(10)
        return scenario
    }

    /// Run once for all tests that look at it.
    static func tight() throws -> RunReport { try first.get() }

    private static let first = Result { try tight(seed: 1) }

    static func tight(seed: UInt64) throws -> RunReport {
        let scenario = try tightScenario(seed: seed)
        let report = try Simulation(scenario).run()
        return RunReport(
            name: "tight", scenario, report, bound: RunReport.Bound(least: 100, taken: 123),
            checks: [
                RunReport.Check(sentence: "pods started: at least 1", holds: true, seen: "\(report.podsStarted)"),
                RunReport.Check(
                    sentence: "pods pending at the end: 0", holds: false, seen: "\(report.end.pendingCount)"),
            ])
    }

    /// Names that try to be markup, columns, and colours.
    static func hostile() throws -> RunReport {
        var report = try tight()
        report.name = "<script>alert('name')</script>\u{1b}[31m"
        report.subnets[0].id = "a,\"b\"</title><img>"
        report.checks[0].sentence = "</td><b>&\u{7}"
        return report
    }

    /// Nothing was expected, nothing was seen, nothing was sampled.
    static func quiet() throws -> RunReport {
        var scenario = try tightScenario()
        scenario.plan = Plan(nodes: [Plan.Node()], pods: [])
        scenario.sampleInterval = nil
        return RunReport(name: "quiet", scenario, try Simulation(scenario).run())
    }
}
