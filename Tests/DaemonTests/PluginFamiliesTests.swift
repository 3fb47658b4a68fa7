import Addressing
import ControlProtocol
import Foundation
import Glibc
import JSON
import PodNetwork
import Testing
import Timekeeping

/// The program `warmpool-cni` with pods of either family, in real namespaces; the daemon grants what a test says.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PluginFamiliesTests {
    private let directory: TestDirectory
    private let node: NodeNamespace
    private let pod: NodeNamespace

    static let ipv4 = PodAddresses.ipv4(IPv4Address(bits: 0x0a00_0007))
    static let ipv6 = PodAddresses.ipv6(IPv6Address(bits: 0x2001_0db8 << 96 | 7))
    static let both = PodAddresses.dualStack(
        IPv4Address(bits: 0x0a00_0007), IPv6Address(bits: 0x2001_0db8 << 96 | 0x0a00_0007))

    init() async throws {
        directory = try TestDirectory()
        node = try await NodeNamespace()
        pod = try await NodeNamespace()
    }

    private func grant(_ addresses: PodAddresses) throws -> PodAddress {
        var namespace = stat()
        try #require(stat("/run/netns/\(node.name)", &namespace) == 0)
        let layout = NetworkLayout()
        return PodAddress(
            addresses: addresses, gateway: layout.gateway, gatewayIPv6: layout.gatewayIPv6, podTable: layout.podTable,
            interfaceGroup: 4097, mtu: 9001, eniMTU: 9001, isRepeat: false, hostNamespace: UInt64(namespace.st_ino),
            usableUntil: BootClock.now + .seconds(3600))
    }

    /// What the plugin answers when the daemon grants these addresses.
    private func answer(
        _ command: String, _ addresses: PodAddresses, version: String = "1.1.0", members: JSONObject = [:]
    ) async throws -> (status: Int32, json: JSONValue?, requests: [Request]) {
        let daemon = try CannedDaemon(at: directory.path("w.sock"), answering: grant(addresses))
        let plugin = PluginProcess(node: node, pod: pod, socket: daemon.socket)
        let (status, json) = try await plugin.run(command, version: version, members: members)
        return (status, json, daemon.requests)
    }

    private func shell(_ line: String, in namespace: NodeNamespace) async throws -> String {
        let ending = try await run(["ip", "netns", "exec", namespace.name, "sh", "-c", line])
        try #require(ending.status == 0, "\(line): \(ending.errors)")
        return ending.output
    }

    @Test(arguments: ["0.3.1", "0.4.0", "1.0.0", "1.1.0"])
    func aPodGetsBothFamiliesAndSoSaysTheResult(version: String) async throws {
        let added = try await answer("ADD", PluginFamiliesTests.both, version: version)
        #expect(added.status == 0, "\(String(describing: added.json))")
        var ips: [JSONObject] = [
            ["address": "10.0.0.7/32", "gateway": "169.254.1.1", "interface": 1],
            ["address": "2001:db8::a00:7/128", "gateway": "fe80::1", "interface": 1],
        ]
        if version < "1.0.0" {
            ips[0]["version"] = "4"
            ips[1]["version"] = "6"
        }
        #expect(added.json?["ips"] == .array(ips.map(JSONValue.object)))
        #expect(
            added.json?["routes"] == [["dst": "0.0.0.0/0", "gw": "169.254.1.1"], ["dst": "::/0", "gw": "fe80::1"]])
        let inside = try await shell("ip -4 -o addr show pod0; ip -6 -o addr show pod0 scope global", in: pod)
        #expect(inside.contains("10.0.0.7/32") && inside.contains("2001:db8::a00:7/128"))
        #expect(try await shell("ip -6 route show default", in: pod).hasPrefix("default via fe80::1 dev pod0"))
        #expect(try await shell("ip -6 route show table 1000", in: node).hasPrefix("2001:db8::a00:7 dev wp"))
        #expect(try await shell("ip -4 route show table 1000", in: node).hasPrefix("10.0.0.7 dev wp"))
    }

    @Test(arguments: [both, ipv4, ipv6])
    func checkComparesTheAddressesOfEveryFamily(_ addresses: PodAddresses) async throws {
        let added = try await answer("ADD", addresses)
        let result = try #require(added.json)
        #expect(try await answer("CHECK", addresses, members: ["prevResult": result]).status == 0)
        // The record of the daemon has other addresses than the result.
        let others = [PluginFamiliesTests.both, PluginFamiliesTests.ipv4, PluginFamiliesTests.ipv6]
        for other in others where other != addresses {
            let checked = try await answer("CHECK", other, members: ["prevResult": result])
            #expect(checked.json?["code"] == 104)
            let words = "prevResult gives pod0 the address\(addresses.all.count == 1 ? "" : "es") \(addresses), "
            #expect(checked.json?["msg"]?.stringValue == words + "the daemon's record \(other)")
        }
        // The kernel lacks what the result and the record have.
        let family = addresses.ipv6 == nil ? "-4" : "-6"
        _ = try await shell("ip \(family) addr flush dev pod0 scope global", in: pod)
        let broken = try await answer("CHECK", addresses, members: ["prevResult": result])
        #expect(broken.json?["code"] == 104)
    }

    @Test func whatIsRequestedOfEitherFamilyReachesTheDaemon() async throws {
        let members: JSONObject = ["runtimeConfig": ["ips": ["2001:db8::a00:7/80", "10.0.0.7"]]]
        let added = try await answer("ADD", PluginFamiliesTests.both, members: members)
        guard case .add(let command) = added.requests.first?.command else {
            Issue.record("the daemon was asked for something else: \(added.requests)")
            return
        }
        #expect(command.requested == PluginFamiliesTests.both)
    }

    @Test(arguments: [
        (both, 9002, "mtu: 9002 is more than the ENI's 9001"),
        (ipv6, 1279, "mtu: 1279 is less than the 1280 that IPv6 needs"),
        (both, 1279, "mtu: 1279 is less than the 1280 that IPv6 needs"),
    ])
    func anMTUThatDoesNotFitIsRefusedAndTheAddressGivenBack(
        _ addresses: PodAddresses, _ mtu: Int64, _ message: String
    ) async throws {
        let refused = try await answer("ADD", addresses, members: ["mtu": .integer(mtu)])
        #expect(refused.status == 1)
        #expect(refused.json?["code"] == 7)
        #expect(refused.json?["msg"]?.stringValue == message)
        #expect(refused.requests.map(\.command.name) == ["add", "delete"])
        #expect(try await !shell("ip -o link", in: pod).contains("pod0"))
    }

    @Test(arguments: [(ipv4, 576), (ipv4, 9001), (both, 1280)] as [(PodAddresses, Int64)])
    func anMTUThatFitsIsThatOfThePod(_ addresses: PodAddresses, _ mtu: Int64) async throws {
        let added = try await answer("ADD", addresses, members: ["mtu": .integer(mtu)])
        #expect(added.status == 0, "\(String(describing: added.json))")
        #expect(try await shell("cat /sys/class/net/pod0/mtu", in: pod) == "\(mtu)\n")
    }
}
