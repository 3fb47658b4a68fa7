import Addressing
import NamespaceTesting
import Netlink
import PodNetwork
import Testing

@Suite struct PodNetworkTests {
    @Test func packetsGoBetweenHostAndPodAndBetweenPods() async throws {
        try await withNamespaces(3) { namespaces in
            let host = try Host(namespaces[0])
            let (first, second) = (PodSpec.sample("first", "10.0.0.10"), PodSpec.sample("second", "10.0.0.11"))
            #expect(try host.setUp(first, in: namespaces[1]) == .created)
            #expect(try host.setUp(second, in: namespaces[2]) == .created)

            #expect(namespaces[0].reaches(first.address))
            #expect(namespaces[1].reaches("10.0.0.1"))
            #expect(namespaces[1].reaches(second.address))
            #expect(namespaces[2].reaches(first.address))
            #expect(try host.difference(first, in: namespaces[1]) == nil)

            let known = try host.network.pods(host: host.host.socket())
            #expect(known.map(\.address) == [first.address, second.address])
            #expect(known.map(\.attachment) == [first.attachment, second.attachment])
            #expect(known.map(\.group) == [4097, 4097])
        }
    }

    @Test func settingUpAgainFindsThePodAndChangesNothing() async throws {
        try await withNamespaces(2) { namespaces in
            let host = try Host(namespaces[0])
            _ = try host.setUp(.sample(), in: namespaces[1])
            let before = try host.host.socket().links()
            #expect(try host.setUp(.sample(), in: namespaces[1]) == .existing)
            #expect(try host.host.socket().links() == before)
        }
    }

    @Test func aHalfBuiltPodIsMadeAnew() async throws {
        try await withNamespaces(2) { namespaces in
            let host = try Host(namespaces[0])
            let pod = PodSpec.sample()
            let name = pod.attachment.hostInterface
            try host.host("ip link add \(name) type veth peer name eth0 netns \(namespaces[1].name)")
            #expect(try host.setUp(pod, in: namespaces[1]) == .created)
            #expect(namespaces[0].reaches(pod.address))
            #expect(try host.interfaces() == [name])
        }
    }

    @Test func theInterfaceOfAnEarlierNamespaceIsReplaced() async throws {
        try await withNamespaces(3) { namespaces in
            let host = try Host(namespaces[0])
            let pod = PodSpec.sample()
            _ = try host.setUp(pod, in: namespaces[1])
            #expect(try host.setUp(pod, in: namespaces[2]) == .created)
            #expect(namespaces[0].reaches(pod.address))
            #expect(try namespaces[1].socket().link(.name("eth0")) == nil)
        }
    }

    @Test func anInterfaceOfSomeoneElseInThePodIsLeftAlone() async throws {
        try await withNamespaces(2) { namespaces in
            let host = try Host(namespaces[0])
            try namespaces[1]("ip link add eth0 type veth peer name other")
            #expect(throws: PodNetworkError.interfaceTaken("eth0")) { try host.setUp(.sample(), in: namespaces[1]) }
            #expect(try host.interfaces() == [])
            #expect(try namespaces[1].socket().link(.name("eth0")) != nil)
        }
    }

    @Test func aHostInterfaceOfAnotherAttachmentIsNeverTaken() async throws {
        try await withNamespaces(2) { namespaces in
            let host = try Host(namespaces[0])
            let name = PodSpec.sample().attachment.hostInterface
            try host.host("ip link add \(name) type veth peer name x")
            try host.host("ip link set \(name) alias warmpool/somebody/eth0")
            let expected = PodNetworkError.nameCollision(hostInterface: name, holder: "warmpool/somebody/eth0")
            #expect(throws: expected) { try host.setUp(.sample(), in: namespaces[1]) }
            #expect(Set(try host.interfaces()) == [name, "x"])
        }
    }

    @Test func thePodThatHeldTheAddressBeforeIsDisconnected() async throws {
        try await withNamespaces(3) { namespaces in
            let host = try Host(namespaces[0])
            let (lost, new) = (PodSpec.sample("lost"), PodSpec.sample("new"))
            _ = try host.setUp(lost, in: namespaces[1])
            #expect(try host.setUp(new, in: namespaces[2]) == .created)
            #expect(try host.interfaces() == [new.attachment.hostInterface])
            #expect(try host.network.pods(host: host.host.socket()).map(\.attachment) == [new.attachment])
            #expect(namespaces[0].reaches(new.address))
        }
    }

