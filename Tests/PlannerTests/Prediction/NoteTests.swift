import Testing

@testable import Planner

/// What a prediction says it assumes, and what of the input it cannot use.
@Suite struct NoteTests {
    private func prediction(_ manifests: String) throws -> Prediction {
        let input = try ClusterInput.parse(manifests, file: "now.yaml")
        return try Prediction(of: input.cluster, with: Plan())
    }

    private static let node = """
        apiVersion: v1
        kind: Node
        metadata: { name: n1, labels: { node.kubernetes.io/instance-type: m5.large } }
        status: { allocatable: { pods: "29" } }
        ---

        """

    @Test func aMachineOfFargateIsInNoRow() throws {
        let fargate = """
            apiVersion: v1
            kind: Node
            metadata: { name: f1, labels: { eks.amazonaws.com/compute-type: fargate } }
            status: { allocatable: { pods: "1" } }
            ---
            apiVersion: v1
            kind: Pod
            metadata: { name: p }
            spec: { nodeName: f1 }
            """
        let prediction = try prediction(NoteTests.node + fargate)
        #expect(prediction.worst?.groups.map(\.name) == ["m5.large"])
        #expect(prediction.worst?.groups.map(\.podsWithAddress) == [0])
        #expect(prediction.worst?.pending.isEmpty == true)
        #expect(prediction.notes.contains { $0.hasPrefix("1 of 2 nodes are Fargate's") })
        #expect(Report(prediction, title: "").verdict == .fits)
    }

    @Test func aPodOnANodeThatIsNotThereIsPlacedAnew() throws {
        let pod = """
            apiVersion: v1
            kind: Pod
            metadata: { name: p, namespace: shop }
            spec: { nodeName: gone }
            """
        let prediction = try prediction(NoteTests.node + pod)
        #expect(prediction.worst?.groups.map(\.podsWithAddress) == [1])
        #expect(prediction.notes.contains { $0.hasPrefix("1 of 1 pods, shop/p the first, name a node") })
    }

    @Test func aCronJobCountsAsIfItRan() throws {
        let job = """
            apiVersion: batch/v1
            kind: CronJob
            metadata: { name: report }
            spec: { schedule: "0 3 * * *", jobTemplate: { spec: { parallelism: 3, template: { spec: { containers: [] } } } } }
            """
        let prediction = try prediction(NoteTests.node + job)
        #expect(prediction.worst?.groups.map(\.podsWithAddress) == [3])
        #expect(prediction.notes.contains { $0.hasPrefix("1 CronJob count") })
    }

    @Test func nothingIsTriedAgainInASettledCluster() throws {
        let plan = try Plan.parse(
            """
            groups: [{ name: g, instanceType: m5.large, count: 3, zones: [a] }]
            subnets: [{ id: s, cidr: 10.0.0.0/28, zone: a }]
            """, file: "plan.yaml")
        let web = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: web }
            spec: { replicas: 20, template: { spec: { containers: [{ name: web }] } } }
            """
        let input = try ClusterInput.parse(web, file: "web.yaml")
        let pending = try Prediction(of: input.cluster, with: plan).worst?.pending ?? []
        // The first node's pool takes the eight that the nodes' own addresses leave, and gets seven of the pods.
        #expect(pending.count == 20 - 7)
        #expect(pending.allSatisfy { $0.cause.code == "subnet-exhausted" && !$0.cause.sentence.contains("attempt") })
    }
}
