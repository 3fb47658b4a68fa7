import ControlProtocol
import Foundation
import Glibc
import LiveTesting
import Simulator
import Testing

/// What happens to a daemon while pods run and others have rules in the kernel.
enum DaemonEvent: CaseIterable, Sendable {
    case reconciliation, prefixes, externalSNAT, singleAddresses, oneFamily, bothFamilies, restart, death

    func happen(to node: SimulatedNode) async throws {
        switch self {
        case .reconciliation: try await node.reconcile()
        case .prefixes: try await node.reload(["prefixDelegation: true"], until: "IPv4 and IPv6, prefix delegation")
        case .externalSNAT:
            try await node.reload(["externalSNAT: true"], until: "IPv4 and IPv6, secondary addresses")
        case .singleAddresses: try await node.reload([], until: "IPv4 and IPv6, secondary addresses")
        case .oneFamily: try await node.reload(["ipFamilies: [ipv4]"], until: "IPv4, secondary addresses")
        case .bothFamilies: try await node.reload([], until: "IPv4 and IPv6, secondary addresses")
        case .restart:
            await node.daemon?.stop()
            try await node.startDaemon()
        case .death:
            await node.daemon?.kill()
            try await node.startDaemon()
        }
        try await node.waitUntilWarm()
    }
}

/// Rules, routes and interfaces of other programs on a node, some of them as like ours as can be.
struct OthersRules {
    let node: SimulatedNode

    func make() async throws {
        try await shell(
            """
            nft -f - <<'END'
            table inet theirs {
                set known { type ipv4_addr; elements = { 192.0.2.1, 192.0.2.7 }; }
                chain forward { type filter hook forward priority filter - 1; ip saddr @known counter drop; }
                chain routing { type filter hook prerouting priority dstnat + 10; meta mark 0x10000 counter; }
            }
            table ip6 theirs { chain output { type route hook output priority mangle; meta mark 0x10000 counter; }; }
            END
            for program in iptables-legacy ip6tables-legacy iptables-nft ip6tables-nft; do
                $program -t nat -N THEIRS
                $program -t nat -A POSTROUTING -m mark --mark 0x10000 -j THEIRS
                $program -t nat -A THEIRS -j MASQUERADE
                $program -N THEIRS
                $program -A FORWARD -m mark --mark 0x20000/0x20000 -j THEIRS
            done
            for family in -4 -6; do
                for priority in 100 512 1024 1536 32765; do
                    ip $family rule add priority $priority fwmark 0x10000/0xf0000 lookup 4242
                done
                ip $family route add unreachable default table 4242
            done
            ip link add br-theirs type bridge
            ip address add 172.31.0.1/24 dev br-theirs
            ip address add fd00:31::1/64 dev br-theirs nodad
            ip link set br-theirs up group 77
            """, in: node.netns)
    }

    /// All of it as it is now, without counters.
    func now() async throws -> String {
        try await shell(
            """
            nft -s list table inet theirs
            nft -s list table ip6 theirs
            for program in iptables-legacy ip6tables-legacy iptables-nft ip6tables-nft; do
                $program -t nat -S
                $program -S
            done
            for family in -4 -6; do
                ip $family rule | grep 4242
                ip $family route show table 4242
                ip $family -o address show dev br-theirs scope global
            done
            ip -details link show dev br-theirs | grep -o 'mtu.*group [^ ]*'
            """, in: node.netns)
    }
}

extension SimulatedNode {
    /// SIGHUP with other lines in the configuration, in the place of what was changed before.
    ///
    /// - Parameters:
    ///   - lines: for keys of the top level.
    ///   - mode: what the daemon must then say that pods get.
    fileprivate func reload(_ lines: [String], until mode: String) async throws {
        let original = configurationFile + ".original"
        if !FileManager.default.fileExists(atPath: original) {
            try FileManager.default.copyItem(atPath: configurationFile, toPath: original)
        }
        let keys = lines.compactMap { $0.split(separator: ":").first }
        let kept = try String(contentsOfFile: original, encoding: .utf8).split(separator: "\n")
            .filter { line in !keys.contains { line.hasPrefix("\($0):") } }
        let text = (lines + kept.map(String.init)).joined(separator: "\n") + "\n"
        try text.write(toFile: configurationFile, atomically: true, encoding: .utf8)
        let daemon = try #require(daemon)
        let before = readAgain
        Glibc.kill(daemon.pid, SIGHUP)
        try await eventually("the configuration was read again", holds: { readAgain > before })
        try await eventually("\(name) says '\(mode)'") {
            let overview: Overview = try await call(.overview)
            return overview.mode.joined(separator: ", ") == mode ? true : nil
        }
        try await reconcile()
    }

    /// How often the configuration was read again, by the daemon's log.
    private var readAgain: Int {
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        return text.components(separatedBy: "the configuration was read again").count
    }
}
