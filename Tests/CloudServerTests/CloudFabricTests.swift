import Addressing
import Fabric
import Foundation
import ModelVPC
import NamespaceTesting
import Netlink
import Testing

@testable import CloudServer

@Suite("A server that drives a fabric") struct CloudFabricTests {
    @Test("What is attached and assigned over HTTP becomes links and routes") func follows() async throws {
        let fabric = try await Fabric.create(name: "cloud-\(ProcessInfo.processInfo.processIdentifier)", nodes: 1)
        do {
            try await story(fabric)
        } catch {
            try? await fabric.remove()
            throw error
        }
        try await fabric.remove()
    }

    private func story(_ fabric: Fabric) async throws {
        try await ServerUnderTest.run {
            $0.fabricRouter = fabric.router.namespace
            $0.instances[0].netns = fabric.nodes[0]
        } _: { server in
            let node = try NetworkNamespace(named: fabric.nodes[0])
            let router = try NetlinkSocket(in: NetworkNamespace(named: fabric.router.namespace))
            func links() throws -> [String] {
                try NetlinkSocket(in: node).links().map(\.name).filter { $0.hasPrefix("eth") }.sorted()
            }
            func routes() throws -> Set<String> {
                Set(try router.routes(table: Route.main).map { "\($0.destination)" })
            }
            #expect(try links() == ["eth0"])
            let created = try await server.client.call("CreateNetworkInterface", ["SubnetId": TestCloud.subnet])
            let eni = try #require(Answer(status: 200, headers: [:], body: created).values("networkInterfaceId").first)
            let attached = try await server.client.call(
                "AttachNetworkInterface", ["NetworkInterfaceId": eni, "InstanceId": TestCloud.node, "DeviceIndex": "1"])
            #expect(try links() == ["eth0", "eth1"])
            _ = try await server.client.call(
                "AssignPrivateIpAddresses", ["NetworkInterfaceId": eni, "PrivateIpAddress.1": "10.0.1.99"])
            _ = try await server.client.call(
                "AssignPrivateIpAddresses", ["NetworkInterfaceId": eni, "Ipv4Prefix.1": "10.0.1.64/28"])
            _ = try await server.client.call(
                "AssignIpv6Addresses", ["NetworkInterfaceId": eni, "Ipv6Prefix.1": "2001:db8:0:1:7::/80"])
            #expect(try routes().isSuperset(of: ["10.0.1.99/32", "10.0.1.64/28", "2001:db8:0:1:7::/80"]))
            #expect(try routes().contains("2001:db8:0:1::a00:104/128"), "the node's own address")
            _ = try await server.client.call(
                "UnassignPrivateIpAddresses", ["NetworkInterfaceId": eni, "Ipv4Prefix.1": "10.0.1.64/28"])
            _ = try await server.client.call(
                "UnassignIpv6Addresses", ["NetworkInterfaceId": eni, "Ipv6Prefix.1": "2001:db8:0:1:7::/80"])
            #expect(try routes().isDisjoint(with: ["10.0.1.64/28", "2001:db8:0:1:7::/80"]))
            let attachment = Answer(status: 200, headers: [:], body: attached).values("attachmentId")
            _ = try await server.client.call("DetachNetworkInterface", ["AttachmentId": attachment.first ?? ""])
            #expect(try links() == ["eth0"])
        }
    }
}
