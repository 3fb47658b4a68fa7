import Addressing
import ControlProtocol
import Fabric
import Foundation
import LiveTesting
import Simulator
import Testing

/// A running daemon is told to change its mode, again and again, while pods of all earlier modes live on.
@Suite(
    .serialized,
    .liveFabric(
        "t3.medium", pods: PodNetworking(families: .dualStack, prefixDelegation: true, hasPodSubnets: true),
        settings: ["cooldown": "100ms", "shrinkInterval": "200ms", "minimumENILifetime": "0s", "warmIPTarget": "2"]))
struct ReconfigurationTests {
    /// A mode, as keys of the configuration, and what is so in it.
    struct Mode: CustomTestStringConvertible, Sendable {
        var keys: [String: String]
        var families: IPFamilies
        var usesPrefixes = false
        var hasPodSubnets = false

        var testDescription: String { "\(keys)" }
    }

    private static let modes = [
        Mode(keys: [:], families: .ipv4),
        Mode(keys: ["ipFamilies": "[ipv4, ipv6]"], families: .dualStack),
        Mode(
            keys: ["ipFamilies": "[ipv4, ipv6]", "prefixDelegation": "true"], families: .dualStack, usesPrefixes: true),
        Mode(
            keys: ["prefixDelegation": "true", "customNetworking": "{ by: discovery }"], families: .ipv4,
            usesPrefixes: true, hasPodSubnets: true),
        Mode(keys: ["ipFamilies": "[ipv6]"], families: .ipv6),
        Mode(keys: ["warmENITarget": "1", "warmIPTarget": "null"], families: .ipv4),
    ]

    @Test func everyModeCanFollowEveryOtherWithoutTouchingRunningPods() async throws {
        let node = try LiveFabric.current.nodes[0]
        let daemon = node.daemon
        var pods: [SimulatedPod] = []
        for (number, mode) in Self.modes.enumerated() {
            try await enter(mode, on: node)
            let pod = try await node.add("web-\(number)")
            pods.append(pod)
            #expect(pod.addresses.families == mode.families, "\(mode)")
            let interfaces: [InterfaceRow] = try await node.call(.interfaces)
            let home = try #require(interfaces.first { $0.addresses.contains { $0.address == pod.addresses.primary } })
            if mode.hasPodSubnets { #expect(home.subnet == "pods-a" && !home.isPrimary, "\(mode)") }
            if let address = pod.addresses.ipv4 {
                #expect(home.prefixes.contains { $0.prefix.contains(address) } == mode.usesPrefixes, "\(mode)")
            }
            for pod in pods { try await reachesTheOutside(pod, "in \(mode)") }
        }
        #expect(node.daemon == daemon && daemon?.isRunning == true)
        for pod in pods { try await node.delete(pod) }
        try await node.settles(on: [])
        try await eventually("what only earlier modes need is given back") { () -> Bool? in
            let left: [InterfaceRow] = try await node.call(.interfaces)
            return left.allSatisfy({ $0.prefixes.isEmpty && $0.ipv6Prefix == nil }) ? true : nil
        }
        try await node.settles(on: [])
    }

    /// Writes the mode into the configuration, and waits until the daemon is in it and has what it needs.
    private func enter(_ mode: Mode, on node: SimulatedNode) async throws {
        let switched = ["ipFamilies", "prefixDelegation", "customNetworking", "warmENITarget", "warmIPTarget"]
        let text = try String(contentsOfFile: node.configurationFile, encoding: .utf8)
        let kept = text.split(separator: "\n").filter { line in !switched.contains { line.hasPrefix("\($0):") } }
        let keys = ["warmIPTarget": "2"].merging(mode.keys) { $1 }.sorted { $0.key < $1.key }
        let lines = keys.map { "\($0.key): \($0.value)" } + kept.map(String.init)
        try lines.joined(separator: "\n").write(toFile: node.configurationFile, atomically: true, encoding: .utf8)
        kill(try #require(node.daemon).pid, SIGHUP)
        try await eventually("the daemon is in \(mode)") { () -> Bool? in
            let overview: Overview = try await node.call(.overview)
            let words = overview.mode.joined()
            guard words.contains("prefix") == mode.usesPrefixes, words.contains("custom") == mode.hasPodSubnets,
                words.contains("IPv6") == mode.families.hasIPv6, words.contains("IPv4") == mode.families.hasIPv4,
                overview.obstacle == nil, overview.addresses.incoming == 0
            else { throw NotInTime(description: "\(overview)") }
            return true
        }
    }

    private func reachesTheOutside(_ pod: SimulatedPod, _ when: String) async throws {
        if pod.addresses.ipv4 != nil {
            #expect(try await pod.reaches(.v4(Fabric.outsideAddress)), "\(pod.name) \(when)")
        }
        if pod.addresses.ipv6 != nil {
            #expect(try await pod.reaches(.v6(Fabric.outsideIPv6Address)), "\(pod.name) \(when)")
        }
    }
}
