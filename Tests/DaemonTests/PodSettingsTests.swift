import Addressing
import Pool
import PoolSettings
import Settings
import Testing
import Timekeeping

@testable import Daemon

/// What a configuration says of pods' addresses: their families, the blocks that they are of, the targets, the subnets.
@Suite struct PodSettingsTests {
    private func parse(_ text: String, _ environment: [String: String] = [:]) throws -> Configuration {
        try Configuration.parse(ConfigurationProblemTests.base + text, file: "w.yaml", environment: environment)
    }

    private func problems(_ text: String, _ environment: [String: String] = [:]) -> [String] {
        do {
            _ = try Configuration.parse(
                ConfigurationProblemTests.base + text, file: "w.yaml", environment: environment)
            return []
        } catch {
            return error.problems
        }
    }

    // MARK: Families

    @Test(arguments: [
        ("", IPFamilies.ipv4), ("ipFamilies: [ipv4]", .ipv4), ("ipFamilies: [ipv6]", .ipv6),
        ("ipFamilies: [ipv4, ipv6]", .dualStack), ("ipFamilies: [ipv6, ipv4]", .dualStack),
        ("ipFamilies: ipv6", .ipv6), ("ipFamilies: null", .ipv4),
    ])
    func familiesAreAList(_ text: String, _ families: IPFamilies) throws {
        #expect(try parse(text).pool.families == families)
    }

    @Test(arguments: [
        (["ENABLE_IPv6": "true"], IPFamilies.dualStack), (["ENABLE_IPv4": "false", "ENABLE_IPv6": "true"], .ipv6),
        (["ENABLE_IPv4": "TRUE"], .ipv4), (["ENABLE_IPv6": "false"], .ipv4),
        (["ENABLE_IPv6": "true", "WARMPOOL_IP_FAMILIES": "ipv4"], .ipv4), (["ENABLE_IPv4": ""], .ipv6),
    ])
    func theClassicSwitchesAreOneList(_ environment: [String: String], _ families: IPFamilies) throws {
        #expect(try parse("ipFamilies: [ipv6]", environment).pool.families == families)
    }

