import ControlProtocol
import Fabric
import Foundation
import JSON
import LiveTesting
import Simulator
import Testing

/// Nodes whose cloud is a server, reached by their primary ENIs.
@Suite(.serialized) enum HTTPCloudTests {
    /// Fills more than one ENI on two nodes, and has every pod reach one of the other node.
    private static func podsOfTwoNodesReachEachOther() async throws {
        let nodes = try LiveFabric.current.nodes
        var pods: [(Sandbox, address: String)] = []
        for node in nodes {
            for number in 1...6 {
                let pod = try await Sandbox.make("web-\(number)", on: node)
                pods.append((pod, try #require(try await pod.add().address)))
            }
            let rows: [InterfaceRow] = try await node.call(.interfaces)
            #expect(rows.count { row in row.addresses.contains { $0.state == "assigned" } } > 1, "several ENIs serve")
        }
        for (index, (pod, _)) in pods.enumerated() {
            try await pod("ping -c 1 -W 10 \(pods[(index + 6) % pods.count].address)")
        }
        for (pod, _) in pods {
            try await pod.delete()
            try await pod.vanish()
        }
        for node in nodes { try await node.settles(on: []) }
    }

    @Suite(.serialized, .liveFabric("t3.small", nodes: 2, settings: ["cooldown": "100ms"], provider: .rest))
    struct OverREST {
        @Test func podsOfTwoNodesReachEachOther() async throws {
            try await HTTPCloudTests.podsOfTwoNodesReachEachOther()
        }
    }

    /// A node whose clock is an hour behind learns the cloud's.
    @Suite(
        .serialized,
        .liveFabric(
            "t3.small", nodes: 1, settings: ["cooldown": "100ms"], provider: .ec2,
            cloudSettings: ["clockOffset": "1h"]))
    struct OverEC2WithAnotherClock {
        @Test func podsGetAddresses() async throws {
            let node = try LiveFabric.current.nodes[0]
            let pod = try await Sandbox.make("late", on: node)
            _ = try await pod.add()
            try await pod("ping -c 1 -W 10 \(Fabric.outsideAddress)")
            try await pod.delete()
            try await node.settles(on: [])
        }
    }

    @Suite(
        .serialized,
        .liveFabric(
            "t3.small", nodes: 2,
            settings: ["cooldown": "100ms", "consistencyWindow": "0s", "eniTags": "{ team: network }"],
            provider: .ec2))
    struct OverEC2 {
        private var node: SimulatedNode { get throws { try LiveFabric.current.nodes[0] } }

        /// Runs the aws CLI on the node, where it finds its keys by itself.
        private func aws(_ command: String) async throws -> JSONValue {
            let program = URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "../../.build/test-tools/bin/aws").standardizedFileURL.path
            try #require(FileManager.default.isExecutableFile(atPath: program), "run Scripts/setup test")
            let text = try await succeed(
                "\(program) ec2 \(command) --endpoint-url http://169.254.169.254 --region us-east-1 --output json",
                in: node.netns)
            return text.isEmpty ? .null : try JSONValue(parsing: Array(text.utf8))
        }

        private func interfaces() async throws -> [JSONValue] {
            try #require(try await aws("describe-network-interfaces")["NetworkInterfaces"]?.arrayValue)
        }

        @Test func podsOfTwoNodesReachEachOther() async throws {
            try await HTTPCloudTests.podsOfTwoNodesReachEachOther()
        }

        /// Who sees the cloud with other eyes sees the ENIs as they should be.
        @Test func furtherENIsBearTheirTagsAndGoWithTheInstance() async throws {
            let rows: [InterfaceRow] = try await node.call(.interfaces)
            let further = try #require(rows.first { !$0.isPrimary })
            let shown = try await interfaces()
            let eni = try #require(shown.first { $0["NetworkInterfaceId"]?.stringValue == further.id })
            let tags = (eni["TagSet"]?.arrayValue ?? []).reduce(into: [String: String]()) { tags, tag in
                tags[tag["Key"]?.stringValue ?? ""] = tag["Value"]?.stringValue
            }
            #expect(tags["node.k8s.amazonaws.com/instance_id"] == "i-node1")
            #expect(tags["team"] == "network")
            #expect(tags["warmpool.dev/token"]?.isEmpty == false)
            #expect(eni["Attachment"]?["DeleteOnTermination"] == .bool(true))
            let addresses = (eni["PrivateIpAddresses"]?.arrayValue ?? [])
                .filter { $0["Primary"] == .bool(false) }.compactMap { $0["PrivateIpAddress"]?.stringValue }
            #expect(addresses.sorted() == further.addresses.map(\.address.description).sorted())
        }

        /// What a crash between creation and attachment leaves is deleted; what bears the tag of others is not.
        @Test func aLeakedENIIsFoundByItsTagAndDeleted() async throws {
            let node = try node
            func create(_ tags: String) async throws -> String {
                let eni = try await aws(
                    "create-network-interface --subnet-id subnet-a --tag-specifications "
                        + "ResourceType=network-interface,Tags=[\(tags)]")
                return try #require(eni["NetworkInterface"]?["NetworkInterfaceId"]?.stringValue)
            }
            let own = "{Key=node.k8s.amazonaws.com/instance_id,Value=i-node1}"
            let leaked = try await create(own)
            let managed = try await create(own + ",{Key=node.k8s.amazonaws.com/no_manage,Value=true}")
            let strange = try await create("{Key=owner,Value=somebody}")
            try await node.reconcile()
            try await eventually("the leaked ENI is deleted") {
                try await !interfaces().contains { $0["NetworkInterfaceId"]?.stringValue == leaked }
            }
            let left = try await interfaces().compactMap { $0["NetworkInterfaceId"]?.stringValue }
            #expect(left.contains(managed) && left.contains(strange))
            for eni in [managed, strange] {
                _ = try await aws("delete-network-interface --network-interface-id \(eni)")
            }
            try await node.settles(on: [])
        }
    }
}
