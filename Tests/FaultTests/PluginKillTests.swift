import Fabric
import FoundationEssentials
import JSON
import LiveTesting
import Simulator
import Testing

extension FaultTests {
    /// `kill -9` of the plugin at every moment of an operation.
    @Suite(
        .serialized,
        .liveFabric(
            "m5.4xlarge", settings: ["cooldown": "0s", "attachmentGrace": "10s", "reconcileInterval": "1s"]))
    struct PluginKillTests {
        /// What the runtime does after a plugin of its died.
        enum Aftermath: CaseIterable { case delete, retry, forget }

        @Test(.timeLimit(.minutes(5))) func nothingIsLeaked() async throws {
            try await expectNoLeak(Rounds(60))
        }

        func expectNoLeak(_ rounds: Rounds) async throws {
            let node = try LiveFabric.current.nodes[0]
            var random = rounds.random
            let whole = try await duration(of: .add, on: node)
            var killed = 0
            for round in rounds {
                let pod = try await Sandbox.make("round-\(round)", on: node)
                let limit = random.milliseconds(upTo: whole * 1.2)
                let add = try await runUntilKilled(pod.call(.add), after: limit, on: node)
                if add.status != 0 { killed += 1 }
                let context = "round \(round), ADD killed after \(limit), \(rounds)"
                switch Aftermath.allCases[round % 3] {
                case .delete: try await delete(pod, random.milliseconds(upTo: whole), context)
                case .retry:
                    let again = try await pod.run(.add)
                    #expect(again.isSuccess, "\(context): \(again)")
                    let check = try await pod.run(.check, members: ["prevResult": again.json ?? .null])
                    #expect(check.isSuccess, "\(context): \(check)")
                    try await delete(pod, random.milliseconds(upTo: whole), context)
                case .forget: try await pod.vanish()
                }
            }
            #expect(killed > 0, "none was killed in time to show anything")
            do {
                try await node.settles(on: [])
            } catch {
                Issue.record("\(rounds): \(error)")
            }
        }

        /// DEL that is killed too; the runtime repeats it.
        private func delete(_ pod: Sandbox, _ limit: Duration, _ context: String) async throws {
            _ = try await runUntilKilled(pod.call(.delete), after: limit, on: pod.node)
            let delete = try await pod.run(.delete)
            #expect(delete.isSuccess, "\(context): \(delete)")
            #expect(try await !pod("ip link").contains("eth0"), "\(context)")
            try await pod.vanish()
        }

        private func runUntilKilled(
            _ call: PluginCall, after limit: Duration, on node: SimulatedNode
        ) async throws -> CommandOutput {
            let plugin = node.plugin
            let seconds = Double(limit.components.attoseconds) / 1e18 + Double(limit.components.seconds)
            return try await NamespaceCommand.run(
                ["timeout", "-s", "KILL", "\(max(seconds, 0.0001))", plugin.program], in: plugin.namespace,
                environment: call.environment.merging(["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]) { own, _ in own },
                input: plugin.input(of: call))
        }

        /// How many milliseconds an operation takes here and now, as `timeout` counts.
        private func duration(of operation: PluginCall.Operation, on node: SimulatedNode) async throws -> Double {
            var longest = 0.0
            for number in 1...3 {
                let pod = try await Sandbox.make("measured-\(number)", on: node)
                let began = ContinuousClock.now
                let output = try await runUntilKilled(pod.call(operation), after: .seconds(30), on: node)
                let time = (ContinuousClock.now - began).components
                try #require(output.isSuccess)
                longest = max(longest, Double(time.attoseconds) / 1e15 + Double(time.seconds) * 1000)
                try await pod.delete()
                try await pod.vanish()
            }
            return longest
        }
    }
}
