import Identity
import JSON
import LiveTesting
import PodNetwork
import Simulator
import Testing

extension PluginTests {
    /// GC: what lives is listed, and everything else of the network goes.
    @Suite struct Garbage {
        private func collect(
            _ living: [Sandbox], network: String = "warmpool", key: String = "cni.dev/valid-attachments"
        ) async throws -> PluginAnswer {
            let valid = living.map { JSONValue.object(["containerID": .string($0.name), "ifname": "eth0"]) }
            return try await node.plugin.answer(
                PluginCall(
                    .collectGarbage, interface: nil,
                    members: JSONObject([(key, .array(valid)), ("name", .string(network))])))
        }

        private func pods(_ names: [String]) async throws -> [Sandbox] {
            var pods: [Sandbox] = []
            for name in names {
                pods.append(try await Sandbox.make(name, on: node))
                _ = try await pods.last?.add()
            }
            return pods
        }

        @Test(arguments: ["cni.dev/valid-attachments", "cni.dev/attachments"]) func halfOfThePodsAreGone(
            key: String
        ) async throws {
            let pods = try await pods((1...6).map { "gc-\($0)-\(key.count)" })
            let living = Array(pods[..<3])
            try await pods[4].vanish()
            let answer = try await collect(living, key: key)
            #expect(answer.isSuccess && answer.output.standardOutput.isEmpty, "\(answer)")
            try await node.settles(on: Set(living.map(\.name)))
            #expect(try await pods[0]("ip link").contains("eth0"))
            #expect(try await !pods[5]("ip link").contains("eth0"))
            #expect(try await collect([]).isSuccess)
            try await node.settles(on: [])
        }

        @Test func whatOnlyTheKernelKnowsGoesToo() async throws {
            let pod = try #require(try await pods(["gc-stray"]).first)
            // A pod that the daemon does not know: as if it had lost its store and not met the pod again yet.
            let lost = AttachmentName(AttachmentID(network: "warmpool", containerID: "forgotten", ifname: "eth0"))
            let host = lost.hostInterface
            try await succeed("ip link add \(host) type veth peer name stray netns \(pod.name)", in: node.netns)
            try await succeed("ip link set \(host) alias \(lost.alias) up", in: node.netns)
            try await succeed("ip route add 10.0.63.63 dev \(host) table 1000", in: node.netns)
            let answer = try await collect([pod])
            #expect(answer.isSuccess, "\(answer)")
            #expect(try node.kernelPods().map { $0.attachment?.id.containerID } == [pod.name])
            #expect(try node.socket().link(.name(host)) == nil)
            try await pod.delete()
        }

        @Test func aListThatTheDaemonCannotTakeIsRefused() async throws {
            let pod = try #require(try await pods(["gc-kept"]).first)
            let valid = (0..<70_000).map {
                JSONValue.object(["containerID": .string("\(1_000_000 + $0)"), "ifname": "a"])
            }
            let answer = try await node.plugin.answer(
                PluginCall(.collectGarbage, interface: nil, members: ["cni.dev/valid-attachments": .array(valid)]))
            #expect(answer.code == 103, "\(answer)")
            #expect(answer.message == "the request is longer than 4194304 bytes")
            #expect(try await pod("ip link").contains("eth0"))
            try await pod.delete()
        }

        @Test func anotherNetworkIsNoneOfOurs() async throws {
            let pod = try #require(try await pods(["gc-ours"]).first)
            let other = try await Sandbox.make("gc-theirs", on: node)
            #expect(try await other.run(.add, members: ["name": "other"]).isSuccess)
            #expect(try await collect([], network: "third").isSuccess)
            #expect(try await node.recordedPods().count == 2)
            #expect(try await collect([], network: "other").isSuccess)
            #expect(try await node.recordedPods().map(\.containerID) == [pod.name])
            #expect(try await pod("ip link").contains("eth0"))
            #expect(try await collect([]).isSuccess)
            #expect(try await node.recordedPods().isEmpty)
        }
    }
}
