import Addressing
import Fabric
import JSON
import LiveTesting
import Netlink
import Pool
import Simulator
import Testing

/// `0.4.0` is the first version with CHECK, `1.0.0` the last that Debian's plugins know.
private let versions = ["0.4.0", "1.0.0"]

extension DataPlaneTests.StandardNodes {
    /// Debian's plugins, chained after `warmpool-cni`.
    @Suite(.serialized) struct Chains {
        @Test(arguments: versions, ENIKind.allCases)
        func portmapLeadsAPortOfTheNodeToThePod(version: String, kind: ENIKind) async throws {
            let planes = try await [DataPlane.current(.ipv4), DataPlane.current(.ipv6)]
            let node = planes[0].node1
            let portmap = PluginChain.Member(
                type: "portmap", configuration: ["snat": true, "capabilities": ["portMappings": true]],
                runtimeConfig: [
                    "portMappings": [["hostPort": 8081, "containerPort": 8080, "protocol": "tcp"]]
                ],
                // Version 1.1.1 looks for the rules of the first family in the tables of both.
                isChecked: false)
            try await withChain("portmap", planes[0], version, kind, [portmap]) { chain, addresses, result in
                #expect(result.interfaceNames == ["host", "eth0"])
                try await chain.check(result)
                for plane in planes { try await expectMappedPort(of: chain, plane) }
                let ipv4 = try await node.primaryAddress()
                try await expect(
                    chain.sandbox.name, at: .v4(IPv4Address(bits: 0x7f00_0001)), port: 8081, seesClient: ipv4,
                    in: node.netns)
            }
            for program in ["iptables-nft", "ip6tables-nft"] {
                let rules = try await shell("\(program)-save -t nat", in: node.netns)
                #expect(!rules.contains("CNI-DN-"), "\(rules)")
                try await shell("\(program) -t nat -F; \(program) -t nat -X", in: node.netns)
            }
        }

        /// The port of the first node leads to the pod, whoever asks.
        private func expectMappedPort(of chain: PluginChain, _ plane: DataPlane) async throws {
            let remote = try plane.pod(.secondary, on: plane.node2)
            let neighbour = try plane.pod(.primary, on: plane.node1)
            let (name, primary) = (chain.sandbox.name, try plane.address(of: plane.node1))
            let own = try #require(try await plane.node1.placedPods(plane.family).first { $0.namespace == name })
            let flows = try await plane.flows {
                for (client, seen) in try [
                    (plane.live.fabric.outside, plane.outside), (remote.namespace, remote.address),
                    (neighbour.namespace, neighbour.address),
                    // Its own packets, whose source portmap replaces so that they come back.
                    (name, plane.nodeAddress(towards: own)),
                ] {
                    try await expect(name, at: primary, port: 8081, seesClient: seen, in: client)
                }
            }
            #expect(
                flows == [
                    Flow(by: "outside", plane.outside, primary), Flow(by: "node1/eth0", primary, plane.outside),
                    Flow(by: remote.eni, remote.address, primary),
                    Flow(by: "node1/eth0", primary, remote.address),
                ])
        }

        @Test(arguments: versions, ENIKind.allCases)
        func bandwidthLimitsThePodsPackets(version: String, kind: ENIKind) async throws {
            let plane = try await DataPlane.current()
            let node = plane.node1
            let bandwidth = PluginChain.Member(
                type: "bandwidth", configuration: ["capabilities": ["bandwidth": true]],
                runtimeConfig: [
                    "bandwidth": [
                        "ingressRate": 8_000_000, "ingressBurst": 800_000, "egressRate": 8_000_000,
                        "egressBurst": 800_000,
                    ]
                ])
            try await withChain("bandwidth", plane, version, kind, [bandwidth]) { chain, addresses, result in
                try await chain.check(result)
                let qdiscs = try await shell("tc qdisc show", in: node.netns).split(separator: "\n")
                #expect(qdiscs.count { $0.hasPrefix("qdisc tbf") && $0.contains("rate 8Mbit") } == 2)
                try await expectBothWays(chain.sandbox, addresses, plane)
            }
        }

        @Test(arguments: versions, ENIKind.allCases)
        func tuningChangesThePodsInterfaceAndSettings(version: String, kind: ENIKind) async throws {
            let plane = try await DataPlane.current()
            let tuning = PluginChain.Member(
                type: "tuning", configuration: ["sysctl": ["net.core.somaxconn": "517"], "allmulti": true])
            try await withChain("tuning", plane, version, kind, [tuning]) { chain, addresses, result in
                #expect(result.interfaceNames == ["host", "eth0"])
                #expect(try await chain.sandbox("sysctl -n net.core.somaxconn") == "517\n")
                #expect(try await chain.sandbox("ip link show dev eth0").contains("ALLMULTI"))
                try await chain.check(result)
                try await expectBothWays(chain.sandbox, addresses, plane)
            }
        }

        /// The pod and one of the other node reach each other, in both families.
        private func expectBothWays(_ pod: Sandbox, _ addresses: PodAddresses, _ plane: DataPlane) async throws {
            let remote = try plane.pod(.secondary, on: plane.node2)
            for (own, other) in zip(addresses.all, remote.addresses.all) {
                try await expect(pod.name, at: own, seesClient: other, in: remote.namespace)
                try await expect(remote.namespace, at: other, seesClient: own, in: pod.name)
            }
        }

        /// ADD of a chain for a pod on an ENI of the first node, with the addresses of both families and the hardware
        /// address that it is asked for; `body`; DEL, after which nothing may be left.
        private func withChain(
            _ name: String, _ plane: DataPlane, _ version: String, _ kind: ENIKind, _ members: [PluginChain.Member],
            _ body: (PluginChain, PodAddresses, JSONValue) async throws -> Void
        ) async throws {
            let node = plane.node1
            let links = try node.socket().links().map(\.name)
            let addresses = try await node.freeAddresses(kind)
            let sandbox = try await Sandbox.make("\(name)-\(version)-\(kind.rawValue)", on: node)
            let chain = PluginChain(sandbox, version: version, addresses: addresses, then: members)
            let result = try await chain.add()
            var failure: (any Error)?
            do {
                #expect(result.podAddresses == addresses)
                #expect(try await sandbox("ip link show dev eth0").contains("\(PluginChain.mac)"))
                try await body(chain, addresses, result)
            } catch { failure = error }
            try await chain.delete(result)
            try await chain.delete(result)
            #expect(try node.socket().links().map(\.name) == links)
            #expect(try sandbox.interfaces() == ["lo"])
            #expect(try await node.differences() == [])
            try await sandbox.vanish()
            if let failure { throw failure }
        }
    }
}

extension JSONValue {
    /// The names of a result's interfaces inside the pod; `host` for those of the host.
    fileprivate var interfaceNames: [String] {
        (self["interfaces"]?.arrayValue ?? []).map { interface in
            (interface["sandbox"]?.stringValue ?? "").isEmpty ? "host" : interface["name"]?.stringValue ?? "?"
        }
    }
}

extension SimulatedNode {
    /// A free IPv4 address of an ENI of this kind, with the IPv6 address that goes with it.
    fileprivate func freeAddresses(_ kind: ENIKind) async throws -> PodAddresses {
        let address = try #require(try await freeAddress(kind).v4)
        let eni = try #require(try await enis().first { $0.addresses.contains { $0.address == .v4(address) } })
        return .dualStack(address, try #require(eni.ipv6Prefix).companion(of: address))
    }
}

extension Sandbox {
    fileprivate func interfaces() throws -> [String] {
        try NetlinkSocket(in: NetworkNamespace(named: name)).links().map(\.name)
    }
}
