import Foundation
import Testing

@testable import Daemon

/// A configuration file that is wrong, in every way.
@Suite struct ConfigurationProblemTests {
    /// What every configuration needs, on two lines.
    static let base = """
        provider: mock
        mock: { instanceType: t3.small, vpcCIDR: 10.0.0.0/16, subnets: [{ id: a, cidr: 10.0.0.0/24, zone: z }] }

        """

    private func problems(_ text: String, environment: [String: String] = [:]) -> [String] {
        do {
            _ = try Configuration.parse(text, file: "w.yaml", environment: environment)
            return []
        } catch {
            return error.problems
        }
    }

    @Test(arguments: [
        ("socket", "''", "text that is not empty"), ("socket", "[a]", "text that is not empty"),
        ("store", "''", "text that is not empty"), ("store", "{ a: b }", "text that is not empty"),
        ("logLevel", "loud", "one of trace, debug, info, notice, warning, error, critical"),
        ("logFormat", "xml", "one of text, json"),
        ("reconcileInterval", "0", "from 1s to 1h"), ("reconcileInterval", "60", "a duration with its unit"),
        ("reconcileInterval", "2h", "from 1s to 1h"), ("reconcileInterval", "[1s]", "a duration with its unit"),
        ("warmENITarget", "-1", "a whole number from 0 to 100"), ("warmENITarget", "101", "from 0 to 100"),
        ("warmPrefixTarget", "-1", "from 0 to 1000"), ("ipFamilies", "[ipv5]", "one of ipv4, ipv6"),
        ("ipFamilies", "{ a: b }", "a list of one of ipv4, ipv6"), ("prefixDelegation", "on", "true or false"),
        ("prefixFallback", "2", "true or false"), ("warmTarget", "both", "one of classic, adaptive"),
        ("targetWait", "1s", "such as '1s at p99'"), ("targetWait", "[1s]", "such as '1s at p99'"),
        ("stickyFor", "5", "from 0s to 24h"), ("customNetworking", "zone", "must be a mapping"),
        ("annotate", "[/bin/true]", "must be a mapping"), ("snatIPv6", "yes", "true or false"),
        ("vpcIPv6CIDRs", "[10.0.0.0/16]", "an IPv6 network"), ("vpcIPv6CIDRs", "[2001:db8::1/64]", "host bits zero"),
        ("warmIPTarget", "many", "from 0 to 1000"), ("minimumIPTarget", "1.5", "from 0 to 1000"),
        ("maxENI", "0", "from 1 to 100"), ("reservedENIs", "{}", "from 0 to 100"), ("maxPods", "0", "from 1 to 10000"),
        ("cooldown", "30", "such as 500ms or 30s"), ("cooldown", "25h", "from 0s to 24h"),
        ("shrinkInterval", "-1s", "from 0s to 24h"), ("minimumENILifetime", "soon", "from 0s to 24h"),
        ("subnetBackoff", "1d", "from 1s to 24h"), ("subnetBackoff", "0s", "from 1s to 24h"),
        ("consistencyWindow", "[]", "from 0s to 24h"),
        ("attachmentGrace", "9s", "from 10s to 24h"), ("attachTimeout", "0s", "from 1s to 10m"),
        ("eniSubnet", "''", "text that is not empty"),
        ("securityGroups", "{ a: b }", "a list of a security group's id"),
        ("securityGroups", "[[]]", "a security group's id"), ("securityGroups", "['']", "a security group's id"),
        ("eniTags", "[a]", "a mapping of names to text"), ("eniMTU", "575", "from 576 to 9216"),
        ("podMTU", "9217", "from 576 to 9216"), ("vpcCIDRs", "[10.0.0.1/16]", "with host bits zero"),
        ("vpcCIDRs", "10.0.0.0", "an IPv4 network"),
        ("snatExclusions", "[fd00::1/8]", "an IPv4 network such as 10.0.0.0/16 or an IPv6 network"),
        ("externalSNAT", "yes", "true or false"), ("nodePort", "1", "true or false"),
        ("antiSpoofing", "[true]", "true or false"), ("limits", "4", "must be a mapping"),
        ("routing", "[]", "must be a mapping"), ("provider", "aws", "one of mock"), ("mock", "x", "must be a mapping"),
    ])
    func aValueThatCannotBeIsNamedWithItsPlaceAndWhatIsAllowed(_ key: String, _ value: String, _ allowed: String) throws
    {
        let rest = ConfigurationProblemTests.base.split(separator: "\n").filter { !$0.hasPrefix("\(key):") }
        let line = rest.count + 1
        let found = problems((rest + ["\(key): \(value)"]).joined(separator: "\n"))
        let problem = try #require(found.first { $0.contains(key) })
        #expect(problem.hasPrefix("w.yaml:\(line): \(key)"))
        #expect(problem.contains(allowed))
        let isScalar = !"[{".contains(value.prefix(1)) && allowed != "must be a mapping"
        if isScalar { #expect(problem.contains("'\(value.trimmingCharacters(in: ["'"]))'")) }
        #expect(found.count == 1)
    }

    @Test(arguments: [
        ("limits: { enis: 4 }", "w.yaml:3: limits.ipv4PerENI is missing: how many IPv4 addresses an ENI can have"),
        ("limits: { enis: 0, ipv4PerENI: 4 }", "w.yaml:3: limits.enis: '0' is not a whole number from 1 to 100"),
        ("limits: { enis: 4, ipv4PerENI: 4, eni: 1 }", "w.yaml:3: unknown key limits.eni; did you mean enis?"),
        ("routing: { podTable: 254 }", "w.yaml:3: routing: podTable 254 is a table of the kernel"),
        ("routing: { podMark: 0x80 }", "w.yaml:3: routing: nodePortMark 0x80 overlaps podMark 0x80"),
        ("routing: { gateway: here }", "w.yaml:3: routing.gateway: 'here' is not an IPv4 address"),
        ("routing: { podTable: -1 }", "w.yaml:3: routing.podTable: '-1' is not a whole number from 0 to 4294967295"),
        ("routing:\n  pottable: 7", "w.yaml:4: unknown key routing.pottable"),
        ("limits: { enis: 4, ipv4PerENI: 4, vCPUs: 0 }", "w.yaml:3: limits.vCPUs: '0' is not a whole number from 1"),
        (
            "limits: { enis: 4, ipv4PerENI: 4, ipv6PerENI: -1 }",
            "w.yaml:3: limits.ipv6PerENI: '-1' is not a whole number"
        ),
        ("routing: { gatewayIPv6: 10.0.0.1 }", "w.yaml:3: routing.gatewayIPv6: '10.0.0.1' is not an IPv6 address"),
        ("ipFamilies: []", "w.yaml:3: ipFamilies: the list is empty; it has at least one item, one of ipv4, ipv6"),
        ("vpcCIDRs: []", "w.yaml:3: vpcCIDRs: the list is empty; it has at least one item, an IPv4 network"),
        ("eniTags: { team: [a] }", "w.yaml:3: eniTags.team: a list or mapping is not text"),
        ("warmIpTarget: 3", "w.yaml:3: unknown key warmIpTarget; did you mean warmIPTarget?"),
        ("coldown: 3s", "w.yaml:3: unknown key coldown; did you mean cooldown?"),
        ("frobnicate: 3s", "w.yaml:3: unknown key frobnicate"),
        ("? [a, b]\n: 1", "w.yaml:3: a key must be text"),
        ("podMTU: 9002", "w.yaml:3: podMTU: 9002 is more than the ENI's MTU of 9001"),
        ("socket: /\(String(repeating: "s", count: 107))", "w.yaml:3: socket: a socket's path has at most 107 bytes"),
    ])
    func whatIsWellFormedButCannotBeIsNamed(_ line: String, _ expected: String) {
        let found = problems(ConfigurationProblemTests.base + line)
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix(expected) == true, "\(found)")
    }

