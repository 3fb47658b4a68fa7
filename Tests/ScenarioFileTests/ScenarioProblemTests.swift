import ScenarioFile
import Settings
import Testing

/// Everything that can be wrong with a scenario file is said, with its line and what to do.
@Suite struct ScenarioProblemTests {
    @Test func allProblemsAreReportedAtOnce() {
        let seen = problems(
            """
            duration: 10
            groups:
              - { name: a, instanceType: m5.lagre, count: 0 }
            incidents: [{ kind: flood, at: 1m }]
            expect: { pendingAtEnd: many }
            sed: 3
            """)
        let starts = [
            "s.yaml: about is missing", "s.yaml:1: duration: '10' is not a duration",
            "s.yaml:3: groups[0].instanceType: instance type 'm5.lagre' is unknown",
            "s.yaml:3: groups[0].count: '0' is not a whole number from 1",
            "s.yaml:4: incidents[0].kind: 'flood' is not one of daemonsDie,",
            "s.yaml:5: expect.pendingAtEnd: 'many' is not a number or a percentage",
            "s.yaml:6: unknown key sed; did you mean seed?",
        ]
        for start in starts { #expect(seen.contains { $0.hasPrefix(start) }, "\(start) in \(seen)") }
        #expect(seen.count == starts.count, "\(seen)")
    }

    @Test(arguments: [
        ("subnets: [{ id: a, cidr: 10.0.0.0/24 }]", "s.yaml:4: subnets[0].zone is missing"),
        (
            "subnets: [{ id: a, cidr: 10.0.0.0/8, zone: z }]",
            "s.yaml:4: subnets[0].cidr: 10.0.0.0/8 is not of a subnet's"
        ),
        (
            "subnets: [{ id: a, cidr: 10.0.0.0/24, zone: z }, { id: a, cidr: 10.0.1.0/24, zone: z }]",
            "s.yaml:4: subnets: there are two subnets a"
        ),
        (
            "subnets: [{ id: a, cidr: 10.0.0.0/24, zone: z }, { id: b, cidr: 10.0.0.0/25, zone: z }]",
            "s.yaml:4: subnets: b (10.0.0.0/25) overlaps a"
        ),
        (
            "subnets: [{ id: a, cidr: 11.0.0.0/24, zone: z }]",
            "s.yaml:4: subnets: a (11.0.0.0/24) is not within vpcCIDR"
        ),
        ("vpcCIDR: here", "s.yaml:4: vpcCIDR: 'here' is not an IPv4 network"),
        ("cloud: { latency: 2s to 1s }", "s.yaml:4: cloud.latency: '2s to 1s' is not a duration"),
        ("cloud: { latencyPerAction: { Create: 1s } }", "s.yaml:4: unknown key cloud.latencyPerAction.Create"),
        ("throttling: { mutating: { capacity: 3 } }", "s.yaml:4: throttling.mutating.refillPerSecond is missing"),
        ("faults: [{ effect: outage }]", "s.yaml:4: faults[0].effect: 'outage' is not one of internalError"),
        ("pool: { cooldown: 30 }", "s.yaml:4: pool.cooldown: '30' is not a duration"),
        ("pool: { eniSubnet: other }", "s.yaml:4: pool: the subnet other is not one of subnets"),
        ("calls: { pause: 10s, longestPause: 5s }", "s.yaml:4: calls.longestPause: 5s is less than pause"),
        ("seed: -1", "s.yaml:4: seed: '-1' is not a whole number from 0"),
        ("addTimeout: 0", "s.yaml:4: addTimeout: '0' is not a duration"),
        ("trace: none.csv", "s.yaml:4: trace: none.csv: cannot be read"),
        ("workloads: []", "s.yaml:4: workloads: the list is empty"),
        ("workloads: [{ pods: 3 }]", "s.yaml:4: workloads[0].kind is missing"),
        ("workloads: [{ kind: calm }]", "s.yaml:4: workloads[0].kind: 'calm' is not one of steady, churn"),
        ("workloads: [{ kind: churn, pods: 3 }]", "s.yaml:4: unknown key workloads[0].pods"),
        (
            "workloads: [{ kind: diurnal, leastPerMinute: 13 }]",
            "s.yaml:4: workloads[0].leastPerMinute: 13.0 is more than mostPerMinute"
        ),
        (
            "workloads: [{ kind: crashLoop, longestPause: 1s }]",
            "s.yaml:4: workloads[0].longestPause: 1s is less than pause"
        ),
        (
            "workloads: [{ kind: nodeReplacement }, { kind: churn }]",
            "s.yaml:3: groups[0].name: nodeReplacement makes the nodes"
        ),
        ("incidents: [{ kind: daemonsDie, nodes: all }]", "s.yaml:4: incidents[0].at is missing"),
        ("incidents: [{ kind: daemonsDie, at: 1m }]", "s.yaml:4: incidents[0].nodes is missing"),
        (
            "incidents: [{ kind: daemonsDie, nodes: 1, at: 1m }]",
            "s.yaml:4: incidents[0].nodes: there are no nodes but 0"
        ),
        ("incidents: [{ kind: strangerTakes, at: 1m }]", "s.yaml:4: incidents[0].addresses is missing"),
        (
            "incidents: [{ kind: strangerTakes, at: 1m, addresses: 1, until: 1m }]",
            "s.yaml:4: incidents[0].until: it is not after at"
        ),
        (
            "incidents: [{ kind: strangerTakes, at: 1m, addresses: 1, subnet: a }]",
            "s.yaml:4: incidents[0].subnet: there is no subnet a"
        ),
        ("expect: { causes: [full] }", "s.yaml:4: expect.causes: 'full' is not the code of a cause: max-pods-reached,"),
        ("expect: { waits: { p95: 1s } }", "s.yaml:4: unknown key expect.waits.p95"),
        ("expect: { waits: { p99: 1 } }", "s.yaml:4: expect.waits.p99: '1' is not a duration: 500ms, at most 30s,"),
        ("expect: { throttled: some }", "s.yaml:4: expect.throttled: 'some' is not a number: 3, at most 5,"),
        ("expect: { throttled: 5 to 3 }", "s.yaml:4: expect.throttled: '5 to 3' is not a number"),
        ("expect: { calls: { Create: 1 } }", "s.yaml:4: unknown key expect.calls.Create"),
        ("expect: { subnets: { a: { free: 1 } } }", "s.yaml:4: unknown key expect.subnets.a"),
        ("short: 5m", "s.yaml:4: short: it must be a mapping of keys"),
    ])
    func whatIsWrongInTheFileIsNamedWithItsLine(_ line: String, _ problem: String) {
        let seen = problems(scenarioText(line))
        #expect(seen.count == 1 && seen.first?.hasPrefix(problem) == true, "\(seen)")
    }

    @Test(arguments: [
        ("subnet: a", "s.yaml:3: groups[0].subnet: there is no subnet a for nodes; there are subnet-virtual"),
        ("joins: 5s", "s.yaml:3: groups[0].joins must be a mapping"),
        ("joins: { at: 5s }, leaves: { at: 4s }", "s.yaml:3: groups[0].leaves: nodes cannot leave before they join"),
        (
            "maxPods: 5, workloads: [{ kind: steady, pods: 4 }]",
            "s.yaml:3: groups[0].maxPods: 4 pods are more than kubelet starts on a node: 5 less 2"
        ),
        (
            "workloads: [{ kind: rollingUpdate }], joins: { over: 5s }",
            "s.yaml:3: groups[0].workloads: rollingUpdate and nodeReplacement need nodes that all join at once"
        ),
        ("pool: { maxENI: 0 }", "s.yaml:3: groups[0].pool.maxENI: '0' is not a whole number"),
    ])
    func whatIsWrongWithAGroupIsNamedWithItsLine(_ keys: String, _ problem: String) {
        let seen = problems(scenarioText(group: keys))
        #expect(seen.count == 1 && seen.first?.hasPrefix(problem) == true, "\(seen)")
    }

    @Test func namesAreThereOnceAndAProblemOfTheCommonPoolIsReportedOnce() {
        let seen = problems(
            """
            about: x
            duration: 1m
            pool: { cooldown: soon, warm: 1 }
            groups:
              - { name: a, instanceType: m5.large }
              - { name: a, instanceType: m5.large, pool: { maxENI: 2 } }
            """)
        #expect(seen.count == 3, "\(seen)")
        #expect(seen.contains("s.yaml:4: groups: there are two groups a"))
        #expect(seen.contains("s.yaml:3: unknown key pool.warm"))
    }

    @Test func withATraceTheFileSaysNothingOfNodesAndPods() {
        let seen = problems(
            """
            about: x
            duration: 1m
            trace: none.csv
            workloads: [{ kind: churn }]
            groups: [{ name: a, instanceType: m5.large, count: 2, joins: { at: 1s } }]
            """)
        for key in ["workloads", "groups[0].count", "groups[0].joins"] {
            #expect(seen.contains { $0.contains(": \(key): the trace says") }, "\(key) in \(seen)")
        }
    }
}
