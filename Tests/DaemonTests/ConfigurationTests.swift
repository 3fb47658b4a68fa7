import Addressing
import Foundation
import Logging
import ModelVPC
import PodNetwork
import Pool
import Providers
import Settings
import Testing
import Timekeeping
import Yams

@testable import Daemon

/// What a configuration means: its defaults, its documentation, the environment, and what a reload takes over.
@Suite struct ConfigurationTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func documented() throws -> String {
        try String(contentsOf: root.appending(path: "Config/warmpoold.yaml"), encoding: .utf8)
    }

    private func parse(_ text: String, _ environment: [String: String] = [:]) throws -> Configuration {
        try Configuration.parse(text, file: "w.yaml", environment: environment)
    }

    private func parse(_ environment: [String: String]) throws -> Configuration {
        try parse(ConfigurationProblemTests.base, environment)
    }

    // MARK: The documented file

    @Test func theDocumentedValuesAreTheDefaults() throws {
        let text = try ConfigurationTests.documented()
        let whole = try parse(text)
        let document = try #require(try Yams.compose(yaml: text)?.mapping)
        let examples: Set = ["provider", "mock", "mock.file", "mock.instanceType", "mock.vpcCIDR", "mock.subnets"]
        for key in document.keys.compactMap(\.string) where !examples.contains(key) {
            var shorter = document
            shorter[Node(key)] = nil
            #expect(try parse(Yams.serialize(node: .mapping(shorter))) == whole, "the default of \(key)")
        }
        for outer in ["mock", "routing", "calls", "ec2"] {
            let mapping = try #require(document[Node(outer)]?.mapping)
            for key in mapping.keys.compactMap(\.string) where !examples.contains("\(outer).\(key)") {
                var shorter = document
                var inner = mapping
                inner[Node(key)] = nil
                shorter[Node(outer)] = .mapping(inner)
                #expect(try parse(Yams.serialize(node: .mapping(shorter))) == whole, "the default of \(outer).\(key)")
            }
        }
    }

    @Test func everyKeyThatIsReadIsDocumented() throws {
        let documented = try ConfigurationTests.documented()
        let readers = [
            "Daemon/Configuration/Configuration+Load.swift", "Daemon/Configuration/Configuration+Provider.swift",
            "PoolSettings/PoolConfiguration+Settings.swift", "PoolSettings/Placement+Settings.swift",
            "Providers/Mock/MockCloudConfiguration+Settings.swift", "CloudSettings/CallPolicy+Settings.swift",
            "CloudSettings/ModelVPC.Settings+Settings.swift", "CloudSettings/ModelVPC.Throttling+Settings.swift",
            "CloudSettings/ModelVPC.FaultRule+Settings.swift",
        ]
        let reading = try readers.map {
            try String(contentsOf: ConfigurationTests.root.appending(path: "Sources/\($0)"), encoding: .utf8)
        }
        let call =
            #/(?:\.(?:string|bool|integer|duration|choice|value|list|dictionary|nested|nestedList)|read)\("(\w+)"/#
        let keys = Set(reading.flatMap { $0.matches(of: call).map { String($0.1) } })
        #expect(keys.count > 50)
        for key in keys {
            #expect(documented.contains(try Regex("(?m)^[# {\\-]*(.*[,{] )?\(key):")), "\(key) is not documented")
        }
    }

    @Test func whatIsDocumentedAsAnExampleCanBeRead() throws {
        let text = try ConfigurationTests.documented()
            .replacing("limits: null", with: "").replacing("# limits:", with: "limits:")
            .replacing("# vpcCIDRs:", with: "vpcCIDRs:").replacing("# vpcIPv6CIDRs:", with: "vpcIPv6CIDRs:")
            .replacing("customNetworking: null", with: "").replacing("# customNetworking:", with: "customNetworking:")
            .replacing("annotate: null", with: "").replacing("# annotate:", with: "annotate:")
            .replacing(#/(?m)^#   (?=(by|label|nodeLabels|networks|  blue|command|timeout):)/#, with: "  ")
            .replacing("  throttling: null", with: "").replacing("  faults: null", with: "")
            .replacing(#/(?m)^  # (throttling:|  mutating:|  nonMutating:|  perAction:|faults:|  - \{ effect)/#) {
                "  " + $0.1
            }
        let configuration = try parse(text)
        #expect(
            configuration.limits
                == NodeLimits(enis: 4, ipv4PerENI: 15, ipv6PerENI: 15, supportsPrefixes: true, vCPUs: 4))
        #expect(configuration.traffic.vpcCIDRs == [try #require(IPv4Network("10.0.0.0/16"))])
        #expect(configuration.traffic.vpcIPv6CIDRs == [try #require(IPv6Network("2001:db8::/56"))])
        let blue = PodSubnets(subnets: [SubnetID("subnet-c"), SubnetID("subnet-d")], securityGroups: ["sg-blue"])
        #expect(configuration.pool.placement == .custom(.named("blue", ["blue": blue])))
        #expect(
            configuration.annotate == .init(program: "/usr/local/bin/annotate-pod", arguments: ["--quiet"]))
        guard case .mock(let mock) = configuration.provider else {
            Issue.record("\(configuration.provider) is not the mock")
            return
        }
        #expect(mock.cloud.throttling.nonMutating == .init(capacity: 100, refillPerSecond: 20))
        #expect(mock.cloud.throttling.perAction.keys.map(\.rawValue) == ["CreateNetworkInterface"])
        let hanging = ModelVPC.FaultRule(
            .fail(.noAnswer), by: .init(rawValue: "i-mock"), from: .origin + .seconds(10),
            until: .origin + .seconds(60), probability: 0.1)
        let losing = ModelVPC.FaultRule(.loseReply, of: [.assignPrivateIpAddresses], skipping: 2, count: 1)
        #expect(mock.cloud.faults == [losing, hanging])
    }

    // MARK: The environment

    @Test func everyDocumentedClassicNameIsRead() throws {
        let configuration = try parse([
            "WARM_ENI_TARGET": "2", "MAX_ENI": "3", "ENABLE_IPv4": "true", "ENABLE_IPv6": "true",
            "IP_COOLDOWN_PERIOD": "45", "AWS_VPC_ENI_MTU": "1500",
            "POD_MTU": "1400", "AWS_VPC_K8S_CNI_EXTERNALSNAT": "true", "AWS_VPC_CNI_NODE_PORT_SUPPORT": "false",
            "AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS": "10.1.0.0/16, 10.2.0.0/16 ,10.3.0.0/16",
            "AWS_VPC_K8S_CNI_LOGLEVEL": "DEBUG",
        ])
        #expect(configuration.pool.target == .enis(2))
        #expect(configuration.pool.maxENI == 3)
        #expect(configuration.pool.families == .dualStack)
        #expect(configuration.pool.cooldown == .seconds(45))
        #expect(configuration.eniMTU == 1500)
        #expect(configuration.podMTU == 1400)
        #expect(configuration.traffic.externalSNAT)
        #expect(!configuration.traffic.nodePort)
        #expect(
            configuration.traffic.snatExclusions.map(\.description) == ["10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16"])
        #expect(configuration.logLevel == .debug)
        let targets = try parse(["WARM_IP_TARGET": "5", "MINIMUM_IP_TARGET": "8", "WARM_ENI_TARGET": "2"])
        #expect(targets.pool.target == .addresses(warm: 5, minimum: 8))
        let text = try ConfigurationTests.documented()
        let names = text.matches(of: #/\((?<name>[A-Z][A-Z0-9_]+(v4)?)( and ENABLE_IPv6: |[,:);])/#)
        #expect(Set(names.map(\.name)).count == 16)
        // With a section that is good without the environment.
        let custom = "customNetworking: { by: zone, networks: { z: { subnets: [a] } } }\n"
        for name in names.map({ String($0.name) }) + ["ENABLE_IPv6"] {
            #expect(throws: SettingsProblems.self, "\(name) is read") {
                try parse(ConfigurationProblemTests.base + custom, [name: "?"])
            }
        }
    }

    @Test(arguments: [
        ("DEBUG", Logger.Level.debug), ("INFO", .info), ("WARN", .warning), ("ERROR", .error), ("FATAL", .critical),
    ])
    func theClassicLogLevelsHaveAMeaning(_ name: String, _ level: Logger.Level) throws {
        #expect(try parse(["AWS_VPC_K8S_CNI_LOGLEVEL": name]).logLevel == level)
    }

    @Test(arguments: [
        ("WARMPOOL_SOCKET", "/s"), ("WARMPOOL_STORE", "/s"), ("WARMPOOL_LOG_LEVEL", "debug"),
        ("WARMPOOL_LOG_FORMAT", "json"), ("WARMPOOL_WARM_ENI_TARGET", "3"), ("WARMPOOL_WARM_IP_TARGET", "3"),
        ("WARMPOOL_MINIMUM_IP_TARGET", "3"), ("WARMPOOL_MAX_ENI", "3"), ("WARMPOOL_RESERVED_ENIS", "3"),
        ("WARMPOOL_MAX_PODS", "3"), ("WARMPOOL_COOLDOWN", "3s"), ("WARMPOOL_SHRINK_INTERVAL", "3s"),
        ("WARMPOOL_MINIMUM_ENI_LIFETIME", "3s"), ("WARMPOOL_SUBNET_BACKOFF", "3s"),
        ("WARMPOOL_CONSISTENCY_WINDOW", "3s"), ("WARMPOOL_ATTACHMENT_GRACE", "30s"), ("WARMPOOL_POD_MTU", "1400"),
        ("WARMPOOL_ENI_MTU", "1400"), ("WARMPOOL_ENI_SUBNET", "subnet-b"), ("WARMPOOL_SECURITY_GROUPS", "a,b"),
        ("WARMPOOL_VPC_CIDRS", "10.0.0.0/8"), ("WARMPOOL_SNAT_EXCLUSIONS", "10.0.0.0/8"),
        ("WARMPOOL_EXTERNAL_SNAT", "true"), ("WARMPOOL_NODE_PORT", "false"), ("WARMPOOL_ANTI_SPOOFING", "false"),
        ("WARMPOOL_IP_FAMILIES", "ipv4,ipv6"), ("WARMPOOL_PREFIX_DELEGATION", "true"),
        ("WARMPOOL_PREFIX_FALLBACK", "false"), ("WARMPOOL_WARM_TARGET", "adaptive"), ("WARMPOOL_STICKY_FOR", "3m"),
        ("WARMPOOL_VPC_IPV6_CIDRS", "2001:db8::/56"), ("WARMPOOL_SNAT_IPV6", "true"),
        ("WARMPOOL_RECONCILE_INTERVAL", "3s"), ("WARMPOOL_ATTACH_TIMEOUT", "3s"),
    ])
    func everyKeyOfTheTopLevelHasANameInTheEnvironment(_ name: String, _ value: String) throws {
        let without = try parse([:])
        #expect(try parse([name: value]) != without)
        #expect(try parse([name: ""]) == without, "an empty value sets nothing")
    }

    @Test func theEnvironmentWinsOverTheFileAndOurNameOverTheClassicOne() throws {
        let file = ConfigurationProblemTests.base + "cooldown: 10s\nwarmIPTarget: 1\n"
        #expect(try parse(file).pool.cooldown == .seconds(10))
        #expect(try parse(file, ["IP_COOLDOWN_PERIOD": "20"]).pool.cooldown == .seconds(20))
        #expect(try parse(file, ["IP_COOLDOWN_PERIOD": ""]).pool.cooldown == .seconds(10))
        let both = ["IP_COOLDOWN_PERIOD": "20", "WARMPOOL_COOLDOWN": "30s"]
        #expect(try parse(file, both).pool.cooldown == .seconds(30))
        #expect(try parse(file, ["WARMPOOL_WARM_IP_TARGET": "null"]).pool.target == .enis(1))
        #expect(
            try parse(
                "mock: { instanceType: t3.small, vpcCIDR: 10.0.0.0/16, "
                    + "subnets: [{ id: a, cidr: 10.0.0.0/24, zone: z }] }", ["WARMPOOL_PROVIDER": "mock"]) == parse([:])
        )
    }

    @Test func aProblemOfTheEnvironmentNamesTheVariable() {
        #expect {
            try parse(["WARM_IP_TARGET": "few", "WARMPOOL_EXTERNAL_SNAT": "1", "WARMPOOL_COLDOWN": "1s"])
        } throws: { error in
            "\(error)".split(separator: "\n").sorted() == [
                "environment variable WARMPOOL_COLDOWN: no key of the configuration has this name",
                "environment variable WARMPOOL_EXTERNAL_SNAT: externalSNAT: '1' is not true or false",
                "environment variable WARM_IP_TARGET: warmIPTarget: 'few' is not a whole number from 0 to 1000",
            ]
        }
    }

    /// A service called `warmpool` in the daemon's namespace must not keep the daemon from starting.
    @Test func whatKubernetesSetsForAServiceIsNotMeantForUs() throws {
        _ = try parse([
            "WARMPOOL_SERVICE_HOST": "10.96.0.7", "WARMPOOL_SERVICE_PORT": "9100",
            "WARMPOOL_SERVICE_PORT_METRICS": "9100", "WARMPOOL_PORT": "tcp://10.96.0.7:9100",
            "WARMPOOL_PORT_9100_TCP": "tcp://10.96.0.7:9100", "WARMPOOL_PORT_9100_TCP_PROTO": "tcp",
            "WARMPOOL_METRICS_PORT_9100_TCP_ADDR": "10.96.0.7",
        ])
    }

    // MARK: Reload

    /// Changes each property by its name. `nil` says that a running daemon follows the change, else the key that is
    /// told to need a restart.
    private static let changes: [String: (key: String?, change: @Sendable (inout Configuration) -> Void)] = [
        "socket": ("socket", { $0.socket = "/other" }), "store": ("store", { $0.store = "/other" }),
        "logLevel": ("logLevel", { $0.logLevel = .debug }), "logFormat": ("logFormat", { $0.logFormat = .json }),
        "provider": ("provider", { $0.provider = other($0.provider) }),
        "calls": ("calls", { $0.calls.failureThreshold = 1 }),
        "callTimeout": ("calls.timeout", { $0.callTimeout = .seconds(1) }),
        "pool": (nil, { $0.pool.cooldown = .seconds(1) }),
        "limits": ("limits", { $0.limits = NodeLimits(enis: 2, ipv4PerENI: 3) }),
        "podMTU": (nil, { $0.podMTU = 1300 }), "eniMTU": ("eniMTU", { $0.eniMTU = 1400 }),
        "eniTags": (nil, { $0.eniTags = ["a": "b"] }), "traffic": (nil, { $0.traffic.nodePort = false }),
        "layout": ("routing", { $0.layout.podTable = 1001 }),
        "reconcileInterval": (nil, { $0.reconcileInterval = .seconds(1) }),
        "attachTimeout": (nil, { $0.attachTimeout = .seconds(1) }),
        "annotate": (nil, { $0.annotate = .init(program: "/bin/true") }),
    ]

    private static func other(_ provider: Configuration.Provider) -> Configuration.Provider {
        guard case .mock(var mock) = provider else { return provider }
        mock.instanceID = "i-other"
        return .mock(mock)
    }

    @Test func aReloadDecidesAboutEveryProperty() throws {
        let running = try parse([:])
        #expect(Set(Mirror(reflecting: running).children.compactMap(\.label)) == Set(ConfigurationTests.changes.keys))
        for (name, (key, change)) in ConfigurationTests.changes {
            var new = running
            change(&new)
            #expect(new != running, "\(name) was changed")
            #expect(new.needingRestart(comparedTo: running) == (key.map { [$0] } ?? []), "\(name)")
            #expect(new.reloaded(over: running) == (key == nil ? new : running), "\(name)")
        }
    }

    @Test func podsNeverGetAnMTUThatTheRunningENIsCannotCarry() throws {
        let running = try parse(["WARMPOOL_ENI_MTU": "1500", "WARMPOOL_POD_MTU": "1450"])
        let new = try parse(["WARMPOOL_ENI_MTU": "9001", "WARMPOOL_POD_MTU": "8900"])
        #expect(new.needingRestart(comparedTo: running) == ["eniMTU", "podMTU"])
        #expect(new.reloaded(over: running) == running)
    }
}