    @Test(arguments: [
        ("instanceType: t3.small", "w.yaml:2: mock.vpcCIDR is missing"),
        ("vpcCIDR: 10.0.0.0/16", "w.yaml:2: mock.instanceType is missing: the type of the instance"),
        ("instanceType: t3.smal", "w.yaml:2: mock.instanceType: "),
        ("subnets: []", "w.yaml:2: mock.subnets: the list is empty"),
        ("subnets: [a]", "w.yaml:2: mock.subnets[0] must be a mapping"),
        ("subnets: a", "w.yaml:2: mock.subnets: 'a' is not a list of mappings"),
        ("subnets: [{ id: a, cidr: 10.0.0.0/24 }]", "w.yaml:2: mock.subnets[0].zone is missing"),
        (
            "vpcCIDR: 10.0.0.0/16, subnets: [{ id: a, cidr: 10.1.0.0/24, zone: z }]",
            "w.yaml:2: mock.subnets[0].cidr: 10.1.0.0/24 is not within the VPC's 10.0.0.0/16"
        ),
        (
            "subnets: [{ id: a, cidr: 10.0.0.0/29, zone: z }]",
            "w.yaml:2: mock.subnets[0].cidr: 10.0.0.0/29 is not of a subnet's size"
        ),
        (
            "subnets: [{ id: a, cidr: 10.0.0.0/24, zone: z }, { id: b, cidr: 10.0.0.0/25, zone: z }]",
            "w.yaml:2: mock.subnets: b (10.0.0.0/25) overlaps a (10.0.0.0/24)"
        ),
        (
            "subnets: [{ id: a, cidr: 10.0.0.0/24, zone: z }, { id: a, cidr: 10.0.1.0/24, zone: z }]",
            "w.yaml:2: mock.subnets: there are two subnets a"
        ),
        ("latency: 11m", "w.yaml:2: mock.latency: '11m' is not a duration"),
    ])
    func aMockCloudThatCannotBeIsNamed(_ mock: String, _ expected: String) {
        let found = problems("provider: mock\nmock: { \(mock) }")
        #expect(found.contains { $0.hasPrefix(expected) }, "\(found)")
        #expect(!found.contains { $0.contains("unknown key") })
    }

