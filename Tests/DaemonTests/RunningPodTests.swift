import Addressing
import ControlProtocol
import Foundation
import Glibc
import JSON
import Testing

/// Pods that run while the operator changes the configuration, or somebody the kernel's state.
@Suite(.serialized, .timeLimit(.minutes(5))) struct RunningPodTests {
    private func call<Value: Decodable & Sendable>(_ daemon: DaemonProcess, _ command: Command) async throws -> Value {
        let socket = daemon.socket
        return try await onThread { try ControlClient(socketPath: socket).call(command, within: .seconds(20)) }
    }

    private func plugin(_ daemon: DaemonProcess, _ container: String) async throws -> PluginProcess {
        PluginProcess(
            node: daemon.namespace, pod: try await NodeNamespace(), socket: daemon.socket, container: container)
    }

    private func shell(_ line: String, in namespace: NodeNamespace) async throws -> String {
        let ending = try await run(["ip", "netns", "exec", namespace.name, "sh", "-c", line])
        try #require(ending.status == 0, "\(line): \(ending.errors)")
        return ending.output
    }

    private func pod(_ container: String, _ daemon: DaemonProcess) async throws -> PodRow {
        let rows: [PodRow] = try await call(daemon, .pods)
        return try #require(rows.first { $0.containerID == container })
    }

    private func reload(_ daemon: DaemonProcess, _ settings: String) async throws {
        try DaemonProcess.configure(daemon.directory, settings)
        daemon.signal(SIGHUP)
        #expect(try await daemon.notifications.next().hasPrefix("RELOADING=1"))
        #expect(try await daemon.notifications.next().hasPrefix("READY=1"))
    }

    @Test func aRouteThatCannotBeRestoredHoldsUpNobodyElse() async throws {
        let daemon = try await DaemonProcess(settings: "reconcileInterval: 1h")
        try await daemon.warm()
        let plugins = (try await plugin(daemon, "down"), try await plugin(daemon, "up"))
        defer { withExtendedLifetime(plugins) {} }
        _ = try await (plugins.0.add(), plugins.1.add())
        let (down, up) = (try await pod("down", daemon), try await pod("up", daemon))
        _ = try await shell("ip link set \(down.hostInterface) down", in: daemon.namespace)
        _ = try await shell("ip route delete \(up.addresses) table 1000", in: daemon.namespace)
        // The route of a pod that came just now may be the plugin's to make.
        var repairs: [String] = []
        let restored = "the route to \(up.addresses) of pods/up/pod0 was gone and is made anew"
        try await eventually("the other pod has its route again") {
            let report: ReconcileReport = try await call(daemon, .reconcile)
            repairs += report.repairs
            return repairs.contains(restored)
        }
        let problem = "the route to \(down.addresses) of pods/down/pod0 is gone and cannot be made anew: "
        #expect(repairs.contains { $0.hasPrefix(problem) }, "\(repairs)")
        #expect(daemon.log.contains(problem))
        let routes = try await shell("ip route show table 1000", in: daemon.namespace)
        #expect(routes.contains("\(up.addresses) dev \(up.hostInterface)"))
    }

    @Test func aPodKeepsTheMTUThatItHas() async throws {
        let daemon = try await DaemonProcess(settings: "podMTU: 1400")
        try await daemon.warm()
        let running = try await plugin(daemon, "running")
        let result = try await running.add()
        let row = try await pod("running", daemon)
        let index = "cat /sys/class/net/\(row.hostInterface)/ifindex"
        let before = try await shell(index, in: daemon.namespace)
        for settings in ["podMTU: 1300", ""] {
            try await reload(daemon, settings)
            let checked = try await running.run("CHECK", members: ["prevResult": result])
            #expect(checked.status == 0, "\(String(describing: checked.json))")
            #expect(try await running.add() == result)
            #expect(try await shell(index, in: daemon.namespace) == before)
        }
        let new = try await plugin(daemon, "new").add()
        #expect(new["interfaces"]?.arrayValue?.map { $0["mtu"] } == [9001, 9001])

        // What somebody changed at one end is no MTU to keep.
        _ = try await shell("ip link set \(row.hostInterface) mtu 1280", in: daemon.namespace)
        let checked = try await running.run("CHECK", members: ["prevResult": result])
        #expect(checked.status == 1)
        #expect(
            checked.json?["msg"]?.stringValue == "host interface \(row.hostInterface) has MTU 1280 and not 9001")
    }

    @Test func anotherIntervalHoldsAtOnce() async throws {
        let daemon = try await DaemonProcess(settings: "reconcileInterval: 1h")
        try await daemon.warm()
        try await reload(daemon, "reconcileInterval: 1s")
        // The reload itself reads once or twice.
        for _ in 0..<4 {
            _ = try await shell("ip rule delete priority 512", in: daemon.namespace)
            try await eventually("the rule is there again") {
                try await shell("ip rule", in: daemon.namespace).contains("512:")
            }
        }
    }

    @Test func thePacketFilterKnowsThePrefixesOfIPv6AsSoonAsTheyAreThere() async throws {
        let daemon = try await DaemonProcess(settings: "reconcileInterval: 1h\nipFamilies: [ipv4, ipv6]")
        try await daemon.ready()
        try await eventually("every ENI has a prefix of IPv6, and packets to the rest of it go no further") {
            let rows: [InterfaceRow] = try await call(daemon, .interfaces)
            let prefixes = rows.compactMap(\.ipv6Prefix)
            guard !prefixes.isEmpty, prefixes.count == rows.count else { return false }
            let filter = try await shell("nft list chain inet warmpool unused-addresses || true", in: daemon.namespace)
            return prefixes.allSatisfy { filter.contains($0.description) }
        }
    }
}
