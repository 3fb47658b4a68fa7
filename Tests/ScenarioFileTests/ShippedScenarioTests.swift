import Foundation
import ScenarioFile
import Testing
import VirtualSimulator

/// The scenarios of `Simulator/Scenarios`: each shows what it says, in its short form.
@Suite struct ShippedScenarioTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Simulator/Scenarios")

    static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
        .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()

    private func load(_ name: String, _ form: ScenarioFile.Form) throws -> ScenarioFile {
        try ScenarioFile.load(path: Self.folder.appending(path: name + ".yaml").path, form: form)
    }

    @Test func everyKnownFailureHasAScenario() {
        #expect(Self.names.count >= 15)
    }

    @Test(arguments: names)
    func theShortFormComesAsExpected(_ name: String) throws {
        let file = try load(name, .short)
        let verdict = Verdict(file.expectations, try Simulation(file.scenario).run(), of: file.scenario)
        #expect(!verdict.checks.isEmpty)
        for check in verdict.checks { #expect(check.holds, "\(check.sentence); seen: \(check.seen)") }
    }

    @Test(arguments: names)
    func theShortFormIsSmallEnoughForEveryRunOfCI(_ name: String) throws {
        let scenario = try load(name, .short).scenario
        // Sixty nodes for a quarter of an hour, or fewer for longer.
        #expect(Double(scenario.plan.nodes.count) * (scenario.duration / .seconds(1)) <= 60 * 900)
    }

    @Test func eachIsExplainedInItsFileAndHasARowInTheTable() throws {
        let table = try String(contentsOf: Self.folder.appending(path: "README.md"), encoding: .utf8)
        for name in Self.names {
            #expect(try load(name, .short).about.count > 100, "\(name)")
            #expect(table.contains("\n| [`\(name)`](\(name).yaml) | "), "\(name)")
        }
    }
}
