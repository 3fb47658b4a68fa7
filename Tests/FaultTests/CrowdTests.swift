import JSON
import LiveTesting
import Simulator
import Testing

/// Runs one operation for many pods at once.
private func all(_ operation: PluginCall.Operation, _ pods: [Sandbox]) async throws -> [PluginAnswer] {
    try await withThrowingTaskGroup(of: PluginAnswer.self) { group in
        for pod in pods { group.addTask { try await pod.run(operation) } }
        return try await group.reduce(into: []) { $0.append($1) }
    }
}

private func sandboxes(_ count: Int, on node: SimulatedNode) async throws -> [Sandbox] {
    var pods: [Sandbox] = []
    for number in 1...count { pods.append(try await Sandbox.make("crowd-\(number)", on: node)) }
    return pods
}

extension FaultTests {
    @Suite(.serialized, .liveFabric("m5.4xlarge", settings: ["cooldown": "200ms"])) struct CrowdTests {
        @Test func twoHundredPodsComeAndGoAtOnce() async throws {
            let node = try LiveFabric.current.nodes[0]
            let pods = try await sandboxes(200, on: node)
            let adds = try await all(.add, pods)
            for add in adds where !add.isSuccess { Issue.record("\(add)") }
            #expect(Set(adds.compactMap(\.address)).count == 200, "no address twice")
            try await node.settles(on: Set(pods.map(\.name)))

            let deletes = try await all(.delete, pods)
            for delete in deletes where !delete.isSuccess { Issue.record("\(delete)") }
            try await node.settles(on: [])
        }
    }

    @Suite(.serialized, .liveFabric("t3.small", settings: ["cooldown": "200ms"])) struct CrowdBeyondCapacityTests {
        @Test func exactlyAsManyAsFitGetAnAddressAndTheOthersAreToldWhy() async throws {
            let node = try LiveFabric.current.nodes[0]
            let pods = try await sandboxes(24, on: node)
            let adds = try await all(.add, pods)
            #expect(Set(adds.compactMap(\.address)).count == 9)
            for add in adds where !add.isSuccess {
                #expect(add.code == 100, "\(add)")
                #expect(add.message.hasPrefix("all ENIs are full: 3 of 3 ENIs attached, 9 of 9 addresses in use"))
                #expect(add.details == "cause: enis-full")
            }
            #expect(adds.count { !$0.isSuccess } == 15)
            _ = try await all(.delete, pods)
            try await node.settles(on: [])
        }
    }
}
