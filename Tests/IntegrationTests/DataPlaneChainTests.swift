import Addressing
import Fabric
import JSON
import LiveTesting
import Netlink
import Simulator
import Testing

/// `0.4.0` is the first version with CHECK, `1.0.0` the last that Debian's plugins know.
private let versions = ["0.4.0", "1.0.0"]

extension DataPlaneTests.StandardNodes {
    /// Debian's plugins, chained after `warmpool-cni`.
    @Suite(.serialized) struct Chains {
        @Test(arguments: versions, ENIKind.allCases)
        func portmapLeadsAPortOfTheNodeToThePod(version: String, kind: ENIKind) async throws {
            let plane = try await DataPlane.current()
            let node = plane.node1
            let portmap = PluginChain.Member(
                type: "portmap", configuration: ["snat": true, "capabilities": ["portMappings": true]],
                runtimeConfig: [
                    "portMappings": [["hostPort": 8081, "containerPort": 8080, "protocol": "tcp"]]
                ],
                // Version 1.1.1 looks for the rules of IPv6, which it makes only for a pod with IPv6.
                isChecked: false)
            let remote = try plane.pod(.secondary, on: plane.node2)
            let neighbour = try plane.pod(.primary, on: node)
            let primary = try await node.primaryAddress()
            try await withChain("portmap", plane, version, kind, [portmap]) { chain, address, result in
                let name = chain.sandbox.name
                #expect(result.interfaceNames == ["host", "eth0"])
                #expect(result.address == "\(address)")
                try await chain.check(result)
                let flows = try await plane.flows {
                    for (client, seen) in [
                        (plane.live.fabric.outside, plane.outside), (remote.namespace, remote.address),
                        (neighbour.namespace, neighbour.address),
                        // Its own packets, whose source portmap replaces so that they come back.
                        (name, primary),
                    ] {
                        try await expect(name, at: primary, port: 8081, seesClient: seen, in: client)
                    }
                    try await expect(
                        name, at: IPv4Address(bits: 0x7f00_0001), port: 8081, seesClient: primary, in: node.netns)
                }
                #expect(
                    flows == [
                        Flow(by: "outside", plane.outside, primary), Flow(by: "node1/eth0", primary, plane.outside),
                        Flow(by: remote.eni, remote.address, primary),
                        Flow(by: "node1/eth0", primary, remote.address),
                    ])
            }
            let rules = try await shell("iptables-nft-save -t nat", in: node.netns)
            #expect(!rules.contains("CNI-DN-"), "\(rules)")
            try await shell("iptables-nft -t nat -F; iptables-nft -t nat -X", in: node.netns)
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
            let remote = try plane.pod(.secondary, on: plane.node2)
            try await withChain("bandwidth", plane, version, kind, [bandwidth]) { chain, address, result in
                try await chain.check(result)
                let qdiscs = try await shell("tc qdisc show", in: node.netns).split(separator: "\n")
                #expect(qdiscs.count { $0.hasPrefix("qdisc tbf") && $0.contains("rate 8Mbit") } == 2)
                try await expect(
                    chain.sandbox.name, at: address, seesClient: remote.address, in: remote.namespace)
                try await expect(remote, seesClient: address, in: chain.sandbox.name)
            }
        }

        @Test(arguments: versions, ENIKind.allCases)
        func tuningChangesThePodsInterfaceAndSettings(version: String, kind: ENIKind) async throws {
            let plane = try await DataPlane.current()
            let tuning = PluginChain.Member(
                type: "tuning", configuration: ["sysctl": ["net.core.somaxconn": "517"], "allmulti": true])
            let remote = try plane.pod(.secondary, on: plane.node2)
            try await withChain("tuning", plane, version, kind, [tuning]) { chain, address, result in
                #expect(result.interfaceNames == ["host", "eth0"])
                #expect(try await chain.sandbox("sysctl -n net.core.somaxconn") == "517\n")
                #expect(try await chain.sandbox("ip link show dev eth0").contains("ALLMULTI"))
                try await chain.check(result)
                try await expect(
                    chain.sandbox.name, at: address, seesClient: remote.address, in: remote.namespace)
            }
        }

        /// ADD of a chain for a pod on an ENI of the first node; `body`; DEL, after which nothing may be left.
        private func withChain(
            _ name: String, _ plane: DataPlane, _ version: String, _ kind: ENIKind, _ members: [PluginChain.Member],
            _ body: (PluginChain, IPv4Address, JSONValue) async throws -> Void
        ) async throws {
            let node = plane.node1
            let links = try node.socket().links().map(\.name)
            let address = try await node.freeAddress(kind)
            let sandbox = try await Sandbox.make("\(name)-\(version)-\(kind.rawValue)", on: node)
            let chain = PluginChain(sandbox, version: version, address: address, then: members)
            let result = try await chain.add()
            var failure: (any Error)?
            do { try await body(chain, address, result) } catch { failure = error }
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

extension Sandbox {
    fileprivate func interfaces() throws -> [String] {
        try NetlinkSocket(in: NetworkNamespace(named: name)).links().map(\.name)
    }
}
