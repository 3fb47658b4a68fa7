import LiveTesting
import Simulator
import Testing

extension PluginTests {
    /// Pods with addresses of both families, out of prefixes.
    @Suite(
        .serialized,
        .liveFabric(
            "m5.large", pods: PodNetworking(families: .dualStack, prefixDelegation: true),
            settings: ["cooldown": "200ms"]))
    struct BothFamilies {
        @Test(arguments: [
            Checks.Damage(
                .pod, "ip address delete ADDRESS/32 dev eth0", "address ADDRESS/32 is missing on eth0 in the pod"),
            Checks.Damage(
                .pod, "ip address delete IPV6/128 dev eth0", "address IPV6/128 is missing on eth0 in the pod"),
            Checks.Damage(.pod, "ip -6 address flush dev eth0 scope link", "/64 is missing on eth0 in the pod"),
            Checks.Damage(.pod, "sysctl -q net.ipv6.conf.eth0.disable_ipv6=1", "is missing on eth0 in the pod"),
            Checks.Damage(.pod, "ip -6 route delete default", "the route 'default via fe80::1"),
            Checks.Damage(.pod, "ip -6 route delete fe80::1", "the route 'fe80::1"),
            Checks.Damage(.pod, "ip neighbour delete fe80::1 dev eth0", "the permanent neighbour fe80::1 at "),
            Checks.Damage(
                .pod, "ip neighbour replace fe80::1 nud stale dev eth0", "the permanent neighbour fe80::1 at "),
            Checks.Damage(.host, "ip -6 address flush dev HOST scope link", "/64 is missing on HOST on the host"),
            Checks.Damage(.host, "ip -6 route delete IPV6 table 1000", "the route 'IPV6/128 index "),
            Checks.Damage(
                .host, "ip -6 route replace IPV6 dev lo table 1000", "the route on the host is 'IPV6/128 index 1"),
        ])
        func checkNamesTheDifference(_ damage: Checks.Damage) async throws {
            try await Checks().namesTheDifference(damage)
        }

        @Test func halfOfThePodsAreGone() async throws {
            try await Garbage().halfOfThePodsAreGone(key: "cni.dev/valid-attachments")
        }

        @Test(arguments: [false, true]) func aNewDaemonKnowsThePods(isKilled: Bool) async throws {
            let pod = try await Sandbox.make("known-\(isKilled)", on: node)
            let result = try await pod.add()
            #expect(result.podAddresses?.families == .dualStack)
            if isKilled { try await node.daemon?.kill() } else { try await node.daemon?.stop() }
            try await node.startDaemon()
            try await node.waitUntilWarm()
            #expect(try await pod.add() == result)
            let check = try await pod.run(.check, members: ["prevResult": result])
            #expect(check.isSuccess, "\(check)")
            try await pod.delete()
            try await node.settles(on: [])
        }
    }
}
