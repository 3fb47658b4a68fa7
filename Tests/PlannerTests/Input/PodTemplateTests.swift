import Testing

@testable import Planner

/// What the scheduler needs to know of a pod, from its manifest.
@Suite struct PodTemplateTests {
    private func template(_ spec: String, labels: String = "{}") throws -> PodTemplate {
        let text = """
            apiVersion: v1
            kind: Pod
            metadata: {name: p, labels: \(labels)}
            spec: \(spec)
            """
        return try #require(try ClusterInput.parse(text, file: "p.yaml").cluster.pods.first).template
    }

    private func problems(_ spec: String) -> [String] {
        do throws(InputProblems) {
            _ = try ClusterInput.parse(
                "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  namespace: n\nspec: \(spec)\n", file: "p.yaml")
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    private func container(_ cpu: String, _ memory: String = "0", restart: String = "") -> String {
        "{name: c, \(restart.isEmpty ? "" : "restartPolicy: \(restart), ")"
            + "resources: {requests: {cpu: \(cpu), memory: \(memory)}}}"
    }

    // MARK: Requests

    @Test func containersAreAddedUp() throws {
        let requests = try template("{containers: [\(container("100m", "1Gi")), \(container("1", "0.5Gi"))]}").requests
        #expect(requests == Resources(milliCPU: 1100, memoryBytes: 1_610_612_736))
    }

    @Test func theInitContainerThatNeedsMostCountsWhereItNeedsMoreThanAllContainers() throws {
        let spec = """
            {containers: [\(container("1", "1Gi"))], initContainers: [\(container("2", "10Mi")), \(container("1500m"))]}
            """
        #expect(try template(spec).requests == Resources(milliCPU: 2000, memoryBytes: 1 << 30))
    }

    /// The example of KEP-753: an init container runs beside the sidecars before it alone.
    @Test func sidecarsRunBesideContainersAndBesideLaterInitContainers() throws {
        let early = container("3")
        let sidecar = container("1", restart: "Always")
        let late = container("4")
        func cpu(_ order: [String]) throws -> Int64 {
            let spec = "{containers: [\(container("2"))], initContainers: [\(order.joined(separator: ", "))]}"
            return try template(spec).requests.milliCPU
        }
        #expect(try cpu([sidecar]) == 3000)
        #expect(try cpu([early, sidecar]) == 3000)
        #expect(try cpu([sidecar, early]) == 4000)
        #expect(try cpu([sidecar, sidecar, late]) == 6000)
        #expect(try cpu([late, sidecar, sidecar]) == 4000)
    }

    @Test func theOverheadIsAddedToWhicheverIsMore() throws {
        let spec =
            "{overhead: {cpu: 250m, memory: 120Mi}, containers: [\(container("1"))], initContainers: [\(container("2"))]}"
        #expect(try template(spec).requests == Resources(milliCPU: 2250, memoryBytes: 120 << 20))
    }

    @Test func aLimitIsTheRequestWhereThereIsNone() throws {
        let spec = "{containers: [{resources: {limits: {cpu: 2, memory: 1Gi, nvidia.com/gpu: 1}, requests: {cpu: 0}}}]}"
        #expect(
            try template(spec).requests
                == Resources(milliCPU: 0, memoryBytes: 1 << 30, extended: ["nvidia.com/gpu": 1]))
    }

    @Test func requestsOfThePodAsAWholeTakeThePlaceOfThoseOfItsContainers() throws {
        let spec = "{resources: {requests: {cpu: 3}}, containers: [\(container("1", "1Gi"))]}"
        #expect(try template(spec).requests == Resources(milliCPU: 3000, memoryBytes: 1 << 30))
    }

    // MARK: Nodes

    @Test func selectorsAffinityAndTolerations() throws {
        let found = try template(
            """

              nodeSelector: {disk: ssd}
              affinity:
                nodeAffinity:
                  preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, preference: {}}]
                  requiredDuringSchedulingIgnoredDuringExecution:
                    nodeSelectorTerms:
                    - matchExpressions:
                      - {key: zone, operator: In, values: [a, b]}
                      - {key: cores, operator: Gt, values: ["4"]}
                    - matchExpressions: [{key: spot, operator: DoesNotExist}]
                      matchFields: [{key: metadata.name, operator: NotIn, values: [n1]}]
              tolerations:
              - {key: gpu, operator: Exists, effect: NoSchedule}
              - {key: dedicated, value: web}
              - {operator: Exists}
            """)
        #expect(found.nodeSelector == ["disk": "ssd"])
        #expect(
            found.affinityTerms == [
                NodeSelectorTerm(labels: [.isIn(key: "zone", ["a", "b"]), .isGreater(key: "cores", than: 4)]),
                NodeSelectorTerm(
                    labels: [.doesNotExist(key: "spot")], name: [.isNotIn(key: "metadata.name", ["n1"])]),
            ])
        #expect(
            found.tolerations == [
                Toleration(key: "gpu", value: nil, effect: .noSchedule), Toleration(key: "dedicated", value: "web"),
                Toleration(),
            ])
    }

    @Test func onlySpreadConstraintsThatForbidCount() throws {
        let found = try template(
            """

              topologySpreadConstraints:
              - maxSkew: 1
                topologyKey: topology.kubernetes.io/zone
                whenUnsatisfiable: DoNotSchedule
                minDomains: 3
                labelSelector: {matchLabels: {app: web}, matchExpressions: [{key: old, operator: DoesNotExist}]}
                matchLabelKeys: [pod-template-hash, absent]
              - {maxSkew: 2, topologyKey: rack, whenUnsatisfiable: ScheduleAnyway, labelSelector: {}}
              - {maxSkew: 2, topologyKey: rack, whenUnsatisfiable: DoNotSchedule}
            """, labels: "{app: web, pod-template-hash: '7'}")
        #expect(
            found.topologySpread == [
                SpreadConstraint(
                    topologyKey: "topology.kubernetes.io/zone", maxSkew: 1,
                    selector: [
                        .isIn(key: "app", ["web"]), .doesNotExist(key: "old"), .isIn(key: "pod-template-hash", ["7"]),
                    ], minDomains: 3),
                SpreadConstraint(topologyKey: "rack", maxSkew: 2, selector: nil),
            ])
    }

    @Test func portsOfTheHost() throws {
        let ports =
            "[{containerPort: 80, hostPort: 8080}, {containerPort: 53, hostPort: 53, protocol: UDP, hostIP: 10.0.0.1}, {containerPort: 9}]"
        let own = try template("{containers: [{ports: \(ports)}]}")
        #expect(!own.usesHostNetwork)
        #expect(own.hostPorts == [HostPort(port: 8080), HostPort(transport: "UDP", port: 53, address: "10.0.0.1")])
        let host = try template("{hostNetwork: true, containers: [{ports: [{containerPort: 9}]}]}")
        #expect(host.usesHostNetwork)
        #expect(host.hostPorts == [HostPort(port: 9)])
    }

    // MARK: What is wrong

    @Test(
        "the line, the path and what was expected",
        arguments: [
            (
                "\n  containers:\n  - name: a\n    resources:\n      requests:\n        cpu: lots",
                "p.yaml:11: Pod n/p: spec.containers[0].resources.requests.cpu: expected an amount that is not negative, "
                    + "such as 100m, 0.5, 1.5Gi or 1e3, not the string 'lots'"
            ),
            (
                "\n  containers:\n  - resources: {requests: {memory: -1Gi}}",
                "p.yaml:8: Pod n/p: spec.containers[0].resources.requests.memory: expected an amount that is not negative"
            ),
            (
                "{containers: [{resources: {requests: {memory: 5Ei}}}]}",
                "p.yaml:6: Pod n/p: spec.containers[0].resources.requests.memory: expected at most 1Pi, not the string"
            ),
            (
                "{containers: [{resources: {requests: {cpu: [1]}}}]}",
                "p.yaml:6: Pod n/p: spec.containers[0].resources.requests.cpu: expected an amount"
            ),
            ("{containers: {}}", "p.yaml:6: Pod n/p: spec.containers: expected a list, not an object"),
            ("{containers: [a]}", "p.yaml:6: Pod n/p: spec.containers[0]: expected an object, not the string 'a'"),
            ("[]", "p.yaml:6: Pod n/p: spec: expected an object, not an array"),
            ("{hostNetwork: maybe}", "p.yaml:6: Pod n/p: spec.hostNetwork: expected true or false, not the string"),
            (
                "\n  nodeSelector:\n    a: b\n    spot: true",
                "p.yaml:9: Pod n/p: spec.nodeSelector.spot: expected text (in quotes), not true"
            ),
            (
                "{tolerations: [{effect: Never}]}",
                "p.yaml:6: Pod n/p: spec.tolerations[0].effect: expected one of NoSchedule, "
            ),
            (
                "{containers: [{ports: [{containerPort: 70000}]}]}",
                "p.yaml:6: Pod n/p: spec.containers[0].ports[0].containerPort: expected a whole number from 0 to 65535"
            ),
            (
                "{topologySpreadConstraints: [{whenUnsatisfiable: DoNotSchedule}]}",
                "p.yaml:6: Pod n/p: spec.topologySpreadConstraints[0].topologyKey: missing"
            ),
            (
                "{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: "
                    + "[{matchExpressions: [{key: a, operator: Gt, values: [x]}]}]}}}}",
                "p.yaml:6: Pod n/p: spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
                    + "nodeSelectorTerms[0].matchExpressions[0].values: expected one whole number in quotes"
            ),
        ])
    func mistakes(_ spec: String, _ expected: String) throws {
        let found = problems(spec)
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix(expected) == true, "\(found)")
    }
}
