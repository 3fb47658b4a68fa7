import Addressing
import ControlProtocol
import LiveTesting
import Pool
import Simulator
import Testing

extension DataPlaneTests.StandardNodes {
    /// Whose an address is decides who can send from it and who is reached by it.
    @Suite(.serialized) struct Ownership {
        @Test(arguments: Family.allCases, ENIKind.allCases)
        func aForgedSourceNeverLeavesTheNode(family: Family, kind: ENIKind) async throws {
            let plane = try await DataPlane.current(family)
            let pod = try plane.pod(kind, on: plane.node1)
            let other = try plane.pod(kind, on: plane.node1, 1)
            let server = try plane.pod(.primary, on: plane.node2)
            // An address of nobody, of another pod, of the node.
            let forged = try [nobody(family), other.address, plane.address(of: plane.node1)]
            let flows = try await plane.flows {
                for address in forged {
                    try await shell("ip address add \(address.host) dev eth0", in: pod.namespace)
                    try await expectNoPing(server.address, from: pod.namespace, "-I \(address)")
                    try await expectNoPing(plane.outside, from: pod.namespace, "-I \(address)")
                    try await shell("ip address delete \(address.host) dev eth0", in: pod.namespace)
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
            #expect(pod.addresses.families == .dualStack)
            for address in pod.addresses.all {
                for client in [local, remote] { try await expectPing(address, from: client.namespace) }
            }
            #expect(try await everything(of: node) != before)

            try await node.delete(pod)
            #expect(try await everything(of: node) == before)
            for address in pod.addresses.all {
                #expect(try await shell("ip neigh show to \(address)", in: node.netns) == "")
                for client in [local.namespace, remote.namespace, node.netns] {
                    try await expectNoPing(address, from: client)
                }
            }
        }

        @Test func addressesThatAreGivenToAnotherPodLeadThereAlone() async throws {
            let plane = try await DataPlane.current()
            let node = plane.node1
            let client = try plane.pod(.secondary, on: plane.node2)
            let first = try await Sandbox.make("first", on: node)
            let addresses = try #require(try await first.add().podAddresses)
            try await first.delete()
            // The first pod lives on, and still believes that the addresses are its own.
            for address in addresses.all { try await shell("ip address add \(address.host) dev lo", in: first.name) }
            let second = try await Sandbox.make("second", on: node)
            let result = try await second.add(requesting: addresses.primary)
            #expect(result.podAddresses == addresses)
            for (address, seen) in zip(addresses.all, client.addresses.all) {
                try await expect(second.name, at: address, seesClient: seen, in: client.namespace)
            }
            try await second.delete()
            for sandbox in [first, second] { try await sandbox.vanish() }
        }

        @Test func anAddressThatTheCloudTakesAwayLeadsNowhere() async throws {
            let plane = try await DataPlane.current()
            let node = plane.node1
            let client = try plane.pod(.secondary, on: plane.node2)
            let address = try await node.freeAddress(.secondary)
            let pod = try await Sandbox.make("expropriated", on: node)
            _ = try await pod.add(requesting: address)
            try await expectPing(address, from: client.namespace)

            let eni = try #require(await node.enis().first { $0.addresses.contains { $0.address == address } })
            try await node.cloud().unassign(ENIID(eni.id), addresses: [#require(address.v4)])
            try await node.reconcile()
            // The network of the node follows the cloud with the next thing that the daemon asks of it.
            let other = try await node.add("other")
            try await eventually(
                "the VPC no longer routes \(address) to the node",
                holds: {
                    try await shell("ip route show to \(address.host)", in: plane.live.fabric.router.namespace) == ""
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

        /// An address of the first node's subnet that is no one's.
        private func nobody(_ family: Family) throws -> IPAddress {
            try #require(IPAddress(family == .ipv4 ? "10.0.33.7" : "2001:db8:0:1:ffff::7"))
        }

        private func everything(of node: SimulatedNode) async throws -> [String] {
            let pods = try await shell(
                "ip -brief link; for family in -4 -6; do ip $family route show table 1000; done", in: node.netns)
            return try await [pods] + node.constants()
        }
    }
}
