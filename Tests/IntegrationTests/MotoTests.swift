import ControlProtocol
import Foundation
import JSON
import LiveTesting
import NamespaceTesting
import Simulator
import Testing
import Timekeeping

/// A daemon on an instance of moto, an EC2 API of another make, with boto3 as the judge.
@Suite("A node of moto", .timeLimit(.minutes(5))) struct MotoTests {
    private static let tools = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../.build/test-tools/bin").standardizedFileURL.path
    private static let script = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "MotoNode.py").path
    private static let endpoint = "http://127.0.0.1:5000"

    /// A namespace with moto, an instance of it, and a daemon, which ends with it.
    private struct Node {
        let namespace: TestNamespace
        let directory: String
        let instance: String

        var socket: String { directory + "/w.sock" }

        func call<Result: Decodable & Sendable>(_ command: Command) async throws -> Result {
            try await Task.detached { [socket] in
                try ControlClient(socketPath: socket).call(command, within: .seconds(30))
            }.value
        }

        /// The secondary addresses of each ENI, as boto3 sees them.
        func cloud() throws -> [String: [String]] {
            let text = try namespace("\(tools)/python \(script) \(endpoint) show \(instance)")
            return try JSONDecoder().decode([String: [String]].self, from: Data(text.utf8))
        }

        /// The same, as the daemon shows them.
        func daemon() async throws -> [String: [String]] {
            let rows: [InterfaceRow] = try await call(.interfaces)
            return Dictionary(
                uniqueKeysWithValues: rows.map { ($0.id, $0.addresses.map(\.address.description).sorted()) })
        }

        func plugin(_ operation: PluginCall.Operation, _ pod: TestNamespace) async throws -> PluginAnswer {
            let runner = PluginRunner(
                program: try Programs.find().plugin, namespace: namespace.name,
                configuration: ["name": "warmpool", "type": "warmpool-cni", "socket": .string(socket)])
            return try await runner.answer(
                PluginCall(operation, container: pod.name, netns: "/run/netns/\(pod.name)"))
        }
    }

    private func withNode(_ settings: String, _ body: (Node, [TestNamespace]) async throws -> Void) async throws {
        try #require(
            FileManager.default.isExecutableFile(atPath: MotoTests.tools + "/moto_server"), "run Scripts/setup test")
        let directory = "/tmp/warmpool-moto-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await withNamespaces(5) { namespaces in
            let netns = namespaces[0]
            try netns("ip link set lo up")
            var processes: [DaemonProcess] = []
            func start(_ command: [String], log: String) async throws {
                processes.append(
                    try await DaemonProcess.start(command, log: "\(directory)/\(log)", in: netns.name))
            }
            do {
                try await start([MotoTests.tools + "/moto_server", "-H", "127.0.0.1", "-p", "5000"], log: "moto.log")
                try await eventually("moto listens", within: .seconds(60)) {
                    try read(directory + "/moto.log").contains("Running on")
                }
                try await start(
                    [MotoTests.tools + "/python", MotoTests.script, MotoTests.endpoint, "make"], log: "node.log")
                let instance = try await eventually("the instance runs", within: .seconds(60)) {
                    try read(directory + "/node.log").firstMatch(of: #/^i-[0-9a-f]+$/#.anchorsMatchLineEndings())
                        .map { String($0.0) }
                }
                let node = Node(namespace: netns, directory: directory, instance: instance)
                try """
                socket: \(node.socket)
                store: \(directory)/pool.sqlite
                provider: ec2
                ec2: { endpoint: "\(MotoTests.endpoint)", region: us-east-1, instanceID: \(instance) }
                cooldown: 100ms
                consistencyWindow: 0s
                shrinkInterval: 0s
                minimumENILifetime: 0s
                \(settings)

                """.write(toFile: directory + "/w.yaml", atomically: true, encoding: .utf8)
                try await start(
                    [
                        "env", "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test",
                        try Programs.find().warmpoold, "--config", directory + "/w.yaml",
                    ], log: "daemon.log")
                try await body(node, Array(namespaces.dropFirst()))
            } catch {
                for process in processes.reversed() { await process.kill() }
                Issue.record("\(error)\n\((try? read(directory + "/daemon.log").suffix(3000)) ?? "")")
                return
            }
            for process in processes.reversed() { await process.kill() }
        }
    }

    private func read(_ path: String) throws -> String {
        try String(contentsOfFile: path, encoding: .utf8)
    }

    /// Waits until the daemon has so many free addresses and nothing is under way, and boto3 sees what it shows.
    private func expectAgreement(_ node: Node, free: Int, enis: Int) async throws {
        try await eventually(
            "\(free) addresses are free on \(enis) ENIs, and boto3 sees the same", within: .seconds(60)
        ) {
            () -> Bool? in
            let overview: Overview = try await node.call(.overview)
            let addresses = overview.addresses
            guard overview.isReady, addresses.free == free, addresses.incoming == 0, addresses.cooling == 0,
                addresses.total == addresses.assigned + free, overview.enis == enis
            else { throw NotInTime(description: "\(overview)") }
            let (cloud, daemon) = (try node.cloud(), try await node.daemon())
            guard cloud == daemon else { throw NotInTime(description: "boto3 \(cloud), daemon \(daemon)") }
            return true
        }
        let verified: VerifyReport = try await node.call(.verify)
        #expect(verified.differences == [])
    }

    /// A t3.small has room for three pods on each ENI.
    @Test func theDaemonBootstrapsServesPodsAndShrinksAndBoto3SeesTheSame() async throws {
        try await withNode("warmIPTarget: 2") { node, pods in
            try await expectAgreement(node, free: 2, enis: 1)
            var addresses: Set<String> = []
            for pod in pods {
                let answer = try await eventually("\(pod.name) has an address") { () -> PluginAnswer? in
                    let answer = try await node.plugin(.add, pod)
                    if !answer.isSuccess { throw NotInTime(description: "\(answer)") }
                    return answer
                }
                addresses.insert(try #require(answer.address))
            }
            #expect(addresses.count == pods.count)
            try await expectAgreement(node, free: 2, enis: 2)
            #expect(addresses.isSubset(of: try node.cloud().values.flatMap(\.self)))

            for pod in pods { #expect(try await node.plugin(.delete, pod).isSuccess) }
            try await expectAgreement(node, free: 2, enis: 1)
        }
    }
}
