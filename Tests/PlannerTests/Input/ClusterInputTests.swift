import Testing

@testable import Planner

/// A cluster put together from what tools write.
@Suite struct ClusterInputTests {
    private func input(_ text: String) throws -> ClusterInput { try ClusterInput.parse(text, file: "in") }

    private func problems(_ text: String) -> [String] {
        do throws(InputProblems) {
            _ = try ClusterInput.parse(text, file: "in")
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    private func workload(_ text: String) throws -> Workload {
        let workloads = try input(text).cluster.workloads
        #expect(workloads.count == 1)
        return try #require(workloads.first)
    }

    private let template = "template: {spec: {containers: [{name: a}]}}"

    // MARK: Whole inputs

    @Test func aDumpOfKubectl() throws {
        let found = try input(InputSamples.kubectlJSON + "---\n" + InputSamples.kubectlYAML)
        let node = try #require(found.cluster.nodes.first)
        #expect(found.cluster.nodes.count == 1)
        #expect(node.name == "ip-10-0-1-20.ec2.internal")
        #expect(node.taints == [Taint(key: "dedicated", value: "web", effect: .noSchedule)])
        #expect(
            node.allocatable
                == Resources(
                    milliCPU: 1930, memoryBytes: 7_244_720 << 10, ephemeralBytes: 18_242_267_924,
                    extended: ["hugepages-2Mi": 0]))
        #expect(node.maxPods == 29)
        #expect(node.instanceType == "m5.large")
        #expect(node.zone == "us-east-1a")
        #expect(!node.isSchedulable)
        #expect(node.group == "general")

        let web = WorkloadID(kind: .deployment, namespace: "shop", name: "web")
        let pod = try #require(found.cluster.pods.first)
        #expect(found.cluster.pods.count == 1)
        #expect(pod.workload == web)
        #expect(pod.node == node.name)
        #expect(pod.template.requests == Resources(milliCPU: 250, memoryBytes: 128 << 20))

        #expect(found.cluster.workloads.map(\.id) == [web])
        #expect(found.cluster.workloads[0].replicas == 3)
        #expect(found.cluster.workloads[0].hpaMax == 12)
        #expect(found.cluster.workloads[0].update == .rolling(surge: .pods(1), unavailable: .percent(10)))
        #expect(found.notes == ["ignored 1 × Service (v1): the planner does not need it"])
    }

    @Test func whatHelmAndKustomizeWrite() throws {
        let found = try input(InputSamples.helm + "---\n" + InputSamples.kustomize)
        #expect(
            found.cluster.workloads.map(\.id) == [
                WorkloadID(kind: .statefulSet, namespace: "default", name: "cache"),
                WorkloadID(kind: .cronJob, namespace: "batch", name: "report"),
            ])
        #expect(found.cluster.workloads[0].template.requests == Resources(milliCPU: 500, memoryBytes: 1 << 30))
        #expect(found.cluster.workloads[1].replicas == 4)
        #expect(
            found.notes == [
                "ignored 1 × ServiceAccount (v1): the planner does not need it",
                "ignored 2 × Widget (example.com/v1): the planner does not need them",
            ])
    }

    @Test func aKindOfTheSameNameInAnotherGroupIsNotMeant() throws {
        let found = try input("apiVersion: batch.volcano.sh/v1alpha1\nkind: Job\nmetadata: {name: j}\n")
        #expect(found.cluster == Cluster())
        #expect(found.notes == ["ignored 1 × Job (batch.volcano.sh/v1alpha1): the planner does not need it"])
    }

    @Test func anObjectThatComesAgainReplacesTheFormer() throws {
        let now =
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 7, \(template)}\n---\n"
            + "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {nodeName: n1}\n---\n"
        let next = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n"
        let few = try input(now + next + "spec: {replicas: 2, \(template)}")
        #expect(few.cluster.workloads.map(\.replicas) == [2])
        let unsaid = try input(now + next + "spec: {\(template)}")
        #expect(unsaid.cluster.workloads.map(\.replicas) == [7])
        let pod = try input(now + "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {hostNetwork: true}")
        #expect(pod.cluster.pods.map(\.node) == ["n1"])
        #expect(pod.cluster.pods.map(\.template.usesHostNetwork) == [true])
    }

    @Test(arguments: ["", "\n\n", "# nothing\n---\n# at all\n"])
    func anEmptyInputIsRefused(_ text: String) throws {
        let problems = try #require(throws: InputProblems.self) { try input(text) }
        #expect("\(problems)".contains("is empty: expected Kubernetes objects"))
        #expect(try input("apiVersion: v1\nkind: List\nitems: []").cluster == Cluster())
    }

    // MARK: Nodes and pods

    @Test(arguments: [
        ("eks.amazonaws.com/nodegroup: a, karpenter.sh/nodepool: b", "a"), ("karpenter.sh/nodepool: b", "b"),
        ("cloud.google.com/gke-nodepool: c", "c"), ("kubernetes.azure.com/agentpool: d", "d"),
        ("node.kubernetes.io/instance-type: m5.large", "m5.large"),
        ("beta.kubernetes.io/instance-type: t3.small", "t3.small"),
        ("a: b", ""),
    ])
    func aNodeGroupHasItsNameFromALabel(_ labels: String, _ group: String) throws {
        let nodes = try input("apiVersion: v1\nkind: Node\nmetadata: {name: n, labels: {\(labels)}}").cluster.nodes
        #expect(nodes.map(\.group) == [group])
    }

    @Test func nodesAreInTheOrderOfAge() throws {
        let nodes = ["b 2026-01-02T00:00:00Z", "a 2026-01-03T00:00:00Z", "c 2026-01-01T00:00:00Z"].map { text in
            let parts = text.split(separator: " ")
            return "apiVersion: v1\nkind: Node\nmetadata: {name: \(parts[0]), creationTimestamp: '\(parts[1])'}"
        }
        #expect(try input(nodes.joined(separator: "\n---\n")).cluster.nodes.map(\.name) == ["c", "b", "a"])
    }

    @Test func podsThatHaveEndedAreLeftOut() throws {
        let pods = ["Running", "Succeeded", "Failed", "Pending", "Unknown"].map { phase in
            "apiVersion: v1\nkind: Pod\nmetadata: {name: \(phase)}\nstatus: {phase: \(phase)}"
        }
        #expect(
            try input(pods.joined(separator: "\n---\n")).cluster.pods.map(\.name) == ["Running", "Pending", "Unknown"])
    }

    @Test func podsOfADaemonSetArePinnedAndShareATemplate() throws {
        let pods = ["n1", "n2"].map { node in
            """
            apiVersion: v1
            kind: Pod
            metadata:
              name: agent-\(node)
              ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: agent, controller: true}]
            spec:
              affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [
                {matchFields: [{key: metadata.name, operator: In, values: [\(node)]}]}]}}}
            """
        }
        let found = try input(pods.joined(separator: "\n---\n")).cluster.pods
        #expect(found.map(\.pinnedTo) == ["n1", "n2"])
        #expect(
            found.map(\.workload)
                == Array(repeating: WorkloadID(kind: .daemonSet, namespace: "default", name: "agent"), count: 2))
        #expect(found[0].template == found[1].template)
        #expect(found[0].template.affinityTerms == [])
    }

    @Test func aJobOfACronJobIsNotAWorkloadOfItsOwn() throws {
        let job = """
            apiVersion: batch/v1
            kind: Job
            metadata: {name: report-1, ownerReferences: [{apiVersion: batch/v1, kind: CronJob, name: report, controller: true}]}
            spec: {\(template)}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: p, ownerReferences: [{apiVersion: batch/v1, kind: Job, name: report-1, controller: true}]}
            """
        let alone = try input(job).cluster
        #expect(alone.workloads.map(\.id.kind) == [.job])
        #expect(alone.pods.map(\.workload) == [alone.workloads[0].id])
        let cronJob =
            "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: report}\nspec: {jobTemplate: {spec: {\(template)}}}"
        let both = try input(job + "\n---\n" + cronJob).cluster
        #expect(both.workloads.map(\.id.kind) == [.cronJob])
        #expect(both.pods.map(\.workload) == [both.workloads[0].id])
    }

    @Test func aPodWhoseReplicaSetIsNotInTheInputBelongsToTheDeploymentOfItsName() throws {
        let pod = """
            apiVersion: v1
            kind: Pod
            metadata: {name: p, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-api-5d9c, controller: true}]}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: NAME}
            spec: {\(template)}
            """
        let kinds = try ["web-api", "web"].map { name in
            try input(pod.replacing("NAME", with: name)).cluster.pods[0].workload?.description
        }
        #expect(kinds == ["deployment/default/web-api", "replicaset/default/web-api-5d9c"])
    }

    // MARK: Workloads

    @Test(
        "how pods are replaced, as the API's defaults have it",
        arguments: [
            ("Deployment", "", .rolling(surge: .percent(25), unavailable: .percent(25))),
            ("Deployment", "strategy: {type: Recreate}, ", .recreate),
            (
                "Deployment", "strategy: {rollingUpdate: {maxSurge: 0}}, ",
                .rolling(surge: .pods(0), unavailable: .percent(25))
            ),
            ("StatefulSet", "", .rolling(surge: .pods(0), unavailable: .pods(1))),
            ("StatefulSet", "updateStrategy: {type: OnDelete}, ", .none),
            ("DaemonSet", "", .rolling(surge: .pods(0), unavailable: .pods(1))),
            (
                "DaemonSet", "updateStrategy: {rollingUpdate: {maxSurge: 10%, maxUnavailable: 0}}, ",
                .rolling(surge: .percent(10), unavailable: .pods(0))
            ),
            ("ReplicaSet", "", .none),
        ] as [(String, String, Workload.Update)])
    func updates(_ kind: String, _ strategy: String, _ update: Workload.Update) throws {
        let text = "apiVersion: apps/v1\nkind: \(kind)\nmetadata: {name: w}\nspec: {\(strategy)\(template)}"
        #expect(try workload(text).update == update)
    }

    @Test(
        "how many pods of a job run at once",
        arguments: [
            ("", "", 1), ("parallelism: 5, ", "", 5), ("parallelism: 5, completions: 3, ", "", 3),
            ("parallelism: 5, completions: 9, ", "succeeded: 6", 3), ("parallelism: 5, suspend: true, ", "", 0),
            ("parallelism: 0, ", "", 0), ("", "conditions: [{type: Complete, status: 'True'}]", nil),
            ("", "conditions: [{type: Failed, status: 'True'}]", nil),
            ("", "conditions: [{type: Failed, status: 'False'}, {type: Suspended, status: 'True'}]", 1),
        ] as [(String, String, Int?)])
    func jobs(_ spec: String, _ status: String, _ pods: Int?) throws {
        let text =
            "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec: {\(spec)\(template)}\nstatus: {\(status)}"
        #expect(try input(text).cluster.workloads.map(\.replicas) == (pods.map { [$0] } ?? []))
    }

    @Test func anAutoscalerOfNothingIsNoted() throws {
        let text = """
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: h, namespace: shop}
            spec: {maxReplicas: 5, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: gone}}
            """
        #expect(
            try input(text).notes == [
                "ignored the HorizontalPodAutoscaler of deployment/shop/gone: the input has no such workload"
            ])
    }

    // MARK: What is wrong

    @Test func everythingThatIsWrongIsSaidAtOnce() {
        let found = problems(
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              replicas: many
              strategy:
                rollingUpdate: {maxSurge: 25}
            ---
            metadata: {name: x}
            ---
            x: [
            ---
            apiVersion: v1
            kind: Node
            metadata: {}
            status: {allocatable: {pods: -1}}
            """)
        #expect(
            found == [
                "in:4: Deployment shop/web: spec: expected a template of pods",
                "in:5: Deployment shop/web: spec.replicas: expected a whole number from 0 to 2147483647, not the string 'many'",
                "in:9: expected a Kubernetes object, which has a kind",
                "in:11: not valid YAML: did not find expected node content",
                "in:15: Node : metadata: expected a name",
                "in:16: Node : status.allocatable.pods: expected an amount that is not negative, such as 100m, 0.5, 1.5Gi or "
                    + "1e3, not the number -1",
            ])
    }

    @Test(
        "the line of a member in JSON, of a list's item and of an object alone",
        arguments: [
            (
                InputSamples.kubectlJSON.replacing("\"1930m\"", with: "true"),
                "in:33: Node ip-10-0-1-20.ec2.internal: status.allocatable.cpu: "
            ),
            (
                InputSamples.kubectlJSON.replacing("\"250m\"", with: "{}"),
                "in:73: Pod shop/web-5d9c7b8f6d-x2x7k: spec.containers[0].resources"
            ),
            (
                InputSamples.kubectlJSON.replacing("\"key\": \"dedicated\",", with: ""),
                "in:23: Node ip-10-0-1-20.ec2.internal: spec.taints[0].key: "
            ),
            (
                "{\"apiVersion\": \"v1\",\n\"kind\":\n\"Pod\",\n\"a\\\"\": [{}, -1.5, null],\n\"metadata\": {\"name\": \"p\"},\n"
                    + "\"spec\"\n:\n{\"containers\": [{},\n\n{\"resources\":\n{\"requests\": {\"cpu\": \"x\"}}}]}}",
                "in:11: Pod default/p: spec.containers[1].resources.requests.cpu: "
            ),
        ])
    func linesInJSON(_ text: String, _ expected: String) throws {
        let found = problems(text)
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix(expected) == true, "\(found)")
    }
}
