import Addressing
import ControlProtocol
import Fabric
import LiveTesting
import Netlink
import PodNetwork
import Simulator
import Testing

extension DataPlaneTests.StandardNodes {
    /// Whose an address is decides who can send from it and who is reached by it.
    @Suite(.serialized) struct Ownership {
        @Test(arguments: ENIKind.allCases) func aForgedSourceNeverLeavesTheNode(kind: ENIKind) async throws {
            let plane = try await DataPlane.current()
            let pod = try plane.pod(kind, on: plane.node1)
            let other = try plane.pod(kind, on: plane.node1, 1)
            let server = try plane.pod(.primary, on: plane.node2)
            // An address of nobody, of another pod, of the node.
            let forged = try await [IPv4Address("10.0.33.7")!, other.address, plane.node1.primaryAddress()]
            let flows = try await plane.flows {
                for address in forged {
                    try await shell("ip address add \(address)/32 dev eth0", in: pod.namespace)
                    try await expectNoPing(server.address, from: pod.namespace, "-I \(address)")
                    try await expectNoPing(plane.outside, from: pod.namespace, "-I \(address)")
                    try await shell("ip address delete \(address)/32 dev eth0", in: pod.namespace)
                }
            }
            #expect(flows.isEmpty, "\(flows)")
            try await expectPing(server.address, from: pod.namespace)
        }

        @Test func nothingOfADeletedPodIsLeft() async throws {
            let plane = try await DataPlane.current()
            let (node, remote) = (plane.node1, try plane.pod(.secondary, on: plane.node2))
            let local = try plane.pod(.primary, on: node)
            let before = try await everything(of: node)
            let pod = try await node.add("short-lived")
            for client in [local, remote] { try await expectPing(pod.address, from: client.namespace) }
            #expect(try await everything(of: node) != before)

            try await node.delete(pod)
            #expect(try await everything(of: node) == before)
            #expect(try await shell("ip neigh show to \(pod.address)", in: node.netns) == "")
            for client in [local.namespace, remote.namespace, node.netns] {
                try await expectNoPing(pod.address, from: client)
            }
        }

        @Test func anAddressThatIsGivenToAnotherPodLeadsThereAlone() async throws {
            let plane = try await DataPlane.current()
            let node = plane.node1
            let client = try plane.pod(.secondary, on: plane.node2)
            let first = try await Sandbox.make("first", on: node)
            let result = try await first.add()
            let address = try #require(result.address.flatMap { IPv4Address($0) })
            try await first.delete()
            // The first pod lives on, and still believes that the address is its own.
            try await shell("ip address add \(address)/32 dev lo", in: first.name)
            let second = try await Sandbox.make("second", on: node)
            _ = try await second.add(members: ["runtimeConfig": ["ips": [.string("\(address)")]]])
            try await expect(second.name, at: address, seesClient: client.address, in: client.namespace)
            try await second.delete()
            for sandbox in [first, second] { try await sandbox.vanish() }
        }

        private func everything(of node: SimulatedNode) async throws -> [String] {
            let pods = try await shell("ip -brief link; ip route show table 1000", in: node.netns)
            return try await [pods] + node.constants()
        }
    }
}
