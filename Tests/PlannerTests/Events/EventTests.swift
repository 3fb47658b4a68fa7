import Addressing
import Planner
import Pool
import Testing
import Timekeeping

/// Events on clusters of which every number is computed by hand.
@Suite struct EventTests {
    private func predict(_ cluster: Cluster, _ events: [PlanEvent], _ change: (inout Plan) -> Void = { _ in }) throws
        -> Prediction
    {
        var plan = Plan(pool: Make.frugal, events: events)
        change(&plan)
        return try Prediction(of: cluster, with: plan)
    }

    @Test func aRollingUpdateOfFullNodesWaitsForAddressesThatRest() throws {
        // One m5.large has 27 addresses; 24 pods run, 25 % surge and 25 % unavailable: 6 end, 12 start beside 18.
        let web = Make.workload("web", 24)
        let node = Make.node("n1", maxPods: 40, type: "m5.large")
        let prediction = try predict(Cluster(nodes: [node], workloads: [web]), [.rollingUpdate(WorkloadPattern())])
        #expect(prediction.moments.map(\.pending.count) == [0, 9, 0])
        let causes = Set(prediction.moments[1].pending.map(\.cause))
        #expect(causes == [.address(.cooling(count: 6, until: .origin + .seconds(30)))])
        #expect(prediction.worst?.kind == .worst(.rollingUpdate(WorkloadPattern())))
    }

    @Test func withoutCooldownTheAddressesAreThereAtOnce() throws {
        let node = Make.node("n1", maxPods: 40, type: "m5.large")
        let prediction = try predict(
            Cluster(nodes: [node], workloads: [Make.workload("web", 20)]), [.rollingUpdate(WorkloadPattern())]
        ) { $0.pool.cooldown = .zero }
        #expect(prediction.moments.map(\.pending.count) == [0, 0, 0])
    }

    @Test func theSurgeNeedsRoomForPods() throws {
        let web = Make.workload(
            "web", 4, Make.requests(cpu: 1000), update: .rolling(surge: .pods(2), unavailable: .pods(0)))
        let prediction = try predict(
            Cluster(nodes: [Make.node("n1")], workloads: [web]), [.rollingUpdate(WorkloadPattern())])
        #expect(prediction.moments.map(\.pending.count) == [0, 2, 0])
        #expect(prediction.causes(1) == ["insufficient-cpu": 2])
    }

    @Test(arguments: [
        (Workload.Update.rolling(surge: .percent(25), unavailable: .percent(25)), 10, 3, 2),
        (.rolling(surge: .percent(25), unavailable: .percent(25)), 1, 1, 0),
        (.rolling(surge: .pods(0), unavailable: .percent(10)), 5, 0, 1), (.recreate, 7, 0, 7), (.none, 7, 0, 0),
    ])
    func stepsOfAnUpdate(_ update: Workload.Update, pods: Int, surge: Int, unavailable: Int) throws {
        // Room for everything: what comes beside what there was is the surge.
        let web = Make.workload("web", pods, update: update)
        let subnet = PlannedSubnet(
            id: SubnetID("subnet-a"), cidr: try #require(IPv4Network("10.0.0.0/24")), zone: "a")
        let prediction = try predict(
            Cluster(nodes: [Make.node("n1")], workloads: [web]), [.rollingUpdate(WorkloadPattern(name: "web"))]
        ) { $0.subnets = [subnet] }
        let row = try #require(prediction.moments[1].subnets.first)
        #expect(row.pods == pods + surge)
        #expect(row.cooling == unavailable)
    }

    @Test func theLossOfAZoneMovesItsPods() throws {
        let nodes = [Make.node("n1", maxPods: 5, zone: "a"), Make.node("n2", maxPods: 5, zone: "b")]
        let agent = Make.workload("agent", 0, kind: .daemonSet)
        let prediction = try predict(
            Cluster(nodes: nodes, workloads: [agent, Make.workload("web", 6)]), [.loseZone("b")])
        #expect(prediction.moments.map(\.pending.count) == [0, 2])
        #expect(prediction.causes(1) == ["kubelet-max-pods": 2])
        #expect(prediction.moments[1].groups.map(\.nodes) == [1])
        #expect(throws: PlanProblem.self) { try predict(Cluster(nodes: nodes), [.loseZone("z")]) }
    }

    @Test func eventsFollowOneAnother() throws {
        let nodes = [Make.node("n1", maxPods: 4), Make.node("n2", maxPods: 4)]
        let web = Make.workload("web", 4, hpaMax: 9)
        let prediction = try predict(
            Cluster(nodes: nodes, workloads: [web]),
            [.scale(WorkloadPattern(kind: .deployment, name: "web"), replicas: 6), .drain(node: "n1"), .hpaMax])
        #expect(prediction.moments.map(\.pending.count) == [0, 0, 2, 5])
        #expect(throws: PlanProblem.self) {
            try predict(Cluster(nodes: nodes), [.scale(WorkloadPattern(name: "api"), replicas: 1)])
        }
    }

