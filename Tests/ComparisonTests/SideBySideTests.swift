import JSON
import Pool
import Testing

@testable import Comparison

@Suite struct SideBySideTests {
    private let count = ClusterCount(
        nodes: 3, running: 17, pending: ["subnet-exhausted": 4], enis: 5,
        subnets: [.init(id: SubnetID("subnet-a"), held: 24, pods: 17)])

    @Test func whoAgreesDoesSoInEveryFigure() {
        let comparison = SideBySide([(.planner, count), (.virtual, count), (.live, count)])
        #expect(comparison.agrees)
        #expect(
            comparison.figures.map(\.name) == [
                "nodes", "pods wanted", "pods running", "pods pending", "pending: subnet-exhausted", "ENIs attached",
                "addresses warm", "subnet-a: held", "subnet-a: with pods",
            ])
        #expect(comparison.figures.map(\.values) == [3, 21, 17, 4, 4, 5, 2, 24, 17].map { [$0, $0, $0] })
        #expect(comparison.verdict == "planner, virtual and live agree in all 9 figures")
    }

    @Test func aCauseThatOnlyOneHasIsADifference() {
        var other = count
        other.pending = ["enis-full": 1, "subnet-exhausted": 3]
        let comparison = SideBySide([(.virtual, count), (.live, other)])
        #expect(!comparison.agrees)
        let differing = comparison.figures.filter { !$0.agrees }
        #expect(differing.map(\.name) == ["pending: enis-full", "pending: subnet-exhausted"])
        #expect(differing.map(\.values) == [[0, 1], [4, 3]])
        #expect(comparison.verdict == "virtual and live differ in 2 of 10 figures")
        #expect(comparison.text(.plain).split(separator: "\n").count { $0.hasSuffix("≠") } == 2)
    }

    @Test func programsFindEachFigureByNameAndSource() throws {
        var other = count
        other.running = 16
        let json = SideBySide([(.planner, count), (.live, other)]).json
        #expect(json["agree"] == .bool(false))
        let figures = try #require(json["figures"]?.arrayValue)
        #expect(
            figures.first { $0["name"] == "pods running" }
                == ["name": "pods running", "agree": .bool(false), "planner": 17, "live": 16])
    }
}