    @Test func switchesThatAreBothOffOrNoSwitchesAreRefused() {
        #expect(
            problems("", ["ENABLE_IPv4": "false"]) == [
                "environment variable ENABLE_IPv4: both are false, but pods need an address of one family at least"
            ])
        #expect(
            problems("", ["ENABLE_IPv6": "1"]) == ["environment variable ENABLE_IPv6: '1' is not true or false"])
    }

    @Test(arguments: [
        (
            "limits: { enis: 4, ipv4PerENI: 4 }",
            "w.yaml:4: limits.ipv6PerENI: 0 leaves no room for the prefix that ipv6 of ipFamilies needs"
        ),
        ("eniMTU: 1279", "w.yaml:4: eniMTU: 1279 is less than the 1280 that ipv6 of ipFamilies needs"),
        ("podMTU: 1279", "w.yaml:4: podMTU: 1279 is less than the 1280 that ipv6 of ipFamilies needs"),
    ])
    func whatIPv6NeedsIsAskedForOnlyWithIt(_ line: String, _ expected: String) {
        for families in ["[ipv6]", "[ipv4, ipv6]"] {
            #expect(problems("ipFamilies: \(families)\n\(line)") == [expected])
        }
        #expect(problems("ipFamilies: [ipv4]\n\(line)") == [])
    }

    @Test func aReloadNeverLeavesIPv6WithAnMTUThatIsTooSmallForIt() throws {
        let running = try parse("eniMTU: 1279")
        let new = try parse("eniMTU: 9001\nipFamilies: [ipv4, ipv6]")
        #expect(new.needingRestart(comparedTo: running) == ["eniMTU", "ipFamilies"])
        #expect(new.reloaded(over: running) == running)
        let limited = try parse("limits: { enis: 4, ipv4PerENI: 4 }")
        let other = try parse("limits: { enis: 4, ipv4PerENI: 4, ipv6PerENI: 4 }\nipFamilies: [ipv4, ipv6]")
        #expect(other.needingRestart(comparedTo: limited) == ["limits", "ipFamilies"])
        #expect(other.reloaded(over: limited) == limited)
    }

    // MARK: Blocks and targets

    @Test func prefixesNeedAnInstanceThatCanHaveThem() throws {
        let limits = "limits: { enis: 4, ipv4PerENI: 4, ipv6PerENI: 4, supportsPrefixes: "
        #expect(
            problems("prefixDelegation: true\n\(limits)false }") == [
                "w.yaml:4: limits.supportsPrefixes: false contradicts prefixDelegation: true; change one of the two"
            ])
        #expect(try parse("prefixDelegation: true\n\(limits)true }").pool.prefixDelegation)
        #expect(try parse("prefixDelegation: true\nipFamilies: [ipv6]\n\(limits)false }").pool.prefixDelegation)
        #expect(try parse("", ["ENABLE_PREFIX_DELEGATION": "true"]).pool.prefixDelegation)
        #expect(try !parse("prefixFallback: false").pool.prefixFallback)
    }

    @Test(arguments: [
        ("", WarmTarget.enis(1)), ("warmENITarget: 0", .enis(0)), ("warmPrefixTarget: 3", .enis(1)),
        ("prefixDelegation: true", .prefixes(1)), ("prefixDelegation: true\nwarmPrefixTarget: 0", .prefixes(0)),
        ("prefixDelegation: true\nwarmENITarget: 2", .enis(2)),
        ("prefixDelegation: true\nwarmENITarget: 2\nwarmPrefixTarget: 3", .prefixes(3)),
        ("prefixDelegation: true\nwarmPrefixTarget: 3\nwarmIPTarget: 5", .addresses(warm: 5, minimum: 0)),
        ("prefixDelegation: true\nminimumIPTarget: 20", .addresses(warm: 0, minimum: 20)),
        ("warmTarget: classic\ntargetWait: 5s at p50", .enis(1)),
        ("warmTarget: adaptive", .adaptive(AdaptiveTarget(wait: .seconds(1), percentile: 99))),
        (
            "warmTarget: adaptive\nwarmIPTarget: 5\nminimumIPTarget: 8\ntargetWait: 250ms at p99.9",
            .adaptive(AdaptiveTarget(wait: .milliseconds(250), percentile: 99.9, minimum: 8))
        ),
    ])
    func targetsOverrideEachOther(_ text: String, _ target: WarmTarget) throws {
        #expect(try parse(text).pool.target == target)
    }

    @Test func theEnvironmentHasThePrefixTargetAndTheWait() throws {
        let prefixes = ["ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "4"]
        #expect(try parse("", prefixes).pool.target == .prefixes(4))
        let own = prefixes.merging(["WARMPOOL_WARM_PREFIX_TARGET": "5"]) { $1 }
        #expect(try parse("", own).pool.target == .prefixes(5))
        let adaptive = ["WARMPOOL_WARM_TARGET": "adaptive", "WARMPOOL_TARGET_WAIT": "2s at p90"]
        #expect(try parse("", adaptive).pool.target == .adaptive(AdaptiveTarget(wait: .seconds(2), percentile: 90)))
    }

    @Test(arguments: [
        ("1s at p99", "1s at p99"), ("250ms at p50", "250ms at p50"), ("1h at p99.99", "1h at p99.99"),
        ("1.5s at p99.0", "1500ms at p99"), ("1ns at p99.5", "1ns at p99.5"),
    ])
    func aWaitIsReadAndWrittenAsPeopleSayIt(_ text: String, _ written: String) throws {
        let wait = try #require(TargetWait(text))
        #expect(wait.description == written)
        #expect(TargetWait(written) == wait)
        #expect(TargetWait(AdaptiveTarget(wait: wait.wait, percentile: wait.percentile)) == wait)
    }

    @Test(arguments: [
        "", "1s", "at p99", "1s at 99", "1s at p", "1 at p99", "1s at p49.99", "1s at p100", "1s at p99.991",
        "0 at p99",
        "0s at p99", "61m at p99", "-1s at p99", "1s  at p99", " 1s at p99", "1s at p99 ", "1s AT p99", "1s at pnan",
        "1s at p-99", "1s at p99%", "1s, p99", "1s at pinf",
    ])
    func whatIsNoWaitIsRefused(_ text: String) {
        #expect(TargetWait(text) == nil)
    }

    // MARK: Subnets

    private static let networks = "networks: { b: { subnets: [s1, s2], securityGroups: [g] }, c: { subnets: [s3] } }"

    private static func subnets(_ usual: [String]) -> [String: PodSubnets] {
        [
            "b": PodSubnets(subnets: [SubnetID("s1"), SubnetID("s2")], securityGroups: ["g"]),
            "c": PodSubnets(subnets: [SubnetID("s3")], securityGroups: usual),
        ]
    }

    @Test func podsAreWhereTheNodeIsUnlessSubnetsAreNamed() throws {
        #expect(try parse("").pool.placement == .node(subnet: nil, securityGroups: []))
        #expect(
            try parse("eniSubnet: s\nsecurityGroups: [g]").pool.placement
                == .node(subnet: SubnetID("s"), securityGroups: ["g"]))
        let networks = PodSettingsTests.networks
        #expect(
            try parse("customNetworking: { by: zone, \(networks) }").pool.placement
                == .custom(.zone(PodSettingsTests.subnets([]))))
        #expect(
            try parse("securityGroups: [u]\ncustomNetworking: { by: zone, \(networks) }").pool.placement
                == .custom(.zone(PodSettingsTests.subnets(["u"]))))
        #expect(
            try parse("customNetworking: { by: label, label: l, nodeLabels: { l: c, m: b }, \(networks) }").pool
                .placement == .custom(.named("c", PodSettingsTests.subnets([]))))
        #expect(
            try parse("securityGroups: [u]\ncustomNetworking: { by: discovery }").pool.placement
                == .custom(.discovery(securityGroups: ["u"])))
    }

    @Test func theClassicNamesOfCustomNetworkingAreRead() throws {
        let text = "customNetworking: { by: zone, nodeLabels: { l: b }, \(PodSettingsTests.networks) }"
        let networks = PodSettingsTests.subnets([])
        let name = "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG"
        #expect(try parse(text, [name: "true"]).pool.placement == .custom(.zone(networks)))
        #expect(try parse(text, [name: "false"]).pool.placement == .node(subnet: nil, securityGroups: []))
        #expect(try parse(text, ["ENI_CONFIG_LABEL_DEF": "l"]).pool.placement == .custom(.named("b", networks)))
        let byLabel = text.replacing("by: zone", with: "by: label, label: l")
        let zone = ["ENI_CONFIG_LABEL_DEF": "topology.kubernetes.io/zone"]
        #expect(try parse(byLabel, zone).pool.placement == .custom(.zone(networks)))
        #expect(
            problems("", [name: "true"]) == [
                "w.yaml: customNetworking is missing: \(name) is true; the networks stand here, "
                    + "not in ENIConfig objects"
            ])
    }

    @Test(arguments: [
        ("{ }", ["customNetworking.by is missing: how the subnets for pods are chosen: zone, label or discovery"]),
        ("{ by: name }", ["customNetworking.by: 'name' is not one of zone, label, discovery"]),
        (
            "{ by: zone }",
            [
                "customNetworking.networks is missing: the subnets for pods, under the name of a zone or of a "
                    + "label's value"
            ]
        ),
        ("{ by: zone, networks: {} }", ["customNetworking.networks: there is no network"]),
        (
            "{ by: zone, networks: { z: } }",
            ["customNetworking.networks.z is missing: a network has subnets, and can have securityGroups"]
        ),
        (
            "{ by: zone, networks: { z: {} } }",
            ["customNetworking.networks.z.subnets is missing: the ids of the subnets for pods"]
        ),
        (
            "{ by: zone, networks: { z: { subnets: [], group: g } } }",
            [
                "customNetworking.networks.z.subnets: the list is empty; it has at least one item, a subnet's id",
                "unknown key customNetworking.networks.z.group",
            ]
        ),
        (
            "{ by: zone, label: l, networks: { z: { subnets: [s] } } }",
            ["customNetworking.label: only by: label looks at it; remove it, or choose by: label"]
        ),
        (
            "{ by: label, networks: { z: { subnets: [s] } } }",
            ["customNetworking.label is missing: the name of the label whose value names the network"]
        ),
        (
            "{ by: label, label: l, nodeLabels: { m: z }, networks: { z: { subnets: [s] } } }",
            ["customNetworking.nodeLabels: the label 'l' is not there, whose value names the network"]
        ),
        (
            "{ by: label, label: l, nodeLabels: { l: y }, networks: { z: { subnets: [s] }, x: { subnets: [s] } } }",
            ["customNetworking.nodeLabels: the label 'l' names the network 'y'; there are x, z"]
        ),
        (
            "{ by: discovery, networks: { z: { subnets: [s] } } }",
            ["customNetworking.networks: by: discovery finds the subnets by their tags; remove the networks"]
        ),
    ])
    func customNetworkingThatCannotBeIsNamed(_ section: String, _ expected: [String]) {
        #expect(problems("customNetworking: \(section)") == expected.map { "w.yaml:3: " + $0 })
    }

    @Test func aSubnetForENIsContradictsCustomNetworking() {
        #expect(
            problems("eniSubnet: s\ncustomNetworking: { by: discovery }") == [
                "w.yaml:3: eniSubnet: customNetworking names the subnets of ENIs; remove one of the two"
            ])
    }

    // MARK: The hook

    @Test func aHookIsAProgramWithArgumentsAndATimeout() throws {
        #expect(try parse("").annotate == nil)
        #expect(
            try parse("annotate: { command: [/bin/a, -v, x y] }").annotate
                == .init(program: "/bin/a", arguments: ["-v", "x y"], timeout: .seconds(5)))
        #expect(try parse("annotate: { command: [/bin/a], timeout: 1m }").annotate?.timeout == .seconds(60))
    }

    @Test(arguments: [
        ("{ }", "annotate.command is missing: the program that is run, with its arguments"),
        ("{ command: [] }", "annotate.command: the list is empty; it has at least one item, a word of a command"),
        ("{ command: [kubectl] }", "annotate.command: 'kubectl' is not the absolute path of a program"),
        ("{ command: [/a], timeout: 99ms }", "annotate.timeout: '99ms' is not a duration with its unit"),
        ("{ command: [/a], timeout: 61s }", "annotate.timeout: '61s' is not a duration with its unit"),
        ("{ command: [/a], limit: 1s }", "unknown key annotate.limit"),
    ])
    func aHookThatCannotBeIsNamed(_ section: String, _ expected: String) {
        let found = problems("annotate: \(section)")
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("w.yaml:3: " + expected) == true, "\(found)")
    }

    // MARK: In words

    @Test(arguments: [
        ("", false, ["IPv4", "secondary addresses"]),
        ("ipFamilies: [ipv4, ipv6]\nprefixDelegation: true", true, ["IPv4 and IPv6", "prefix delegation"]),
        ("prefixDelegation: true", false, ["IPv4", "secondary addresses"]),
        (
            "ipFamilies: [ipv6]\ncustomNetworking: { by: discovery }", true,
            ["IPv6", "custom networking by discovery"]
        ),
        (
            "customNetworking: { by: zone, \(networks) }", false,
            ["IPv4", "secondary addresses", "custom networking by zone"]
        ),
        (
            "customNetworking: { by: label, label: l, nodeLabels: { l: b }, \(networks) }", false,
            ["IPv4", "secondary addresses", "custom networking in 'b'"]
        ),
    ])
    func theModeIsSaidInWords(_ text: String, _ supportsPrefixes: Bool, _ mode: [String]) throws {
        let limits = NodeLimits(enis: 3, ipv4PerENI: 4, ipv6PerENI: 4, supportsPrefixes: supportsPrefixes)
        #expect(try parse(text).pool.mode(limits) == mode)
    }
}