    @Test func growthComesBeforeEvents() throws {
        let prediction = try predict(
            Cluster(nodes: [Make.node("n1", maxPods: 10)], workloads: [Make.workload("web", 4)]), []
        ) { $0.growth = [Growth(workloads: WorkloadPattern(name: "web"), amount: .factor(3))] }
        #expect(prediction.moments.map(\.kind) == [.steady, .grown])
        #expect(prediction.moments.map(\.pending.count) == [0, 2])
    }

    @Test func aGroupGrowsForPodsWithoutANode() throws {
        // m5.large: 1930m allocatable, so one pod of 1.2 cores each; the agent is on each new node too.
        let group = NodeGroup(name: "burst", instanceType: "m5.large", count: 1, max: 3, zones: ["a", "b"])
        let agent = Make.workload("agent", 0, Make.requests(cpu: 100), kind: .daemonSet)
        let cluster = Cluster(workloads: [agent, Make.workload("web", 4, Make.requests(cpu: 1200))])
        let prediction = try predict(cluster, []) { $0.groups = [group] }
        let row = try #require(prediction.moments[0].groups.first)
        #expect(row.nodes == 3)
        #expect(row.addedNodes == 2)
        #expect(row.podsWithAddress == 6)
        #expect(prediction.causes() == ["insufficient-cpu": 1])
    }

    @Test func noGroupGrowsForPodsWithoutAnAddress() throws {
        let group = NodeGroup(name: "main", instanceType: "m5.large", count: 1, max: 9, zones: ["a"], maxPods: 60)
        let prediction = try predict(Cluster(workloads: [Make.workload("web", 30)]), []) { $0.groups = [group] }
        #expect(prediction.moments[0].groups.first?.nodes == 1)
        #expect(prediction.causes() == ["enis-full": 3])
    }

    @Test(arguments: PlanEvent.examples)
    func textForms(_ text: String, _ event: PlanEvent?) {
        #expect(PlanEvent(text) == event)
        if let event { #expect(event.description == text) }
    }
}

extension PlanEvent {
    static let examples: [(String, PlanEvent?)] = [
        ("rolling-update=all", .rollingUpdate(WorkloadPattern())),
        ("rolling-update=web", .rollingUpdate(WorkloadPattern(name: "web"))),
        ("lose-zone=eu-west-1a", .loseZone("eu-west-1a")), ("hpa-max", .hpaMax), ("drain=n1", .drain(node: "n1")),
        (
            "scale=deployment/shop/web:300",
            .scale(WorkloadPattern(kind: .deployment, namespace: "shop", name: "web"), replicas: 300)
        ),
        ("scale=web", nil), ("scale=web:-1", nil), ("drain=", nil), ("hpa-max=1", nil), ("rolling-update=pod/web", nil),
        ("reboot=all", nil),
    ]
}