    @Test func everyItemOfAListHasItsOwnLine() {
        let found = problems(
            """
            provider: mock
            mock:
              instanceType: t3.small
              vpcCIDR: 10.0.0.0/16
              subnets:
                - { id: a, cidr: 10.0.0.0/24, zone: z }
                - { id: b, zone: z }
            """)
        #expect(found == ["w.yaml:7: mock.subnets[1].cidr is missing: a subnet has id, cidr and zone"])
    }

    @Test func allProblemsAreListedAtOnceEvenWithoutAProvider() {
        let found = problems(
            """
            socket: []
            cooldown: soon
            limits: { enis: x, ipv4PerENI: 1 }
            routing: { podTable: 255, gateway: x }
            provider: moon
            mock: { latency: x, unheard: 1 }
            """, environment: ["WARMPOOL_MAX_PODS": "none", "WARMPOOL_NOTHING": "1"])
        for place in [
            "w.yaml:1: socket", "w.yaml:2: cooldown", "w.yaml:3: limits.enis", "w.yaml:3: limits.ipv4PerENI",
            "w.yaml:4: routing.gateway", "w.yaml:4: routing: podTable 255", "w.yaml:5: provider: 'moon'",
            "w.yaml:6: mock.latency", "w.yaml:6: unknown key mock.unheard", "w.yaml:6: mock.instanceType is missing",
            "environment variable WARMPOOL_MAX_PODS: maxPods: 'none'", "environment variable WARMPOOL_NOTHING: no key",
        ] {
            #expect(found.contains { $0.hasPrefix(place) }, "\(place) in \(found)")
        }
        #expect(!found.contains { $0.contains("unknown key socket") })
    }

    @Test(arguments: [
        ("", "w.yaml: provider is missing: which cloud the node is in: mock, ec2 or rest"),
        ("# nothing\n", "w.yaml: provider is missing"), ("provider: null\n", "w.yaml: provider is missing"),
        ("provider: mock\n", "w.yaml: mock is missing: what the mock cloud is like"),
        ("- a\n- b\n", "w.yaml: the document must be a mapping of keys to values"),
        ("just words", "w.yaml: the document must be a mapping of keys to values"),
        ("provider: mock\n  bad: [", "w.yaml:2: not valid YAML: "), ("a: 'b\n\n", "w.yaml:3: not valid YAML: "),
        ("a: b\n\tc: d", "w.yaml:2: not valid YAML: "), ("a: *nobody", "w.yaml:1: not valid YAML: "),
        ("a: b\n---\nc: d", "w.yaml:2: not valid YAML: "), ("a: \u{7}", "w.yaml:1: not valid YAML: "),
        ("cooldown: 1s\nsocket: a\ncooldown: 2s\n", "w.yaml:1: given more than once: cooldown"),
    ])
    func aDocumentThatIsNoConfigurationIsSaidSoOnOneLine(_ text: String, _ expected: String) {
        let found = problems(text)
        #expect(found.first?.hasPrefix(expected) == true, "\(found)")
        #expect(found.allSatisfy { !$0.contains("\n") }, "\(found)")
        #expect(!found.contains { $0.contains("unknown key") })
    }

    @Test func aFileThatIsNotThereIsNamedWithWhatToDo() {
        #expect {
            try Configuration.load(path: "/nowhere/w.yaml", environment: [:])
        } throws: { error in
            "\(error)".hasPrefix("/nowhere/w.yaml: cannot be read (") && "\(error)".contains("--config")
        }
    }

    @Test func aFileThatIsNoTextIsNamed() throws {
        let directory = try TestDirectory()
        try Data([0x70, 0xff, 0xfe, 0x00]).write(to: URL(filePath: directory.path("w.yaml")))
        for path in [directory.path("w.yaml"), directory.path("")] {
            #expect {
                try Configuration.load(path: path, environment: [:])
            } throws: { "\($0)".hasPrefix("\(path): cannot be read (") && !"\($0)".contains("\n") }
        }
    }
}
