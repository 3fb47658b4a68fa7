import ControlProtocol
import Fabric
import Foundation
import HTTPTesting
import InstanceLimits
import LiveTesting
import Simulator
import Testing

extension FaultTests {
    /// The cloud behind HTTP fails in every way that a network and a server have. Pods that have addresses notice
    /// nothing, the daemon says what is going on, and recovers by itself. The node's keys expire all the while.
    @Suite(
        .serialized,
        .liveFabric(
            "t3.medium",
            settings: [
                "cooldown": "100ms", "consistencyWindow": "0s", "warmIPTarget": "1", "reconcileInterval": "2s",
                "shrinkInterval": "0s", "minimumENILifetime": "0s",
                "calls": """
                { timeout: 2s, failureThreshold: 3, pause: 300ms, longestPause: 1s, \
                mutating: { burst: 100, perSecond: 100 }, describing: { burst: 100, perSecond: 100 } }
                """,
            ],
            provider: .ec2,
            cloudSettings: ["role": "{ name: warmpool-node, lifetime: 2s }", "attachDelay": "100ms"]))
    struct HTTPFaultTests {
        private var live: LiveFabric { get throws { try LiveFabric.current } }
        private var node: SimulatedNode { get throws { try live.nodes[0] } }

        /// Restarts the daemon with another endpoint, and waits until it has settled.
        private func restart(endpoint: String, metadata: String? = nil) async throws {
            let node = try node
            await node.daemon?.stop()
            let original = node.configurationFile + ".original"
            if !FileManager.default.fileExists(atPath: original) {
                try FileManager.default.copyItem(atPath: node.configurationFile, toPath: original)
            }
            let text = try String(contentsOfFile: original, encoding: .utf8)
            let section = "  endpoint: \(endpoint)" + (metadata.map { "\n  metadataEndpoint: \($0)" } ?? "")
            try text.replacing("  endpoint: http://169.254.169.254:80", with: section)
                .write(toFile: node.configurationFile, atomically: true, encoding: .utf8)
            try await node.startDaemon()
        }

        /// A daemon behind a proxy that makes things go wrong, with a pod that must not notice.
        private func withProxy(_ body: (FaultProxy, Sandbox) async throws -> Void) async throws {
            let router = try live.fabric.router.namespace
            try await succeed("ip address replace \(FaultProxy.address)/32 dev lo", in: router)
            let proxy = try FaultProxy(router: router, cloud: "169.254.169.254")
            defer { proxy.stop() }
            let url = "http://\(FaultProxy.address)"
            try await restart(endpoint: url, metadata: "\(url)/imds/i-node1")
            let pod = try await Sandbox.make("steady", on: node)
            try await node.waitUntilWarm()
            _ = try await pod.add()
            try await node.waitUntilWarm()
            try await body(proxy, pod)
            proxy.heal()
            try await node.waitUntilWarm()
            try await pod.delete()
            try await pod.vanish()
            try await node.settles(on: [])
        }

        /// Makes trouble, takes the last warm address, so that the daemon needs the cloud, and expects what it says.
        ///
        /// - Returns: the pod with the address.
        private func expectTrouble(
            _ causes: Set<String>, saying words: String, while pod: Sandbox, _ body: () async throws -> Void
        ) async throws -> Sandbox {
            try await eventually("there is one address besides those in use") {
                let addresses = (try await node.call(.overview) as Overview).addresses
                return addresses.free == 1 && addresses.total == addresses.assigned + 1 && addresses.incoming == 0
            }
            try await body()
            let greedy = try await Sandbox.make("greedy", on: node)
            _ = try await greedy.add()
            let obstacle = try await eventually("the daemon says '\(words)'") { () -> Obstacle? in
                let overview: Overview = try await node.call(.overview)
                if let obstacle = overview.obstacle, causes.contains(obstacle.cause), obstacle.sentence.contains(words)
                {
                    return obstacle
                }
                let log = (try? String(contentsOfFile: node.log, encoding: .utf8)) ?? ""
                throw NotInTime(
                    description: "\(overview.obstacle?.sentence ?? "no obstacle")\n\(log.suffix(2000))")
            }
            let explanations: [Explanation] = try await node.call(.explain(ExplainCommand(subject: nil)))
            #expect(explanations.first.map { causes.contains($0.cause ?? "") } == true, "\(obstacle)")
            try await pod("ping -c 1 -W 5 \(Fabric.outsideAddress)")
            return greedy
        }

        private func expectRecovery(_ pod: Sandbox, _ greedy: Sandbox) async throws {
            try await node.waitUntilWarm()
            let late = try await Sandbox.make("late", on: node)
            _ = try await late.add()
            try await pod("ping -c 1 -W 5 \(Fabric.outsideAddress)")
            for sandbox in [late, greedy] {
                try await sandbox.delete()
                try await sandbox.vanish()
            }
        }

        /// What the daemon says of each fault.
        private static let trouble: [FaultProxy.Fault: (causes: Set<String>, words: String)] = [
            .resetInTheMiddle: (["provider-unreachable"], "broke off"),
            .serverError: (["provider-failing"], "status 500"),
            .throttled: (["provider-throttled"], "throttled"),
            .truncatedXML: (["provider-failing"], "cannot be read"),
            .wrongContentType: (["provider-failing"], "text/html"),
            .hugeReply: (["provider-failing"], "bytes"),
            .hanging: (["provider-unreachable"], "did not answer in time"),
            .redirect: (["provider-unreachable"], "elsewhere.example"),
        ]

