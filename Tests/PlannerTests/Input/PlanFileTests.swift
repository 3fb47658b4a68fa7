import Addressing
import Foundation
import Pool
import Settings
import Testing

@testable import Planner

/// Plan files: what they say, what is wrong with them, and those that are written to begin with.
@Suite struct PlanFileTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private func problems(_ text: String) -> [String] {
        do throws(SettingsProblems) {
            _ = try Plan.parse(text, file: "p.yaml")
            return []
        } catch {
            return error.problems
        }
    }

    // MARK: What it says

    @Test func anEmptyPlanIsAPlan() throws {
        #expect(try Plan.parse("", file: "p.yaml") == Plan())
        #expect(try Plan.parse("groups: null\nsubnets: null\npool: null\nevents: []\n", file: "p.yaml") == Plan())
    }

    @Test func everyKeyIsRead() throws {
        let plan = try Plan.parse(
            """
            groups:
              - name: gpu
                instanceType: m5.large
                count: 2
                min: 1
                max: 9
                zones: [a]
                labels: { disk: ssd }
                taints: ["dedicated=gpu:NoSchedule", spot:NoExecute]
                maxPods: 40
                allocatable: { cpu: 1930m, memory: 7Gi, nvidia.com/gpu: 1 }
            subnets:
              - { id: s1, cidr: 10.0.0.0/24, zone: a, usedAddresses: 12 }
              - { id: s2, cidr: 10.0.1.0/24, zone: a, usedNetworks: [10.0.1.16/28, 10.0.1.9], forPods: true }
            pool:
              prefixDelegation: true
              warmIPTarget: 3
              cooldown: 1m
              customNetworking: { by: zone, networks: { a: { subnets: [s2] } } }
            growth:
              - { workloads: deploy/shop/web, factor: 2.5 }
              - { workloads: all, replicas: 0 }
            events: [rolling-update=all, "scale=web:30", lose-zone=a, hpa-max, drain=n1]
            """, file: "p.yaml")
        let allocatable = Resources(milliCPU: 1930, memoryBytes: 7 << 30, extended: ["nvidia.com/gpu": 1])
        let taints = [
            Taint(key: "dedicated", value: "gpu", effect: .noSchedule), Taint(key: "spot", effect: .noExecute),
        ]
        var pool = PoolConfiguration()
        pool.prefixDelegation = true
        pool.target = .addresses(warm: 3, minimum: 0)
        pool.cooldown = .seconds(60)
        pool.placement = .custom(.zone(["a": PodSubnets(subnets: ["s2"].map(SubnetID.init))]))
        let first = try #require(IPv4Network("10.0.0.0/24"))
        let second = try #require(IPv4Network("10.0.1.0/24"))
        let used = try ["10.0.1.16/28", "10.0.1.9/32"].map { try #require(IPv4Network($0)) }
        let expected = Plan(
            groups: [
                NodeGroup(
                    name: "gpu", instanceType: "m5.large", count: 2, min: 1, max: 9, zones: ["a"],
                    labels: ["disk": "ssd"], taints: taints, maxPods: 40, allocatable: allocatable)
            ],
            subnets: [
                PlannedSubnet(id: SubnetID("s1"), cidr: first, zone: "a", used: .addresses(12)),
                PlannedSubnet(id: SubnetID("s2"), cidr: second, zone: "a", used: .networks(used), isForPods: true),
            ], pool: pool,
            growth: [
                Growth(
                    workloads: WorkloadPattern(kind: .deployment, namespace: "shop", name: "web"), amount: .factor(2.5)),
                Growth(workloads: WorkloadPattern(), amount: .replicas(0)),
            ],
            events: [
                .rollingUpdate(WorkloadPattern()), .scale(WorkloadPattern(name: "web"), replicas: 30), .loseZone("a"),
                .hpaMax, .drain(node: "n1"),
            ])
        #expect(plan == expected)
    }

    // MARK: What is wrong

    private static let group = "groups: [{ name: g, instanceType: m5.large, "
    private static let subnet = "subnets: [{ id: s, cidr: 10.0.0.0/24, zone: a, "

    @Test(
        "the line, the key and what was expected",
        arguments: [
            ("groups: []", "p.yaml:1: groups: the list is empty"),
            ("groups: [{ name: g }]", "p.yaml:1: groups[0].instanceType is missing: the type of the group's instances"),
            (
                "groups: [{ name: g, instanceType: m5.lage }]",
                "p.yaml:1: groups[0].instanceType: instance type 'm5.lage' is unknown (like it: m5.large"
            ),
            (group + "nam: x }]", "p.yaml:1: unknown key groups[0].nam; did you mean name?"),
            (group + "count: -1 }]", "p.yaml:1: groups[0].count: '-1' is not a whole number from 0"),
            (group + "min: 4, max: 3 }]", "p.yaml:1: groups[0].max: 3 is less than min, which is 4"),
            (group + "count: 5, max: 3 }]", "p.yaml:1: groups[0].count: 5 is not between min and max"),
            (
                group + "taints: [gpu] }]",
                "p.yaml:1: groups[0].taints: 'gpu' is not a taint such as dedicated=gpu:NoSchedule"
            ),
            (group + "allocatable: { cpu: lots } }]", "p.yaml:1: groups[0].allocatable: cpu: 'lots' is not an amount"),
            (
                "groups:\n  - { name: g, instanceType: m5.large }\n  - { name: g, instanceType: m5.large }",
                "p.yaml:1: groups: there are two groups g"
            ),
            (
                "subnets: [{ id: s, cidr: 10.0.0.1/24, zone: a }]",
                "p.yaml:1: subnets[0].cidr: '10.0.0.1/24' is not an IPv4 network"
            ),
            (
                "subnets: [{ id: s, cidr: 10.0.0.0/29, zone: a }]",
                "p.yaml:1: subnets[0].cidr: 10.0.0.0/29 is not of a subnet's size, /16 to /28"
            ),
            (
                "subnets: [{ id: s, cidr: 10.0.0.0/24 }]",
                "p.yaml:1: subnets[0].zone is missing: a subnet has id, cidr and zone"
            ),
            (
                subnet + "usedAddresses: 252 }]",
                "p.yaml:1: subnets[0].usedAddresses: 252 is more than the 251 of 10.0.0.0/24"
            ),
            (
                subnet + "usedNetworks: [10.1.0.0/28] }]",
                "p.yaml:1: subnets[0].usedNetworks: 10.1.0.0/28 is not within 10.0.0.0/24"
            ),
            (
                subnet + "usedNetworks: [10.0.0.0/28, 10.0.0.7] }]",
                "p.yaml:1: subnets[0].usedNetworks: 10.0.0.7/32 overlaps 10.0.0.0/28"
            ),
            (
                subnet + "usedNetworks: [10.0.0.7], usedAddresses: 1 }]",
                "p.yaml:1: subnets[0].usedNetworks: usedAddresses says how many"
            ),
            (
                "subnets: [{ id: s, cidr: 10.0.0.0/24, zone: a }, { id: s, cidr: 10.0.0.0/25, zone: a }]",
                "p.yaml:1: subnets: there are two subnets s"
            ),
            (
                subnet + "}]\n" + group + "zones: [b] }]",
                "p.yaml:2: groups: group g is in zone b, where no subnet for nodes is"
            ),
            (subnet + "}]\npool:\n  eniSubnet: t", "p.yaml:2: pool: the subnet t is not one of subnets"),
            ("pool:\n  warmIpTarget: 3", "p.yaml:2: unknown key pool.warmIpTarget; did you mean warmIPTarget?"),
            ("pool: { cooldown: 30 }", "p.yaml:1: pool.cooldown: '30' is not a duration with its unit"),
            ("growth: [{ factor: 2 }]", "p.yaml:1: growth[0].workloads is missing: which workloads grow"),
            (
                "growth: [{ workloads: thing/web, factor: 2 }]",
                "p.yaml:1: growth[0].workloads: 'thing/web' is not all, or a workload such as"
            ),
            ("growth: [{ workloads: all }]", "p.yaml:1: growth[0].factor is missing: growth has a factor, or replicas"),
            (
                "growth: [{ workloads: all, factor: 2, replicas: 3 }]",
                "p.yaml:1: growth[0].replicas: growth has a factor or replicas"
            ),
            ("events: [explode=all]", "p.yaml:1: events: 'explode=all' is not an event, rolling-update=all|WORKLOAD"),
            ("event: []", "p.yaml:1: unknown key event; did you mean events?"), ("a: [", "p.yaml:2: not valid YAML: "),
        ])
    func mistakes(_ text: String, _ expected: String) {
        let found = problems(text)
        #expect(found.contains { $0.hasPrefix(expected) }, "\(found)")
    }

    @Test func everythingThatIsWrongIsSaidAtOnce() {
        let found = problems(
            "groups: [{ count: x }]\nsubnets: [{ id: s }]\npool: { maxENI: 0 }\nevents: [x]\ngrowth: [{}]\nnothing: 1\n"
        )
        #expect(found.count == 10, "\(found)")
    }

    // MARK: Those to begin with

    @Test func theExampleIsWhatIsWrittenToBeginWith() throws {
        let file = PlanFileTests.root.appending(path: "Config/examples/plan.yaml")
        #expect(try String(contentsOf: file, encoding: .utf8) == PlanTemplate.text())
    }

    @Test func theExampleHasEveryKeyThatIsRead() throws {
        let call = #/(?:string|bool|integer|number|value|list|dictionary|nested|nestedList|require)\(\s*"(\w+)"/#
        for path in [
            "Planner/Input/Plan+Settings.swift", "CloudSettings/SubnetSettings.swift",
            "CloudSettings/ModelVPC.Occupancy+Settings.swift",
        ] {
            let source = PlanFileTests.root.appending(path: "Sources/\(path)")
            let keys = Set(try String(contentsOf: source, encoding: .utf8).matches(of: call).map { String($0.1) })
            #expect(keys.count > 1, "\(path)")
            for key in keys {
                #expect(PlanTemplate.text().contains(try Regex("\\b\(key)\\b")), "\(key) is not in the example")
            }
        }
    }

    @Test func theDefaultsOfTheExamplesPoolAreThoseOfThePool() throws {
        #expect(try Plan.parse(PlanTemplate.text(), file: "p.yaml").pool == PoolConfiguration())
    }

    @Test func aClustersGroupsAreWrittenDown() throws {
        func node(_ name: String, _ group: String, _ type: String?, zone: String, _ labels: [String: String] = [:])
            -> ClusterNode
        {
            ClusterNode(
                name: name, labels: labels,
                taints: group == "gpu" ? [Taint(key: "dedicated", value: "gpu", effect: .noSchedule)] : [],
                allocatable: Resources(), instanceType: type, zone: zone, group: group)
        }
        let cluster = Cluster(
            nodes: [
                node("n1", "general", "m5.large", zone: "us-east-1a"),
                node("n2", "general", "m5.large", zone: "us-east-1b"),
                node("n3", "gpu", "m5.xlarge", zone: "us-east-1a", ["accelerator": "yes", "host": "n3"]),
                node("n4", "gpu", "m5.xlarge", zone: "us-east-1a", ["accelerator": "yes", "host": "n4"]),
                node("n7", "gpu", "m5.large", zone: "us-east-1a", ["accelerator": "yes", "host": "n7"]),
                node("n5", "e2-medium", "e2-medium", zone: "us-east-1a"), node("n6", "", nil, zone: "us-east-1a"),
            ],
            pods: [
                ClusterPod(
                    namespace: "a", name: "p",
                    template: PodTemplate(nodeSelector: ["accelerator": "yes", "host": "n3"]))
            ])
        let text = PlanTemplate.text(for: cluster)
        let plan = try Plan.parse(text, file: "p.yaml")
        #expect(
            plan.groups
                == [
                    NodeGroup(name: "general", instanceType: "m5.large", zones: ["us-east-1a", "us-east-1b"]),
                    NodeGroup(
                        name: "gpu", instanceType: "m5.xlarge", zones: ["us-east-1a"], labels: ["accelerator": "yes"],
                        taints: [Taint(key: "dedicated", value: "gpu", effect: .noSchedule)]),
                ].sorted { $0.name < $1.name })
        #expect(plan.subnets == [])
        #expect(text.contains("# The cluster has 2 nodes."))
        #expect(text.contains("# The cluster has 3 nodes of \"m5.xlarge\", \"m5.large\"."))
        #expect(text.contains("# Without a group: one node of \"e2-medium\", a type that Warmpool does not know."))
        #expect(text.contains("# Without a group: one node without an instance type."))

        let filledIn = text.replacing("subnets: null", with: "").replacing("# subnets:", with: "subnets:")
            .replacing("#   - { id", with: "  - { id")
        #expect(try Plan.parse(filledIn, file: "p.yaml").subnets.map(\.zone) == ["us-east-1a", "us-east-1b"])
    }

    @Test func aClusterWithoutKnownNodesGivesAPlanToo() throws {
        #expect(try Plan.parse(PlanTemplate.text(for: Cluster()), file: "p.yaml").groups == [])
        let node = ClusterNode(name: "n", allocatable: Resources())
        #expect(try Plan.parse(PlanTemplate.text(for: Cluster(nodes: [node])), file: "p.yaml").groups == [])
    }
}
