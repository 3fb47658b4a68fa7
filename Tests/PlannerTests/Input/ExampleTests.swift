import Foundation
import Testing

@testable import Planner

/// The inputs that people are shown first say what their comments say.
@Suite struct ExampleTests {
    private static let directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Config/examples/pending-quarter")

    private func cluster() throws -> Cluster {
        let input = try ClusterInput.read([ExampleTests.directory.appending(path: "cluster.yaml").path])
        #expect(input.notes == [])
        return input.cluster
    }

    /// - Parameter pool: the one key of the pool, and its value.
    private func plan(_ pool: String = "prefixDelegation: false") throws -> Plan {
        let file = ExampleTests.directory.appending(path: "plan.yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
        return try Plan.parse(text.replacing("prefixDelegation: false", with: pool), file: file.path)
    }

    @Test func aQuarterOfThePodsHasNoAddress() throws {
        let prediction = try Prediction(of: try cluster(), with: try plan())
        let moment = try #require(prediction.worst)
        let wanted = try cluster().workloads.filter { !$0.template.usesHostNetwork }.map(\.replicas).reduce(0, +)
        #expect(wanted == 144)
        #expect(moment.pending.count * 4 == wanted)
        #expect(moment.pending.allSatisfy { if case .address = $0.cause { true } else { false } })
        #expect(moment.groups.map(\.capacity) == [108])
        #expect(moment.subnets.allSatisfy { $0.free > $0.size / 2 })
    }

    @Test func thePlannerFindsTheRemedies() throws {
        let prediction = try Prediction(of: try cluster(), with: try plan())
        let remedies = try prediction.remedies(for: try cluster(), with: try plan())
        #expect(remedies.contains { $0.change == .prefixDelegation && $0.pendingAfter == 0 })
        #expect(remedies.allSatisfy { $0.pendingBefore == 36 })
    }

    @Test func theRemediesOfItsCommentsHelp() throws {
        func pending(_ pool: String) throws -> Int? {
            try Prediction(of: try cluster(), with: try plan(pool)).worst?.pending.count
        }
        #expect(try pending("prefixDelegation: true") == 0)

        var fewer = try cluster()
        let web = try #require(fewer.workloads.firstIndex { $0.id.name == "web" })
        fewer.workloads[web].replicas = 76
        #expect(try Prediction(of: fewer, with: try plan()).worst?.pending == [])
        fewer.workloads[web].replicas = 77
        #expect(try Prediction(of: fewer, with: try plan()).worst?.pending.count == 1)
    }
}
