import Addressing
import ControlProtocol
import JSON
import LiveTesting
import Simulator
import Testing

/// A small node, where addresses are scarce and rest for long.
@Suite(.serialized, .liveFabric("t3.small", nodes: 2, settings: ["cooldown": "60s"])) struct PluginFullNodeTests {
    private func add(_ pod: Sandbox, asking address: String) async throws -> PluginAnswer {
        try await pod.run(.add, members: ["runtimeConfig": ["ips": [.string(address)]]])
    }

    @Test func aRequestedAddressIsGivenIfItIsFree() async throws {
        let node = try LiveFabric.current.nodes[0]
        let pod = try await Sandbox.make("asks", on: node)
        let wanted = try await node.address("free")
        let answer = try await add(pod, asking: wanted + "/24")
        #expect(answer.address == wanted, "\(answer)")
        #expect(try await node.state(of: wanted) == "assigned")

        let other = try await Sandbox.make("asks-too", on: node)
        let inUse = try await add(other, asking: wanted)
        #expect(inUse.code == 100, "\(inUse)")
        #expect(inUse.message == "the requested address \(wanted) is in use by warmpool/\(pod.name)/eth0")
        #expect(inUse.details == "cause: requested-address-unavailable")

        try await pod.delete()
        let cooling = try await add(other, asking: wanted)
        #expect(cooling.code == 11, "\(cooling)")
        #expect(cooling.message.hasPrefix("the requested address \(wanted) is cooling and ready in "))

        let unknown = try await add(other, asking: "10.0.200.200")
        #expect(unknown.code == 100, "\(unknown)")
        #expect(unknown.message.hasPrefix("the requested address 10.0.200.200 is not held by this node"))
        #expect(try await node.recordedPods().isEmpty)
    }

    @Test func aFullNodeSaysWhyAndKeepsServing() async throws {
        let node = try LiveFabric.current.nodes[1]
        let capacity: MaxPodsReport = try await node.call(.maxPods)
        #expect(capacity.podAddresses == 9)
        var pods: [SimulatedPod] = []
        for number in 1...9 { pods.append(try await node.add("full-\(number)")) }

        let late = try await Sandbox.make("late", on: node)
        let refused = try await late.run(.add)
        #expect(refused.code == 100, "\(refused)")
        #expect(
            refused.message.hasPrefix(
                "all ENIs are full: 3 of 3 ENIs attached, 9 of 9 addresses in use by pods; a pod must end"))
        #expect(refused.details == "cause: enis-full")
        #expect(try await !late("ip link").contains("eth0"))
        try await late.delete()

        #expect(try await node.plugin.answer(PluginCall(.status)).isSuccess, "a full node stays ready")
        #expect(try await pods[0].reaches(pods[8].addresses.primary))
        #expect(try await pods[8].reaches(pods[4].addresses.primary))

        try await node.delete(pods.removeLast())
        let resting = try await late.run(.add)
        #expect(resting.code == 11, "\(resting)")
        #expect(resting.message.hasPrefix("no address is free: 1 is cooling after their pods ended"))
        #expect(resting.details == "cause: addresses-cooling")
        for pod in pods { try await node.delete(pod) }
        try await node.settles(on: [])
    }
}
