import Addressing
import ControlProtocol
import Fabric
import JSON
import LiveTesting
import Simulator
import Synchronization
import Testing

extension FaultTests {
    /// `kill -9` of the daemon at any time, while pods come and go and ENIs come and go with them.
    @Suite(
        .serialized,
        .liveFabric(
            "t3.medium", nodes: 2,
            settings: [
                "cooldown": "0s", "attachmentGrace": "10s", "reconcileInterval": "1s", "warmIPTarget": "3",
                "shrinkInterval": "100ms", "minimumENILifetime": "100ms", "consistencyWindow": "100ms",
                // Many small ENIs, so that they come and go with the pods.
                "limits": "{ enis: 15, ipv4PerENI: 5 }",
            ],
            cloudSettings: ["latency": "5ms", "attachDelay": "50ms", "detachDelay": "50ms"]))
    struct DaemonKillTests {
        @Test(.timeLimit(.minutes(5))) func runningPodsNoticeNothingAndNoAddressIsGivenTwiceOrLost() async throws {
            try await expectThatPodsNoticeNothing(Rounds(20))
        }

        func expectThatPodsNoticeNothing(_ rounds: Rounds) async throws {
            let nodes = try LiveFabric.current.nodes
            let first = try await nodes[0].add("stays-1")
            let second = try await nodes[0].add("stays-2")
            let remote = try await nodes[1].add("remote")
            let isOver = Flag()
            let ledger = Ledger()
            for pod in [first, second] { _ = await ledger.take("\(pod.addresses.primary)", by: pod.name) }

            try await withThrowingTaskGroup { group in
                for (from, to) in [(first, second), (remote, first), (second, remote)] {
                    for address in to.addresses.all {
                        group.addTask { try await ping(from, address, until: isOver, rounds) }
                    }
                }
                for worker in 1...5 {
                    let pod = try await Sandbox.make("churn-\(worker)", on: nodes[0])
                    group.addTask { try await churn(pod, pinging: remote, ledger, until: isOver, rounds) }
                }
                do {
                    try await killAgainAndAgain(nodes[0], rounds)
                } catch {
                    isOver.raise()
                    throw error
                }
                isOver.raise()
                try await group.waitForAll()
            }
            do {
                try await nodes[0].settles(on: [first.namespace, second.namespace])
                let addresses = try await nodes[0].recordedPods().map(\.addresses)
                #expect(Set(addresses) == [first.addresses, second.addresses], "\(rounds)")
                for pod in [first, second] { try await nodes[0].delete(pod) }
                try await nodes[0].settles(on: [])
            } catch {
                Issue.record("\(rounds): \(error)")
            }
        }

        /// Kills the daemon at random moments of its work, and of its start.
        private func killAgainAndAgain(_ node: SimulatedNode, _ rounds: Rounds) async throws {
            var random = rounds.random
            for round in rounds {
                try await Task.sleep(for: random.milliseconds(upTo: round % 3 == 0 ? 60 : 700))
                await node.daemon?.kill()
                try await node.startDaemon()
                if round % 2 == 0 {
                    try await eventually("the daemon answers in round \(round) of \(rounds)") {
                        let readiness: Readiness = try await node.call(.status)
                        return readiness.isReady
                    }
                }
            }
            try await eventually("the daemon answers after \(rounds)") {
                let readiness: Readiness = try await node.call(.status)
                return readiness.isReady
            }
        }

        /// One pod after the other, each deleted whatever became of its ADD, as a runtime does.
        private func churn(
            _ pod: Sandbox, pinging remote: SimulatedPod, _ ledger: Ledger, until isOver: Flag, _ rounds: Rounds
        ) async throws {
            var number = 0
            var served = 0
            while !isOver.isRaised {
                number += 1
                let container = "\(pod.name)-\(number)"
                let add = try await pod.run(
                    .add, members: ["addTimeout": "2s"], environment: ["CNI_CONTAINERID": container])
                if let address = add.address {
                    served += 1
                    let other = await ledger.take(address, by: container)
                    #expect(other == nil, "\(address) of \(container) is \(other ?? "")'s too, \(rounds)")
                    // The cloud brings packets to the pod, and from the pod, only where the address is the node's.
                    for remote in remote.addresses.all {
                        let output = try await NamespaceCommand.run(
                            ["ping", "-n", "-c", "2", "-i", "0.02", "-W", "2", "\(remote)"], in: pod.name)
                        #expect(output.isSuccess, "\(container) at \(address), \(rounds): \(output)")
                    }
                    await ledger.give(address)
                } else {
                    let isFull = add.code == 100 && add.details == "cause: enis-full"
                    #expect(add.code == 11 || isFull, "\(rounds): \(add)")
                }
                let delete = try await pod.run(.delete, environment: ["CNI_CONTAINERID": container])
                #expect(delete.isSuccess, "\(rounds): \(delete)")
                #expect(try await !pod("ip link").contains("eth0"), "\(container), \(rounds)")
            }
            #expect(served > 0, "the churn did not churn, \(rounds)")
        }

        private func ping(
            _ from: SimulatedPod, _ address: IPAddress, until isOver: Flag, _ rounds: Rounds
        ) async throws {
            var sent = 0
            while !isOver.isRaised {
                let output = try await NamespaceCommand.run(
                    ["ping", "-n", "-q", "-c", "50", "-i", "0.02", "-W", "2", "\(address)"], in: from.namespace)
                let isWhole = output.standardOutput.contains("50 packets transmitted, 50 received")
                #expect(isWhole, "from \(from.name) to \(address), \(rounds): \(output)")
                sent += 50
            }
            #expect(sent > 0)
        }
    }

    /// Raised once, by one for many.
    final class Flag: Sendable {
        private let value = Atomic(false)

        var isRaised: Bool { value.load(ordering: .relaxed) }

        func raise() { value.store(true, ordering: .relaxed) }
    }
}
