import Planner
import Testing

/// Whether remedies are looked for, which costs a large cluster minutes.
@Suite struct RemedyChoiceTests {
    private func report(nodes: Int, seeksRemedies: Bool?) throws -> Report {
        let plan = try Plan.parse(
            """
            groups:
              - { name: general, instanceType: t3.small, count: \(nodes), maxPods: 110 }
            """, file: "plan.yaml")
        let input = try ClusterInput.parse(
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: web }
            spec:
              replicas: \(nodes * 10)
              template: { spec: { containers: [{ name: web, resources: { requests: { cpu: 10m } } }] } }
            """, file: "web.yaml")
        return try Report(of: input, with: plan, title: "t", seeksRemedies: seeksRemedies)
    }

    @Test func aSmallClusterGetsThemUnlessToldOtherwise() throws {
        #expect(try !report(nodes: 3, seeksRemedies: nil).remedies.isEmpty)
        #expect(try report(nodes: 3, seeksRemedies: false).remedies.isEmpty)
    }

    @Test func aLargeClusterGetsThemOnlyWhenAsked() throws {
        let report = try report(nodes: Report.quickNodes + 1, seeksRemedies: nil)
        #expect(report.verdict == .pending && report.remedies.isEmpty)
        #expect(report.notes.contains { $0.contains("--remedies") })
    }
}
