import Planner
import Testing

/// Every node runs two pods of the host's network, whether the input lists them or not.
@Suite struct HostPodTests {
    private func prediction(_ group: String, daemons: Bool) throws -> Prediction {
        let plan = try Plan.parse("groups: [{ name: g, instanceType: m5.large, \(group) }]", file: "plan.yaml")
        let daemon = """
            ---
            apiVersion: apps/v1
            kind: DaemonSet
            metadata: { name: NAME }
            spec: { template: { spec: { hostNetwork: true, containers: [{ name: x }] } } }

            """
        let web = """
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: web }
            spec: { replicas: 58, template: { spec: { containers: [{ name: web }] } } }

            """
        let listed = ["cni", "proxy"].map { daemon.replacing("NAME", with: $0) }.joined()
        let input = try ClusterInput.parse(web + (daemons ? listed : ""), file: "web.yaml")
        return try Prediction(of: input.cluster, with: plan)
    }

    @Test(arguments: [true, false]) func aGroupGrowsForWhatTheyLeaveNoRoomFor(daemons: Bool) throws {
        let worst = try prediction("count: 2, max: 5", daemons: daemons).worst
        #expect(worst?.pending.isEmpty == true)
        #expect(worst?.groups.map(\.nodes) == [3])
    }

    @Test func thatTheyAreCountedIsSaid() throws {
        #expect(try prediction("count: 2", daemons: false).notes.contains { $0.contains("host's network") })
        #expect(try prediction("count: 2", daemons: true).notes.allSatisfy { !$0.contains("host's network") })
        #expect(
            try prediction("count: 2, maxPods: 29", daemons: false).notes.allSatisfy { !$0.contains("host's network") })
    }
}
