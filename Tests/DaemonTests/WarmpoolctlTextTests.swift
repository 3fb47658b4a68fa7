import Addressing
import ControlProtocol
import Foundation
import Testing

/// What `warmpoolctl` makes of answers that only some nodes give: prefixes, both families, custom networking.
@Suite(.timeLimit(.minutes(5))) struct WarmpoolctlTextTests {
    private let directory: TestDirectory

    init() throws {
        directory = try TestDirectory()
    }

    /// The lines that a subcommand prints, where the daemon answers like this.
    private func lines(_ arguments: String..., answer: some Encodable) async throws -> [String] {
        let daemon = try CannedDaemon(at: directory.path("w.sock"), answering: answer)
        defer { withExtendedLifetime(daemon) {} }
        let ending = try await run("warmpoolctl", arguments + ["--socket", daemon.socket])
        #expect(ending.status == 0, "\(ending.errors)")
        return ending.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    private func rows() throws -> [InterfaceRow] {
        let states = [
            ("10.0.0.16", "assigned"), ("10.0.0.17", "free"), ("10.0.0.18", "cooling"),
            ("2001:db8:0:1:7::1", "cooling"), ("2001:db8:0:1:7::2", "cooling"),
        ]
        return try [
            InterfaceRow(
                id: "eni-1", deviceIndex: 0, isPrimary: true, servesPods: false, phase: "ready",
                mac: #require(MACAddress("02:00:00:00:00:01")), subnet: "subnet-a",
                primaryAddress: #require(IPv4Address("10.0.0.5")), routingTable: 1, prefixes: [], ipv6Prefix: nil,
                ipv6Pods: 0, addresses: []),
            InterfaceRow(
                id: "eni-2", deviceIndex: 1, isPrimary: false, servesPods: true, phase: "ready",
                mac: #require(MACAddress("02:00:00:00:00:02")), subnet: "subnet-b",
                primaryAddress: #require(IPv4Address("10.0.0.9")), routingTable: 2,
                prefixes: [
                    .init(prefix: #require(IPv4Network("10.0.0.16/28")), assigned: 1, cooling: 1, free: 1),
                    .init(prefix: #require(IPv4Network("10.0.0.32/28")), assigned: 0, cooling: 0, free: 16),
                ],
                ipv6Prefix: #require(IPv6Network("2001:db8:0:1:7::/80")), ipv6Pods: 3,
                addresses: states.map { address, state in
                    .init(address: try #require(IPAddress(address)), state: state, attachment: nil, coolingSeconds: nil)
                }),
        ]
    }

    @Test func everyPrefixHasALine() async throws {
        let first = "eni-1  0 (primary)  ready, not for pods  10.0.0.5         subnet-a  02:00:00:00:00:01  1      "
        let second = "eni-2  1            ready                10.0.0.9         subnet-b  02:00:00:00:00:02  2      "
        let expected = [
            "ENI    DEVICE       STATE                PRIMARY ADDRESS  SUBNET    MAC                TABLE  "
                + "IN USE  FREE  COOLING",
            first + "0       0     0", second + "1       1     3",
            "",
            "PREFIX               ENI    IN USE  FREE  COOLING",
            "10.0.0.16/28         eni-2  1       1     1",
            "10.0.0.32/28         eni-2  0       16    0",
            "2001:db8:0:1:7::/80  eni-2  3       -     2",
        ]
        #expect(try await lines("enis", answer: rows()) == expected)
    }

    @Test func aPodHasBothItsAddresses() async throws {
        let row = try PodRow(
            namespace: "shop", name: "web-0", uid: "u", network: "n", containerID: "c1", ifname: "eth0",
            addresses: #require(
                PodAddresses(ipv4: IPv4Address("10.0.0.16"), ipv6: IPv6Address("2001:db8:0:1:7:0:a00:10"))),
            eni: "eni-2", hostInterface: "wp1", netns: "/run/netns/x", ageSeconds: 5)
        let expected = [
            "NAMESPACE  POD    ADDRESSES                           ENI    CONTAINER  INTERFACE  HOST INTERFACE  AGE",
            "shop       web-0  10.0.0.16, 2001:db8:0:1:7:0:a00:10  eni-2  c1         eth0       wp1             5 s",
        ]
        #expect(try await lines("pods", answer: [row]) == expected)
    }

    private func overview(limit: Int?, prefixes: Overview.Prefixes?, notes: [String]) -> Overview {
        Overview(
            version: "1", pid: 7, uptimeSeconds: 5, instanceID: "i-1", instanceType: "m5.large", zone: "z",
            provider: "ec2", calls: .init(breaker: "closed", breakerOpenSeconds: nil, slowed: []),
            target: "1 warm prefix", mode: ["IPv4 and IPv6", "prefix delegation"], isReady: true, enis: 2, eniLimit: 3,
            addresses: .init(total: 32, assigned: 1, free: 30, cooling: 1, incoming: 0, limit: limit),
            prefixes: prefixes, pods: 1, waiting: 0, lastReconcileSeconds: 3, repairs: 0, obstacle: nil,
            growthObstacle: nil, notes: notes)
    }

    @Test func theStatusHasModePrefixesAndNotes() async throws {
        let notes = ["subnet-b has no /28 left: single addresses are used", "eni-3 is drained"]
        let found = try await lines(
            "status",
            answer: overview(limit: 288, prefixes: .init(total: 4, free: 1, partlyUsed: 2), notes: notes))
        #expect(found.contains("mode       IPv4 and IPv6, prefix delegation"))
        #expect(found.contains("addresses  32 of 288: 1 in use, 30 free, 1 cooling, 0 on the way"))
        #expect(found.contains("prefixes   4: 1 free, 2 partly used, 1 full"))
        #expect(found.suffix(2) == notes.map { "note       \($0)" })
    }

    @Test func whatANodeDoesNotHaveIsNotInItsStatus() async throws {
        let found = try await lines("status", answer: overview(limit: nil, prefixes: nil, notes: []))
        #expect(found.contains("addresses  32: 1 in use, 30 free, 1 cooling, 0 on the way"))
        #expect(!found.contains { $0.hasPrefix("prefixes") || $0.hasPrefix("note") })
    }

    private func report(
        perENI: Int?, addresses: Int?, cap: Int?, kubelet: Int, reserved: Int = 0, isConfigured: Bool = false
    ) -> MaxPodsReport {
        MaxPodsReport(
            instanceType: "m5.large", mode: ["IPv4", "prefix delegation"], enis: 3, ipv4PerENI: 10,
            podAddressesPerENI: perENI, reservedENIs: reserved, eniLimit: 3 - reserved, podAddresses: addresses,
            recommendedCap: cap, kubeletMaxPods: kubelet, isConfigured: isConfigured)
    }

    @Test func maxPodsSaysWhereTheNumberComesFrom() async throws {
        #expect(
            try await lines(
                "max-pods", answer: report(perENI: 144, addresses: 288, cap: 110, kubelet: 110, reserved: 1))
                == [
                    "instance type       m5.large",
                    "mode                IPv4, prefix delegation",
                    "ENIs                3, 2 of them for pods, 1 left to others",
                    "addresses per ENI   144 for pods",
                    "pod addresses       288",
                    "recommended         at most 110 pods, for the instance's vCPUs",
                    "kubelet --max-pods  110 (what is recommended)",
                ])
        let classic = try await lines("max-pods", answer: report(perENI: 9, addresses: 27, cap: nil, kubelet: 29))
        #expect(classic.last == "kubelet --max-pods  29 (with two host-network pods)")
        #expect(!classic.contains { $0.hasPrefix("recommended") })
        let endless = try await lines(
            "max-pods", answer: report(perENI: nil, addresses: nil, cap: 250, kubelet: 40, isConfigured: true))
        #expect(endless.contains("pod addresses       as many as are wanted"))
        #expect(endless.last == "kubelet --max-pods  40 (maxPods of the configuration)")
    }
}
