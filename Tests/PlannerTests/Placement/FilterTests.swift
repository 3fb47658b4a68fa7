import Planner
import Pool
import Testing

/// One cluster for each filter, with the number of pending pods computed by hand.
@Suite struct FilterTests {
    private func pending(_ nodes: [ClusterNode], _ workloads: [Workload], pods: [ClusterPod] = []) throws
        -> [PendingPod]
    {
        let cluster = Cluster(nodes: nodes, pods: pods, workloads: workloads)
        return try Prediction(of: cluster, with: Plan()).moments[0].pending
    }

    @Test func requestsFillNodes() throws {
        // 4 cores hold 3 pods of 1.2 cores: 2 × 3 of 8.
        let pending = try pending(
            [Make.node("n1"), Make.node("n2")], [Make.workload("web", 8, Make.requests(cpu: 1200))])
        #expect(pending.count == 2)
        #expect(
            pending.map(\.cause)
                == Array(repeating: .insufficient(.cpu, requested: 1200, mostFree: 400, nodes: 2), count: 2))
    }

    @Test func theScarceResourceIsNamed() throws {
        let pending = try pending([Make.node("n1")], [Make.workload("db", 5, Make.requests(cpu: 10, memoryGiB: 4))])
        #expect(pending.map(\.cause) == [.insufficient(.memory, requested: 4 << 30, mostFree: 0, nodes: 1)])
    }

    @Test func extendedResourcesCount() throws {
        var node = Make.node("n1")
        node.allocatable.extended = ["nvidia.com/gpu": 2]
        let template = PodTemplate(requests: Resources(extended: ["nvidia.com/gpu": 1]))
        let pending = try pending([node, Make.node("n2")], [Make.workload("train", 3, template)])
        #expect(
            pending.map(\.cause) == [
                .insufficient(.extended("nvidia.com/gpu"), requested: 1, mostFree: 0, nodes: 2)
            ])
    }

    @Test func podsOnTheHostsNetworkCountForMaxPods() throws {
        let host = PodTemplate(usesHostNetwork: true)
        let pending = try pending(
            [Make.node("n1", maxPods: 5)],
            [Make.workload("proxy", 0, host, kind: .daemonSet), Make.workload("web", 6)])
        #expect(pending.map(\.cause) == Array(repeating: .kubeletMaxPods(nodes: 1, limit: 5), count: 2))
        #expect(pending.allSatisfy { $0.workload?.name == "web" && $0.node == nil })
    }

    @Test func boundPodsStayWhereTheyAre() throws {
        let web = Make.workload("web", 3, Make.requests(cpu: 2000))
        let pending = try pending([Make.node("n1"), Make.node("n2")], [web], pods: Make.pods(3, of: web, on: "n1"))
        #expect(pending.isEmpty)
    }

    @Test func nodeSelector() throws {
        var template = PodTemplate()
        template.nodeSelector = ["disk": "ssd"]
        let nodes = [Make.node("n1", maxPods: 2, labels: ["disk": "ssd"]), Make.node("n2")]
        #expect(
            try pending(nodes, [Make.workload("db", 3, template)]).map(\.cause) == [.kubeletMaxPods(nodes: 1, limit: 2)]
        )
        template.nodeSelector = ["disk": "tape"]
        #expect(
            try pending(nodes, [Make.workload("db", 1, template)]).map(\.cause) == [
                .noMatchingNode("disk=tape", nodes: 2)
            ])
    }

    @Test(arguments: [
        (Requirement.isIn(key: "cores", ["4", "8"]), 1), (.isNotIn(key: "cores", ["4", "8"]), 2),
        (.exists(key: "cores"), 2), (.doesNotExist(key: "cores"), 1), (.isGreater(key: "cores", than: 8), 1),
        (.isLess(key: "cores", than: 8), 1), (.isIn(key: NodeLabel.hostname, ["n1", "n3"]), 2),
    ])
    func affinityOperators(_ requirement: Requirement, matching: Int) throws {
        let nodes = [
            Make.node("n1", maxPods: 1, labels: ["cores": "4"]), Make.node("n2", maxPods: 1, labels: ["cores": "16"]),
            Make.node("n3", maxPods: 1),
        ]
        let template = PodTemplate(affinityTerms: [NodeSelectorTerm(labels: [requirement])])
        let pending = try pending(nodes, [Make.workload("web", 3, template)])
        #expect(
            pending.map(\.cause) == Array(repeating: .kubeletMaxPods(nodes: matching, limit: 1), count: 3 - matching))
    }

    @Test func affinityTermsAreAlternatives() throws {
        let nodes = [Make.node("n1", maxPods: 1), Make.node("n2", maxPods: 1), Make.node("n3", maxPods: 1)]
        let template = PodTemplate(affinityTerms: [
            NodeSelectorTerm(name: [.isIn(key: "metadata.name", ["n1"])]),
            NodeSelectorTerm(labels: [.isIn(key: NodeLabel.hostname, ["n2"]), .exists(key: "missing")]),
            NodeSelectorTerm(),
        ])
        #expect(try pending(nodes, [Make.workload("web", 2, template)]).count == 1)
    }

    @Test func taintsAndTolerations() throws {
        let taint = Taint(key: "dedicated", value: "gpu", effect: .noSchedule)
        let nodes = [
            Make.node("n1", taints: [taint]), Make.node("n2", taints: [Taint(key: "soft", effect: .preferNoSchedule)]),
        ]
        #expect(try pending([nodes[0]], [Make.workload("web", 1)]).map(\.cause) == [.taints(taint, nodes: 1)])
        #expect(try pending(nodes, [Make.workload("web", 1)]).isEmpty)
        for toleration in [
            Toleration(key: "dedicated", value: "gpu", effect: .noSchedule), Toleration(key: "dedicated"), Toleration(),
        ] {
            let template = PodTemplate(tolerations: [toleration])
            #expect(try pending([nodes[0]], [Make.workload("web", 1, template)]).isEmpty)
        }
        let other = PodTemplate(tolerations: [Toleration(key: "dedicated", value: "cpu")])
        #expect(try pending([nodes[0]], [Make.workload("web", 1, other)]).count == 1)
    }

    @Test func cordonedNodesTakeDaemonsAlone() throws {
        let pending = try pending(
            [Make.node("n1", isSchedulable: false)],
            [Make.workload("agent", 0, kind: .daemonSet), Make.workload("web", 1)])
        #expect(pending.map(\.cause) == [.cordoned(nodes: 1)])
    }

    @Test func hostPorts() throws {
        let template = PodTemplate(hostPorts: [HostPort(port: 8080)])
        let pending = try pending([Make.node("n1"), Make.node("n2")], [Make.workload("edge", 3, template)])
        #expect(pending.map(\.cause) == [.hostPort(HostPort(port: 8080), nodes: 2)])
    }

    @Test func spreadOverZones() throws {
        // Zone b has room for one: two in a, one in b, and the fourth would make it 3 to 1.
        let constraint = SpreadConstraint(
            topologyKey: NodeLabel.zone, maxSkew: 1, selector: [.isIn(key: "app", ["web"])])
        let pending = try pending(
            [Make.node("n1", zone: "a"), Make.node("n2", maxPods: 1, zone: "b")],
            [Make.workload("web", 4, PodTemplate(topologySpread: [constraint]))])
        #expect(pending.map(\.cause) == [.spread(constraint, nodes: 1)])
    }

    @Test func spreadOverNodes() throws {
        let constraint = SpreadConstraint(
            topologyKey: NodeLabel.hostname, maxSkew: 1, selector: [.isIn(key: "app", ["web"])])
        let template = PodTemplate(
            requests: Resources(milliCPU: 1000), affinityTerms: [], topologySpread: [constraint])
        // n2 has room for one: 2 + 1.
        let pending = try pending(
            [Make.node("n1"), Make.node("n2", cpu: 1500)], [Make.workload("web", 5, template)])
        #expect(pending.map(\.cause) == Array(repeating: .spread(constraint, nodes: 1), count: 2))
    }

    @Test func anEmptyClusterSaysSo() throws {
        #expect(try pending([], [Make.workload("web", 1)]).map(\.cause) == [.noNode])
    }

    @Test func aDaemonsPodNeedsItsNode() throws {
        let agent = Make.workload("agent", 0, Make.requests(cpu: 5000), kind: .daemonSet)
        let lost = ClusterPod(
            namespace: "default", name: "agent-x", workload: agent.id, template: agent.template, pinnedTo: "gone")
        let pending = try pending([Make.node("n1"), Make.node("n2", cpu: 8000)], [agent], pods: [lost])
        #expect(
            Set(pending.map(\.cause)) == [
                .pinned(to: "gone"), .insufficient(.cpu, requested: 5000, mostFree: 4000, nodes: 1),
            ])
    }

    @Test func podsOfHigherPriorityComeFirst() throws {
        let high = PodTemplate(requests: Resources(milliCPU: 3000), priority: 10)
        let pending = try pending(
            [Make.node("n1")], [Make.workload("low", 1, Make.requests(cpu: 3000)), Make.workload("high", 1, high)])
        #expect(pending.map(\.name) == ["low-0"])
    }
}
