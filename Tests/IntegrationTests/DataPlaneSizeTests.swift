import Addressing
import ControlProtocol
import LiveTesting
import Netlink
import Simulator
import Testing

extension DataPlaneTests {
    /// A node whose ENIs are all there from the beginning.
    @Suite(
        .serialized,
        .liveFabric(
            "m5.4xlarge", pods: PodNetworking(families: .dualStack),
            settings: ["minimumIPTarget": "232", "cooldown": "0s", "shrinkInterval": "24h"],
            cloudSettings: ["latency": "1ms", "attachDelay": "10ms", "detachDelay": "10ms"]))
    struct ManyPods {
        @Test func rulesAndPacketFilterAreTheSameWithOnePodAndWithTwoHundred() async throws {
            let node = try LiveFabric.current.nodes[0]
            #expect(try await node.enis().count == 8)
            let first = try await node.add("pod-1")
            // The last ENI's /80 may have come a moment ago, and its rules with it.
            try await node.reconcile()
            let withOne = try await node.constants()
            #expect(withOne.contains { $0.contains("fwmark 0x800/0x3f00") })

            let pods = try await [first] + concurrently(2...200) { try await node.add("pod-\($0)") }
            #expect(try await node.constants() == withOne)
            #expect(Set(pods.map(\.addresses)).count == 200)
            #expect(try node.kernelPods().flatMap(\.routed).sorted() == pods.flatMap(\.addresses.all).sorted())
            #expect(try podInterfaces(of: node) == 200)
            // One pod of every ENI reaches one of the next.
            let oneOfEach = Dictionary(grouping: try await node.placedPods(), by: \.interface).values.compactMap(
                \.first)
            #expect(oneOfEach.count >= 7)
            for (client, server) in zip(oneOfEach, oneOfEach.dropFirst()) {
                try await expect(server, seesClient: client.address, in: client.namespace)
            }

            _ = try await concurrently(pods.indices) { try await node.delete(pods[$0]) }
            #expect(try await node.constants() == withOne)
            #expect(try node.kernelPods() == [])
            #expect(try podInterfaces(of: node) == 0)
            #expect(try await node.differences() == [])
        }

        private func podInterfaces(of node: SimulatedNode) throws -> Int {
            try node.socket().links().count { $0.name.hasPrefix("wp") }
        }

        private func concurrently<Value: Sendable>(
            _ numbers: some Sequence<Int>, _ body: @escaping @Sendable (Int) async throws -> Value
        ) async throws -> [Value] {
            try await withThrowingTaskGroup(of: Value.self) { group in
                var values: [Value] = []
                for (index, number) in numbers.enumerated() {
                    if index >= 16, let value = try await group.next() { values.append(value) }
                    group.addTask { try await body(number) }
                }
                for try await value in group { values.append(value) }
                return values
            }
        }
    }

    /// A node that gives back at once what it does not need, and looks after itself every second.
    @Suite(
        .serialized,
        .liveFabric(
            "t3.small", pods: PodNetworking(families: .dualStack),
            settings: [
                "warmIPTarget": "1", "minimumIPTarget": "1", "cooldown": "0s", "shrinkInterval": "0s",
                "minimumENILifetime": "0s", "reconcileInterval": "1s",
            ]))
    struct EagerNode {
        @Test func anENIThatIsDetachedTakesItsRulesAndRoutesAlong() async throws {
            let node = try LiveFabric.current.nodes[0]
            #expect(try await node.enis().count == 1)
            let alone = try await node.constants()
            #expect(try await interfaces(of: node) == ["eth0", "lo"])

            var pods: [SimulatedPod] = []
            for number in 1...7 { pods.append(try await node.add("pod-\(number)")) }
            try await eventually(
                "three ENIs serve",
                holds: {
                    try await node.enis().filter { $0.phase == "ready" }.count == 3
                })
            try await node.reconcile()
            #expect(try await interfaces(of: node) == ["eth0", "eth1", "eth2", "lo"])
            let grown = try await node.constants()
            for part in ["fwmark 0x300/0x3f00 lookup 3", "default via 10.0.0.1 dev eth2 table 3", "chain eni-4099"] {
                #expect(grown.contains { $0.contains(part) }, "\(part) is missing")
            }

            for pod in pods { try await node.delete(pod) }
            try await eventually("two ENIs are given back", holds: { try await node.enis().count == 1 })
            try await eventually("nothing of them is left", holds: { try await node.constants() == alone })
            #expect(try await interfaces(of: node) == ["eth0", "lo"])
            #expect(try await node.differences() == [])
        }

        @Test(arguments: ["nft delete table inet warmpool", "ip rule delete priority 512"])
        func whatSomebodyBreaksIsRepairedWithoutBeingAsked(command: String) async throws {
            let node = try LiveFabric.current.nodes[0]
            let before = try await node.constants()
            try await shell(command, in: node.netns)
            try await eventually("it is repaired", holds: { try await node.constants() == before })
        }

        private func interfaces(of node: SimulatedNode) async throws -> [String] {
            try node.socket().links().map(\.name).filter { !$0.hasPrefix("wp") }.sorted()
        }
    }
}
