import Addressing
import ControlProtocol
import Foundation
import Glibc
import JSON
import Testing
import Timekeeping

/// A daemon and the plugin together, with the mock cloud: families, prefixes and subnets for pods as configured.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PodModesTests {
    private func call<Value: Decodable & Sendable>(_ daemon: DaemonProcess, _ command: Command) async throws -> Value {
        let socket = daemon.socket
        return try await onThread { try ControlClient(socketPath: socket).call(command, within: .seconds(20)) }
    }

    /// Waits until nothing disagrees.
    private func agrees(_ daemon: DaemonProcess) async throws {
        try await eventually("kernel, store and provider agree") {
            let report: VerifyReport = try await call(daemon, .verify)
            return report.differences.isEmpty
        }
    }

    /// The addresses of a result, with their prefix lengths.
    private func addresses(_ result: JSONValue) -> [String] {
        (result["ips"]?.arrayValue ?? []).compactMap { $0["address"]?.stringValue }
    }

    @Test func aReloadGivesLaterPodsTheOtherFamilyTooAndTellsTheHook() async throws {
        let directory = try TestDirectory()
        let told = directory.path("told")
        try directory.write("#!/bin/sh\necho $WARMPOOL_EVENT $WARMPOOL_ADDRESSES >> \(told)\n", to: "hook")
        try #require(chmod(directory.path("hook"), 0o755) == 0)
        let hook = "annotate: { command: [\(directory.path("hook"))], timeout: 60s }"
        let daemon = try await DaemonProcess(in: directory, settings: "warmIPTarget: 1\n\(hook)")
        try await daemon.warm()
        let old = PluginProcess(
            node: daemon.namespace, pod: try await NodeNamespace(), socket: daemon.socket, container: "old")
        let first = try await old.add()
        let before = addresses(first)
        #expect(before.count == 1)

        try DaemonProcess.configure(directory, "warmIPTarget: 1\nipFamilies: [ipv4, ipv6]\n\(hook)")
        daemon.signal(SIGHUP)
        try await eventually("every ENI has a prefix of IPv6") {
            let rows: [InterfaceRow] = try await call(daemon, .interfaces)
            return rows.allSatisfy { $0.ipv6Prefix != nil }
        }
        let new = PluginProcess(
            node: daemon.namespace, pod: try await NodeNamespace(), socket: daemon.socket, container: "new")
        let second = try await new.add()
        let after = addresses(second)
        let ipv4 = try #require(after.first?.split(separator: "/").first.flatMap { IPv4Address($0) })
        #expect(after.count == 2)
        let rows: [PodRow] = try await call(daemon, .pods)
        let row = try #require(rows.first { $0.containerID == "new" })
        #expect(row.addresses.ipv4 == ipv4)
        #expect(row.addresses.ipv6.map { UInt32(truncatingIfNeeded: $0.bits) } == ipv4.bits)
        let overview: Overview = try await call(daemon, .overview)
        #expect(overview.mode == ["IPv4 and IPv6", "secondary addresses"])

        // What runs keeps what it has.
        for (plugin, result) in [(old, first), (new, second)] {
            let checked = try await plugin.run("CHECK", members: ["prevResult": result])
            #expect(checked.status == 0, "\(String(describing: checked.json))")
        }
        try await agrees(daemon)
        for plugin in [old, new] { #expect(try await plugin.run("DEL").status == 0) }
        func bare(_ texts: [String]) -> String {
            texts.compactMap { $0.split(separator: "/").first.map(String.init) }.joined(separator: ",")
        }
        let events = [
            "add \(bare(before))", "add \(bare(after))", "delete \(bare(before))", "delete \(bare(after))",
        ]
        try await eventually("the hook is told") {
            let lines = ((try? String(contentsOfFile: told, encoding: .utf8)) ?? "").split(separator: "\n")
            return lines.map(String.init).sorted() == events.sorted()
        }
        daemon.signal(SIGTERM)
        #expect(try await daemon.ended() == 0)
        #expect(!daemon.log.contains(" error "))
    }

    @Test func withCustomNetworkingPodsAreInTheNamedSubnetWithItsPrefixes() async throws {
        let daemon = try await DaemonProcess(
            settings: """
                prefixDelegation: true
                warmPrefixTarget: 1
                customNetworking: { by: zone, networks: { z: { subnets: [b] } } }
                """)
        try await daemon.warm()
        let plugin = PluginProcess(node: daemon.namespace, pod: try await NodeNamespace(), socket: daemon.socket)
        let result = try await plugin.add()
        #expect(addresses(result).allSatisfy { $0.hasPrefix("10.0.1.") })
        #expect(try await plugin.run("CHECK", members: ["prevResult": result]).status == 0)
        try await agrees(daemon)

        let enis: [InterfaceRow] = try await call(daemon, .interfaces)
        #expect(enis.map(\.servesPods) == enis.map { !$0.isPrimary })
        #expect(enis.filter(\.isPrimary).allSatisfy { $0.addresses.isEmpty && $0.prefixes.isEmpty })
        let prefixes = enis.flatMap(\.prefixes)
        #expect(prefixes.map(\.assigned).reduce(0, +) == 1)
        #expect(prefixes.allSatisfy { $0.assigned + $0.cooling + $0.free == 16 })
        let overview: Overview = try await call(daemon, .overview)
        #expect(overview.mode == ["IPv4", "prefix delegation", "custom networking by zone"])
        #expect(overview.prefixes?.total == prefixes.count)
        #expect(overview.prefixes?.partlyUsed == 1)
        let report: MaxPodsReport = try await call(daemon, .maxPods)
        // Source: t3.small has 3 ENIs of 4 addresses; the primary ENI and the primary addresses are not for pods.
        #expect(report.podAddresses == 2 * 3 * 16)
        #expect(report.podAddressesPerENI == 3 * 16)
        #expect((report.enis, report.eniLimit) == (3, 2))
        daemon.signal(SIGTERM)
        #expect(try await daemon.ended() == 0)
    }

    @Test func podsOfIPv6AloneHaveNoEndOfAddresses() async throws {
        let daemon = try await DaemonProcess(settings: "ipFamilies: [ipv6]")
        try await daemon.ready()
        let plugin = PluginProcess(node: daemon.namespace, pod: try await NodeNamespace(), socket: daemon.socket)
        let result = try await plugin.add()
        #expect(addresses(result).map { $0.hasPrefix("2001:db8:0:1:") && $0.hasSuffix("/128") } == [true])
        #expect(try await plugin.run("CHECK", members: ["prevResult": result]).status == 0)
        try await agrees(daemon)
        let overview: Overview = try await call(daemon, .overview)
        #expect(overview.mode == ["IPv6"])
        #expect(overview.addresses.limit == nil)
        let report: MaxPodsReport = try await call(daemon, .maxPods)
        #expect(report.podAddresses == nil)
        #expect(report.kubeletMaxPods == 110)
        daemon.signal(SIGTERM)
        #expect(try await daemon.ended() == 0)
    }
}
