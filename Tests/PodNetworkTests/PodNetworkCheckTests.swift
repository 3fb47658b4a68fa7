import Addressing
import NamespaceTesting
import Netlink
import PodNetwork
import Testing

@Suite struct PodNetworkCheckTests {
    /// A command that breaks one item, run on the host or in the pod, and what the check says then. HOST stands for the
    /// host end's name.
    struct Damage: CustomTestStringConvertible {
        var families = IPFamilies.ipv4
        var onHost: Bool
        var command: String
        var difference: String

        var testDescription: String { command }

        static let all = links + ipv4 + ipv6

        private static let links = [
            Damage(onHost: true, command: "ip link delete HOST", difference: "host interface HOST is missing"),
            Damage(
                onHost: false, command: "ip link set eth0 down name eth9",
                difference: "interface eth0 is missing in the pod"),
            Damage(onHost: true, command: "ip link set HOST alias x", difference: "host interface HOST has alias x"),
            Damage(onHost: true, command: "ip link set HOST group 5", difference: "host interface HOST has group 5"),
            Damage(onHost: true, command: "ip link set HOST mtu 1500", difference: "host interface HOST has MTU 1500"),
            Damage(
                onHost: true, command: "ip link set HOST address 02:00:00:00:00:01",
                difference: "host interface HOST has hardware address 02:00:00:00:00:01"),
            Damage(onHost: true, command: "ip link set HOST down", difference: "host interface HOST is down"),
            Damage(
                onHost: true, command: "sysctl -qw net.ipv6.conf.HOST.accept_ra=1",
                difference: "host interface HOST has accept_ra 1"),
            Damage(
                onHost: false, command: "ip link set eth0 mtu 1500",
                difference: "interface eth0 in the pod has MTU 1500"),
            Damage(
                onHost: false, command: "ip link set eth0 address 02:00:00:00:00:01",
                difference: "interface eth0 in the pod has hardware address 02:00:00:00:00:01"),
            Damage(onHost: false, command: "ip link set eth0 down", difference: "interface eth0 in the pod is down"),
            Damage(onHost: false, command: "ip link set lo down", difference: "interface lo in the pod is down"),
        ]

        private static let ipv4 = [
            Damage(
                onHost: false, command: "ip address delete 10.0.0.10/32 dev eth0",
                difference: "address 10.0.0.10/32 is missing on eth0 in the pod"),
            Damage(
                onHost: false, command: "ip neighbour delete 169.254.1.1 dev eth0",
                difference: "the permanent neighbour 169.254.1.1"),
            Damage(
                onHost: false, command: "ip route delete 169.254.1.1 dev eth0", difference: "the route '169.254.1.1/32"),
            Damage(onHost: false, command: "ip route delete default", difference: "the route 'default via 169.254.1.1"),
            Damage(
                onHost: true, command: "ip route delete 10.0.0.10 table 1000", difference: "the route '10.0.0.10/32"),
            Damage(
                onHost: true, command: "ip route replace 10.0.0.10 dev lo table 1000 scope link",
                difference: "the route on the host is '10.0.0.10/32 index 1"),
        ]

        private static let ipv6 = [
            Damage(
                families: .dualStack, onHost: false, command: "ip address delete 2001:db8::a/128 dev eth0",
                difference: "address 2001:db8::a/128 is missing on eth0 in the pod"),
            Damage(
                families: .ipv6, onHost: false, command: "ip -6 address flush dev eth0 scope link",
                difference: "address fe80::4cda:66ff:fe84:494c/64 is missing on eth0 in the pod"),
            Damage(
                families: .ipv6, onHost: false, command: "ip neighbour delete fe80::1 dev eth0",
                difference: "the permanent neighbour fe80::1"),
            Damage(
                families: .ipv6, onHost: false, command: "ip route delete fe80::1 dev eth0",
                difference: "the route 'fe80::1/128"),
            Damage(
                families: .dualStack, onHost: false, command: "ip -6 route delete default",
                difference: "the route 'default via fe80::1"),
            Damage(
                families: .dualStack, onHost: false, command: "ip -6 route replace default dev lo",
                difference: "the route in the pod is 'default index 1"),
            Damage(
                families: .ipv6, onHost: true, command: "ip -6 address flush dev HOST",
                difference: "address fe80::80a9:f7ff:fee0:1786/64 is missing on HOST on the host"),
            Damage(
                families: .dualStack, onHost: true, command: "ip route delete 2001:db8::a table 1000",
                difference: "the route '2001:db8::a/128"),
            Damage(
                families: .dualStack, onHost: true, command: "ip route replace 2001:db8::a dev lo table 1000",
                difference: "the route on the host is '2001:db8::a/128 index 1"),
        ]
    }

    @Test(arguments: Damage.all) func theFirstDifferenceIsNamed(damage: Damage) async throws {
        try await withNamespaces(2) { namespaces in
            let host = try Host(namespaces[0])
            let pod = PodSpec.sample("c0ffee", 10, damage.families)
            _ = try host.setUp(pod, in: namespaces[1])
            #expect(try host.difference(pod, in: namespaces[1]) == nil)

            func named(_ text: String) -> String {
                let parts = text.split(separator: "HOST", omittingEmptySubsequences: false)
                return parts.joined(separator: pod.attachment.hostInterface)
            }
            try namespaces[damage.onHost ? 0 : 1](named(damage.command))
            let difference = try #require(try host.difference(pod, in: namespaces[1]))
            #expect(difference.hasPrefix(named(damage.difference)), "\(difference)")
        }
    }

    @Test func theOtherEndInAnotherNamespaceIsADifference() async throws {
        try await withNamespaces(3) { namespaces in
            let host = try Host(namespaces[0])
            _ = try host.setUp(.sample(), in: namespaces[1])
            try namespaces[2]("ip link add dummy0 type veth peer name dummy1")
            try namespaces[2]("ip link add eth0 type veth peer name x")
            let difference = try #require(try host.difference(.sample(), in: namespaces[2]))
            #expect(difference.hasPrefix("interface eth0 in the pod is not the other end of host interface"))
        }
    }
}
