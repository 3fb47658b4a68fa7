import LiveTesting
import Simulator
import Testing

extension DataPlaneTests.StandardNodes {
    /// What somebody else breaks on the node is whole again at the next reconciliation.
    @Suite(.serialized) struct Repair {
        @Test(arguments: [
            "nft flush ruleset", "nft delete table inet warmpool", "nft flush chain inet warmpool routing",
            "nft insert rule inet warmpool ingress iifgroup 4096-24096 drop",
            "ip rule delete priority 512", "ip rule delete priority 1024", "ip rule delete fwmark 0x200/0x3f00",
            "ip rule flush; ip rule add priority 32766 lookup main; ip rule add priority 32767 lookup default",
            "ip -6 rule delete priority 512", "ip -6 rule delete priority 1024",
            "ip -6 rule delete fwmark 0x200/0x3f00",
            "ip -6 rule flush; ip -6 rule add priority 32766 lookup main", "ip -6 route flush table 2",
            "ip -6 address flush dev eth1", "sysctl -qw net.ipv6.conf.all.forwarding=0",
            "ip route flush table 2", "ip route replace unreachable default table 2",
            "ip address flush dev eth1", "ip link set eth1 down", "ip link set eth1 mtu 1500",
            "sysctl -qw net.ipv4.ip_forward=0", "sysctl -qw net.ipv4.conf.eth1.rp_filter=1",
        ])
        func whatSomebodyBreaksIsRepaired(command: String) async throws {
            let planes = try await [DataPlane.current(.ipv4), DataPlane.current(.ipv6)]
            let node = planes[0].node1
            let before = try await node.constants()

            try await shell(command, in: node.netns)
            #expect(try await node.differences() != [])
            try await node.reconcile()

            #expect(try await node.constants() == before)
            #expect(try await node.differences() == [])
            for plane in planes { try await expectThatPacketsFlow(plane) }
        }

        private func expectThatPacketsFlow(_ plane: DataPlane) async throws {
            let client = try plane.pod(.secondary, on: plane.node1)
            let server = try plane.pod(.secondary, on: plane.node2)
            let face = try plane.face(of: client)
            let flows = try await plane.flows {
                try await expect(server, seesClient: client.address, in: client.namespace)
                try await expectPing(plane.outside, from: client.namespace)
            }
            #expect(
                flows == [
                    Flow(by: client.eni, client.address, server.address),
                    Flow(by: server.eni, server.address, client.address),
                    Flow(by: face.eni, face.address, plane.outside),
                    Flow(by: "outside", plane.outside, face.address),
                ])
        }

        /// A pod that nobody routes to lives all the same: it keeps its address and gets its route back.
        @Test func thePodTableIsWholeAgain() async throws {
            let planes = try await [DataPlane.current(.ipv4), DataPlane.current(.ipv6)]
            let plane = planes[0]
            try await shell(
                "for family in -4 -6; do ip $family route flush table 1000; done", in: plane.node1.netns)
            #expect(try await plane.node1.differences() != [])
            // A pod is new for five seconds, in which its route is the plugin's to make.
            try await eventually(
                "the routes are back", within: .seconds(10),
                holds: {
                    try await plane.node1.reconcile()
                    return try await plane.node1.differences() == []
                })
            for plane in planes { try await expectThatPacketsFlow(plane) }
        }
    }
}
