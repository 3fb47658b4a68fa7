import Addressing
import ControlProtocol
import Fabric
import InstanceLimits
import LiveTesting
import Pool
import Providers
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
            let address = try #require(pod.addresses.ipv4)
            for client in [local, remote] { try await expectPing(address, from: client.namespace) }
            #expect(try await everything(of: node) != before)

            try await node.delete(pod)
            #expect(try await everything(of: node) == before)
            #expect(try await shell("ip neigh show to \(address)", in: node.netns) == "")
            for client in [local.namespace, remote.namespace, node.netns] {
                try await expectNoPing(address, from: client)
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

        @Test func anAddressThatTheCloudTakesAwayLeadsNowhere() async throws {
            let plane = try await DataPlane.current()
            let node = plane.node1
            let client = try plane.pod(.secondary, on: plane.node2)
            let address = try await node.freeAddress(.secondary)
            let pod = try await Sandbox.make("expropriated", on: node)
            _ = try await pod.add(members: ["runtimeConfig": ["ips": [.string("\(address)")]]])
            try await expectPing(address, from: client.namespace)

            let eni = try #require(await node.enis().first { $0.addresses.contains { $0.address == .v4(address) } })
            try await cloud(of: node).unassign(ENIID(eni.id), addresses: [address])
            try await node.reconcile()
            // The network of the node follows the cloud with the next thing that the daemon asks of it.
            let other = try await node.add("other")
            try await eventually(
                "the VPC no longer routes \(address) to the node",
                holds: {
                    try await shell("ip route show to \(address)/32", in: plane.live.fabric.router.namespace) == ""
                })

            try await expectNoPing(address, from: client.namespace)
            let flows = try await plane.flows { try await expectNoPing(client.address, from: pod.name) }
            #expect(flows == [Flow(by: "\(node.name)/eth\(eni.deviceIndex ?? -1)", address, client.address)])
            #expect(try await node.state(of: "\(address)") == "orphaned")
            try await pod.delete()
            #expect(try await node.state(of: "\(address)") == nil)
            try await pod.vanish()
            try await node.delete(other)
        }

        /// The cloud that the daemons share, as someone else's tool sees it.
        private func cloud(of node: SimulatedNode) async throws -> MockProvider {
            let network = IPv4Network(containing: IPv4Address(bits: 0x0a00_0000), prefixLength: 16)
            let cloud = try MockCloud(
                MockCloudConfiguration(cidr: network, subnets: []),
                storage: .file(path: node.directory + "/../cloud.json"), now: { BootClock.now })
            let type = try InstanceType(named: "t3.medium")
            return try await MockProvider(
                cloud: cloud, node: MockNode(instanceID: "i-\(node.name)", subnet: SubnetID("subnet-a"), type: type))
        }

        private func everything(of node: SimulatedNode) async throws -> [String] {
            let pods = try await shell("ip -brief link; ip route show table 1000", in: node.netns)
            return try await [pods] + node.constants()
        }
    }
}