    @Test func aStaleRouteByAForeignInterfaceIsReplacedAndTheInterfaceKept() async throws {
        try await withNamespaces(2) { namespaces in
            let host = try Host(namespaces[0])
            try host.host("ip link add foreign type veth peer name x")
            try host.host("ip link set foreign up")
            try host.host("ip route add 10.0.0.10/32 dev foreign table 1000")
            _ = try host.setUp(.sample(), in: namespaces[1])
            #expect(try host.interfaces().contains("foreign"))
            #expect(namespaces[0].reaches("10.0.0.10"))
        }
    }

    @Test func aFailureInsideThePodLeavesNothingBehind() async throws {
        try await withNamespaces(2) { namespaces in
            let host = try Host(namespaces[0])
            try namespaces[1]("ip link add uplink type veth peer name x")
            try namespaces[1]("ip link set uplink up")
            try namespaces[1]("ip route add default dev uplink")
            let error = try #require(throws: PodNetworkError.self) { try host.setUp(.sample(), in: namespaces[1]) }
            guard case .kernel(let refusal) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(refusal.operation.hasPrefix("ip route add default via 169.254.1.1"))
            #expect(try host.interfaces() == [])
            #expect(try host.host.socket().routes(table: 1000) == [])
            #expect(try namespaces[1].socket().link(.name("eth0")) == nil)
        }
    }

    @Test func tearingDownLeavesNothingAndSucceedsTwice() async throws {
        try await withNamespaces(2) { namespaces in
            let host = try Host(namespaces[0])
            _ = try host.setUp(.sample(), in: namespaces[1])
            try host.tearDown(.sample())
            #expect(try host.interfaces() == [])
            #expect(try host.host.socket().routes(table: 1000) == [])
            #expect(try namespaces[1].socket().link(.name("eth0")) == nil)
            try host.tearDown(.sample())
        }
    }

    @Test func theInterfaceOfAnotherAttachmentWithTheSameNameIsSpared() async throws {
        try await withNamespaces(2) { namespaces in
            let host = try Host(namespaces[0])
            let pod = PodSpec.sample()
            _ = try host.setUp(pod, in: namespaces[1])
            try host.host("ip link set \(pod.attachment.hostInterface) alias warmpool/another/eth0")
            try host.tearDown(pod)
            #expect(try host.interfaces() == [pod.attachment.hostInterface])
        }
    }

    @Test func aPodWithoutItsRouteIsStillKnownAndGetsItBack() async throws {
        try await withNamespaces(2) { namespaces in
            let host = try Host(namespaces[0])
            let pod = PodSpec.sample()
            _ = try host.setUp(pod, in: namespaces[1])
            let socket = try host.host.socket()
            try host.host("ip route delete \(pod.address) table 1000")
            let lost = try host.network.pods(host: socket)
            #expect(lost.map(\.attachment) == [pod.attachment] && lost.map(\.address) == [nil])

            try host.network.restoreRoute(
                to: pod.address, hostInterface: pod.attachment.hostInterface, host: socket)
            #expect(try host.difference(pod, in: namespaces[1]) == nil)
            #expect(try host.network.pods(host: socket).map(\.address) == [pod.address])
        }
    }

    @Test func aRequestedHardwareAddressIsUsed() async throws {
        try await withNamespaces(2) { namespaces in
            let host = try Host(namespaces[0])
            var pod = PodSpec.sample()
            pod.mac = MACAddress("0a:58:00:00:00:07")!
            _ = try host.setUp(pod, in: namespaces[1])
            #expect(try namespaces[1].socket().link(.name("eth0"))?.mac == pod.mac)
            #expect(try host.difference(pod, in: namespaces[1]) == nil)
        }
    }
}

@Suite struct PodNetworkCheckTests {
    /// A command that breaks one item, run on the host or in the pod, and what the check says then. HOST stands for the
    /// host end's name.
    struct Damage: CustomTestStringConvertible {
        var onHost: Bool
        var command: String
        var difference: String

        var testDescription: String { command }

        static let all = [
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
                difference: "the host's route is '10.0.0.10/32 index 1"),
        ]
    }

    @Test(arguments: Damage.all) func theFirstDifferenceIsNamed(damage: Damage) async throws {
        try await withNamespaces(2) { namespaces in
            let host = try Host(namespaces[0])
            let pod = PodSpec.sample()
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