        @Test func everyAnswerThatGoesWrongIsToldAndSurvived() async throws {
            try await withProxy { proxy, pod in
                for (fault, expected) in HTTPFaultTests.trouble.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                    let greedy = try await expectTrouble(expected.causes, saying: expected.words, while: pod) {
                        proxy.inject(fault) { !$0.target.hasPrefix("/imds") }
                    }
                    try await expectCallsToShow(fault)
                    proxy.heal()
                    try await expectRecovery(pod, greedy)
                }
            }
        }

        /// Calls are slowed down by throttling, and suspended by everything else that goes on.
        private func expectCallsToShow(_ fault: FaultProxy.Fault) async throws {
            try await eventually("the state of the calls shows the fault") { () -> Bool? in
                let calls = (try await node.call(.overview) as Overview).calls
                let shown = fault == .throttled ? !calls.slowed.isEmpty : calls.breaker != "closed"
                guard shown else { throw NotInTime(description: "\(fault): \(calls)") }
                return true
            }
        }

        /// No address is assigned twice for one wish, and none is forgotten.
        @Test func aLostReplyIsResolvedByReadingBack() async throws {
            try await withProxy { proxy, pod in
                let mutations = [
                    "AssignPrivateIpAddresses", "UnassignPrivateIpAddresses", "CreateNetworkInterface",
                    "AttachNetworkInterface", "ModifyNetworkInterfaceAttribute", "DetachNetworkInterface",
                    "DeleteNetworkInterface",
                ]
                for action in mutations {
                    proxy.inject(.lostReply, count: 1) { $0.text.hasPrefix("Action=\(action)&") }
                    // Enough pods for a second ENI, which comes and goes.
                    var pods: [Sandbox] = []
                    for number in 1...6 {
                        let pod = try await Sandbox.make("many-\(number)", on: node)
                        _ = try await pod.add()
                        pods.append(pod)
                    }
                    try await node.waitUntilWarm()
                    for pod in pods {
                        try await pod.delete()
                        try await pod.vanish()
                    }
                    // What is given back is a mutation too.
                    try await eventually("a reply to \(action) was lost", within: .seconds(60)) { proxy.isSpent }
                    try await eventually("one address besides the one in use is left") {
                        (try await node.call(.overview) as Overview).addresses.total == 2
                    }
                    try await node.settles(on: [pod.name])
                }
                try await pod("ping -c 1 -W 5 \(Fabric.outsideAddress)")
            }
        }

        @Test func aCloudThatRefusesConnectionsIsWaitedFor() async throws {
            try await withProxy { proxy, pod in
                let router = try live.fabric.router.namespace
                let greedy = try await expectTrouble(["provider-unreachable"], saying: "no connection", while: pod) {
                    try await succeed("nft add table ip refusal", in: router)
                    try await succeed(
                        "nft add chain ip refusal input { type filter hook input priority 0 ; }", in: router)
                    try await succeed(
                        "nft add rule ip refusal input ip daddr \(FaultProxy.address) tcp dport 80 reject with tcp reset",
                        in: router)
                }
                try await succeed("nft delete table ip refusal", in: router)
                try await expectRecovery(pod, greedy)
            }
        }

        /// Without the metadata service the node gets no new keys, and the old ones expire.
        @Test func aMetadataServiceThatIsDownIsToldAndWaitedFor() async throws {
            try await withProxy { proxy, pod in
                let greedy = try await expectTrouble(
                    ["provider-unreachable", "permission-denied", "provider-failing"], saying: "metadata", while: pod
                ) {
                    proxy.inject(.serverError) { $0.target.hasPrefix("/imds") }
                    // Until the last key has expired.
                    try await eventually("the daemon has no keys", within: .seconds(60)) {
                        let overview: Overview = try await node.call(.overview)
                        return overview.growthObstacle != nil
                    }
                }
                proxy.heal()
                try await expectRecovery(pod, greedy)
            }
        }

        @Test func anEndpointWithoutANameIsToldAndFoundWhenItHasOne() async throws {
            let node = try node
            let hosts = "/etc/netns/\(node.netns)/hosts"
            try await succeed("mkdir -p /etc/netns/\(node.netns)", in: nil)
            try Data("127.0.0.1 localhost\n".utf8).write(to: URL(filePath: hosts))
            try Data("hosts: files\n".utf8).write(to: URL(filePath: "/etc/netns/\(node.netns)/nsswitch.conf"))
            defer { try? FileManager.default.removeItem(atPath: "/etc/netns/\(node.netns)") }
            try await restart(endpoint: "http://cloud.invalid")
            try await eventually("the daemon says that the name is unknown") { () -> Bool? in
                let overview: Overview = try await node.call(.overview)
                let sentences = [overview.obstacle, overview.growthObstacle].compactMap { $0?.sentence }
                guard sentences.contains(where: { $0.contains("was not found") }) else {
                    throw NotInTime(description: "\(sentences)")
                }
                return true
            }
            // In place: the daemon's namespace shows this very file.
            let file = try FileHandle(forWritingTo: URL(filePath: hosts))
            try file.seekToEnd()
            try file.write(contentsOf: Data("169.254.169.254 cloud.invalid\n".utf8))
            try file.close()
            try await node.waitUntilWarm()
            let pod = try await Sandbox.make("named", on: node)
            _ = try await pod.add()
            try await pod.delete()
            try await node.settles(on: [])
        }
    }
}
