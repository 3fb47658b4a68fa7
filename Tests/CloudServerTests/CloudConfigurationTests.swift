import Foundation
import ModelVPC
import Settings
import Testing

@testable import CloudServer

@Suite("VPC files") struct CloudConfigurationTests {
    /// The package's own files.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test("The example can be served, and means what it says") func example() async throws {
        let path = Self.root.appending(path: "Config/examples/cloud.yaml").path
        let configuration = try CloudConfiguration.load(path: path)
        #expect(configuration.instances.map(\.type) == ["m5.large", "lab.small"])
        #expect(
            configuration.instances[0].limits
                == .init(interfaces: 3, ipv4PerInterface: 10, ipv6PerInterface: 10, vCPUs: 2))
        #expect(configuration.instances[1].limits.supportsPrefixes == false)
        #expect(configuration.instances[1].limits.vCPUs == nil)
        #expect(configuration.cloud.throttling.mutating?.capacity == 100)
        #expect(configuration.imdsInstance == configuration.instances[0].id)
        #expect(configuration.cloud.subnets.map(\.ipv6CIDR?.description) == ["2001:db8:0:1::/64", nil])
        let cloud = try await TestCloud { $0 = configuration }
        #expect(try await cloud.call("DescribeInstances").values("reservationId").count == 2)
    }

    @Test("All keys are read") func allKeys() throws {
        let configuration = try CloudConfiguration.parse(
            """
            vpcCIDR: 10.0.0.0/16
            subnets: [{ id: s, cidr: 10.0.0.0/24, zone: a }]
            instances:
              - { id: i, type: t2.small, subnet: s, netns: node-1 }
              - id: j
                type: own
                subnet: s
                limits: { interfaces: 2, ipv4PerInterface: 4, ipv6PerInterface: 3, vCPUs: 8 }
              - { id: k, type: m5.large, subnet: s, limits: { interfaces: 2, ipv4PerInterface: 4 } }
            credentials: [{ accessKeyID: a, secretAccessKey: b, sessionToken: c }]
            role: { name: r, lifetime: 15m }
            bearerToken: t
            region: eu-west-1
            fabricRouter: lab-router
            imdsInstance: i
            clockOffset: 90s
            """, file: "vpc.yaml")
        #expect(configuration.instances[0].netns == "node-1")
        #expect(!configuration.instances[0].limits.supportsPrefixes)
        #expect(
            configuration.instances[1].limits
                == .init(interfaces: 2, ipv4PerInterface: 4, ipv6PerInterface: 3, vCPUs: 8))
        #expect(configuration.instances[2].limits == .init(interfaces: 2, ipv4PerInterface: 4, vCPUs: 2))
        #expect(configuration.credentials == [.init(accessKeyID: "a", secretAccessKey: "b", sessionToken: "c")])
        #expect(configuration.role == .init(name: "r", lifetime: .seconds(900)))
        #expect(configuration.bearerToken == "t")
        #expect(configuration.region == "eu-west-1" && configuration.fabricRouter == "lab-router")
        #expect(configuration.imdsInstance == configuration.instances[0].id)
        #expect(configuration.clockOffset == .seconds(90))
    }

    @Test("A subnet's IPv6 network is a /64 of its own") func ipv6() {
        let text = """
            vpcCIDR: 10.0.0.0/16
            subnets:
              - { id: a, cidr: 10.0.0.0/24, zone: z, ipv6CIDR: "2001:db8::/64" }
              - { id: b, cidr: 10.0.1.0/24, zone: z, ipv6CIDR: "2001:db8::/64" }
              - { id: c, cidr: 10.0.2.0/24, zone: z, ipv6CIDR: "2001:db8:0:2::/80" }
              - { id: d, cidr: 10.0.3.0/24, zone: z, ipv6CIDR: "2001:db8::1/64" }
            """
        let error = #expect(throws: SettingsProblems.self) {
            try CloudConfiguration.parse(text, file: "vpc.yaml")
        }
        for words in [
            "b and a have the same IPv6 network, 2001:db8::/64", "2001:db8:0:2::/80 is not of the size of a subnet's",
            "an IPv6 network such as 2001:db8:0:1::/64",
        ] {
            #expect(error?.problems.contains { $0.contains(words) } == true, "\(words): \(error?.problems ?? [])")
        }
        #expect(error?.problems.count == 3)
    }

    @Test("Every problem is reported, with its line") func problems() {
        let text = """
            vpcCIDR: 10.0.0.0/16
            subnets: [{ id: s, cidr: 10.0.0.0/24, zone: a }]
            instances:
              - { id: i, type: m5.large, subnet: s, netns: node-1 }
              - { id: i, type: m5.large, subnet: nowhere }
              - { id: j, type: m5.lagre, subnet: s }
              - { id: k, type: own, subnet: s, limits: { interfaces: 0 } }
              - { type: m5.large, subnet: s, colour: red }
            credentials: [{ accessKeyID: a }]
            role: { lifetime: 1d }
            imdsInstance: other
            regon: x
            """
        let error = #expect(throws: SettingsProblems.self) {
            try CloudConfiguration.parse(text, file: "vpc.yaml")
        }
        let problems = error?.problems ?? []
        for (line, word) in [
            (5, "nowhere"), (6, "m5.large"), (7, "ipv4PerInterface"), (7, "interfaces"), (8, "id"), (8, "colour"),
            (9, "secretAccessKey"), (10, "name"), (10, "lifetime"), (11, "other"), (12, "region"),
            (3, "two instances i"),
        ] {
            let isReported = problems.contains { $0.hasPrefix("vpc.yaml:\(line): ") && $0.contains(word) }
            #expect(isReported, "line \(line), \(word): \(problems)")
        }
        #expect(problems.contains { $0.contains("fabricRouter is missing") })
    }

    @Test(
        "What the API could not show, or nobody could call with, is refused",
        arguments: [
            (
                "instances: [{ id: i, type: m5.large, subnet: s }, { id: j, type: m5.large, subnet: s, \(limits) }]",
                "i and j are of the type m5.large"
            ),
            ("instances: [{ id: j k, type: m5.large, subnet: s }]", "'j k' is not a name"),
            ("instances: [{ id: j, type: \"t\\x01\", subnet: s, \(limits) }]", "type: it has a control character"),
            ("bearerToken: a b", "bearerToken: it must be"), ("bearerToken: ''", "bearerToken: '' is not"),
            ("subnets: [{ id: s, cidr: 10.0.0.0/24, zone: a }, { id: ä, cidr: 10.0.1.0/24, zone: a }]", "'ä' is not"),
            (
                "subnets: [{ id: s, cidr: 10.0.0.0/24, zone: a, tags: { k: \"\\x01\" } }]",
                "a tag of s has a control character"
            ),
        ])
    func impossible(lines: String, problem: String) {
        let subnets = lines.contains("subnets:") ? "" : "subnets: [{ id: s, cidr: 10.0.0.0/24, zone: a }]\n"
        let error = #expect(throws: SettingsProblems.self) {
            try CloudConfiguration.parse("vpcCIDR: 10.0.0.0/16\n\(subnets)\(lines)\n", file: "vpc.yaml")
        }
        let problems = error?.problems ?? []
        #expect(problems.count == 1 && problems.first?.contains(problem) == true, "\(problems)")
    }

    private static let limits = "limits: { interfaces: 2, ipv4PerInterface: 4 }"

    @Test("A file that is not there") func missing() {
        let error = #expect(throws: SettingsProblems.self) {
            try CloudConfiguration.load(path: "/nonexistent/vpc.yaml")
        }
        #expect(error?.problems.first?.contains("Config/examples/cloud.yaml") == true)
    }
}
