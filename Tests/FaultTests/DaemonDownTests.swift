import ControlProtocol
import Fabric
import Glibc
import JSON
import LiveTesting
import Simulator
import Testing

extension FaultTests {
    /// The plugin without a daemon that answers.
    @Suite(
        .serialized,
        .liveFabric(
            "t3.small", settings: ["cooldown": "200ms", "attachmentGrace": "10s", "reconcileInterval": "1s"]))
    struct DaemonDownTests {
        private var node: SimulatedNode {
            get throws { try LiveFabric.current.nodes[0] }
        }

        private var collectAll: PluginCall {
            PluginCall(.collectGarbage, interface: nil, members: ["cni.dev/valid-attachments": []])
        }

        private func hasInterface(_ pod: Sandbox) async throws -> Bool {
            try await pod("ip link").contains("eth0")
        }

        @Test func whatNeedsTheDaemonSaysWhichSocketAndWhatToDo() async throws {
            let (lost, kept) = (try await Sandbox.make("down-1", on: node), try await Sandbox.make("down-2", on: node))
            let refused = try await Sandbox.make("down-3", on: node)
            _ = try await lost.add()
            let result = try await kept.add()
            try await node.daemon?.stop()

            let expected =
                "warmpoold cannot be reached on \(try node.socket) (No such file or directory); start it "
                + "(systemctl start warmpoold) or correct the socket's path in the network configuration"
            var fastest = Duration.seconds(60)
            for _ in 1...3 {
                let clock = ContinuousClock()
                let began = clock.now
                let add = try await refused.run(.add)
                fastest = min(fastest, clock.now - began)
                #expect(add.code == 11 && add.message == expected, "\(add)")
            }
            #expect(fastest < .seconds(1), "the contract of ADD without a daemon is one second")
            #expect(try await !hasInterface(refused))

            let check = try await kept.run(.check, members: ["prevResult": result])
            #expect(check.code == 11 && check.message == expected, "\(check)")
            let status = try await node.plugin.answer(PluginCall(.status))
            #expect(status.code == 50 && status.message == expected, "\(status)")

            let delete = try await lost.run(.delete)
            #expect(delete.isSuccess && delete.output.standardOutput.isEmpty, "\(delete)")
            #expect(delete.output.standardError.contains("without the daemon"))
            #expect(try await !hasInterface(lost))

            let collect = try await node.plugin.answer(collectAll)
            #expect(collect.code == 11 && collect.message == expected, "\(collect)")
            #expect(
                collect.details
                    == "the interfaces are removed, the addresses are released when the daemon runs again")
            #expect(try await !hasInterface(kept))

            try await node.startDaemon()
            try await node.settles(on: [])
        }

        @Test func aSocketThatACrashLeftBehindIsReplaced() async throws {
            try await node.daemon?.kill()
            let status = try await node.plugin.answer(PluginCall(.status))
            #expect(status.code == 50 && status.message.contains("(Connection refused)"), "\(status)")
            try await node.startDaemon()
            try await node.settles(on: [])
            #expect(try await node.plugin.answer(PluginCall(.status)).isSuccess)
        }

        @Test func aHungDaemonIsWaitedForNoLongerThanTold() async throws {
            let pod = try await Sandbox.make("hung-1", on: node)
            let late = try await Sandbox.make("hung-2", on: node)
            _ = try await pod.add()
            let daemon = try #require(try node.daemon)
            kill(daemon.pid, SIGSTOP)
            defer { kill(daemon.pid, SIGCONT) }

            async let add = late.run(.add, members: ["addTimeout": "1s"])
            async let status = node.plugin.answer(PluginCall(.status))
            async let delete = pod.run(.delete)
            let answers = try await (add: add, status: status, delete: delete)
            let problem = "warmpoold did not answer on \(try node.socket) within "
            #expect(answers.add.code == 11 && answers.add.message.hasPrefix(problem + "2 s;"), "\(answers.add)")
            #expect(answers.status.code == 50 && answers.status.message.hasPrefix(problem), "\(answers.status)")
            #expect(answers.delete.isSuccess, "\(answers.delete)")
            #expect(try await !hasInterface(pod))
            #expect(try await !hasInterface(late))

            kill(daemon.pid, SIGCONT)
            try await late.delete()
            let result = try await late.add()
            let check = try await late.run(.check, members: ["prevResult": result])
            #expect(check.isSuccess, "\(check)")
            try await node.settles(on: [late.name])
            try await late.delete()
            try await node.settles(on: [])
        }

        @Test(arguments: [true, false]) func aRestartBetweenTwoOperationsIsNotNoticed(isKilled: Bool) async throws {
            let name = "restart-\(isKilled)"
            let pod = try await Sandbox.make(name, on: node)
            let result = try await pod.add()
            if isKilled { try await node.daemon?.kill() } else { try await node.daemon?.stop() }
            try await node.startDaemon()
            try await node.waitUntilWarm()
            #expect(try await pod.add() == result)
            let check = try await pod.run(.check, members: ["prevResult": result])
            #expect(check.isSuccess, "\(check)")
            if isKilled { try await node.daemon?.kill() } else { try await node.daemon?.stop() }
            try await node.startDaemon()
            try await node.waitUntilWarm()
            try await pod.delete()
            try await node.settles(on: [])
        }
    }
}
