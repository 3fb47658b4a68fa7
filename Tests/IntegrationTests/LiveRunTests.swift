import Comparison
import Foundation
import ScenarioFile
import Simulator
import Testing
import VirtualSimulator

/// Scenarios with real daemons, plugin and packets come to what planner and virtual mode say.
@Suite(.serialized) struct LiveRunTests {
    private func scenario(_ name: String) throws -> Scenario {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Simulator/Scenarios/\(name).yaml").standardizedFileURL.path
        return try ScenarioFile.load(path: file).scenario
    }

    private func fabricName() -> String { "run-\(ProcessInfo.processInfo.processIdentifier)" }

    /// Runs a scenario; all three ways to know it must agree in every figure.
    private func run(_ scenario: Scenario, provider: LiveProvider) async throws -> LiveReport {
        let report = try await LiveRun(scenario, name: fabricName(), provider: provider, console: Console(nil)).run()
        let comparison = try ScenarioComparison(of: scenario, live: report.count)
        #expect(comparison.sideBySide.agrees, "\(comparison.text(.plain))")
        return report
    }

    @Test(.timeLimit(.minutes(5))) func podsThatFitAllRunAndReachEachOther() async throws {
        let report = try await run(try scenario("live-fits"), provider: .ec2)
        #expect(report.count.enis == 9)
        #expect(report.count.running == 27 && report.count.pending.isEmpty)
        #expect(report.pings.sent == 27 * 26 && report.pings.acrossNodes == 27 * 18)
        #expect(report.waits.count == 27)
    }

    @Test(.timeLimit(.minutes(5))) func anExhaustedSubnetLeavesAsManyPodsPendingAsPredicted() async throws {
        let report = try await run(try scenario("live-exhausted-subnet"), provider: .rest)
        #expect(report.count.pending == ["subnet-exhausted": 5])
        #expect(report.refusals["subnet-exhausted", default: 0] >= 5)
    }

    @Test(.timeLimit(.minutes(5))) func aDaemonThatIsKilledUnderChurnLosesNoPodAndNoAddress() async throws {
        let report = try await run(try scenario("live-daemon-restart"), provider: .rest)
        #expect(report.kills == 1)
        #expect(report.count.running == 18 && report.count.pending.isEmpty)
        #expect(report.count.subnets.map(\.pods) == [18])
    }

    @Test(.timeLimit(.minutes(5))) func anInterruptedRunLeavesNothing() async throws {
        let (scenario, name) = (try scenario("live-fits"), fabricName())
        let running = Task { try await LiveRun(scenario, name: name, console: Console(nil)).run() }
        while !LiveFabric.traces(of: name).contains(where: { $0.contains(".pod") }) {
            try await Task.sleep(for: .milliseconds(50))
        }
        running.cancel()
        await #expect(throws: (any Error).self) { try await running.value }
        #expect(LiveFabric.traces(of: name) == [])
    }
}
