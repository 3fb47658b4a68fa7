import Addressing
import NamespaceTesting
import Netlink
import PodNetwork
import Testing

@Suite struct PodNetworkTests {
    @Test(arguments: IPFamilies.allCases)
    func packetsGoBetweenHostAndPodAndBetweenPods(families: IPFamilies) async throws {
        try await withNamespaces(3) { namespaces in
            let host = try Host(namespaces[0])
            let (first, second) = (PodSpec.sample("first", 10, families), PodSpec.sample("second", 11, families))
            #expect(try host.setUp(first, in: namespaces[1]) == .created)
            #expect(try host.setUp(second, in: namespaces[2]) == .created)

            #expect(namespaces[0].reaches(all: first.addresses))
            #expect(namespaces[1].reaches(all: Host.addresses(families)))
            #expect(namespaces[1].reaches(all: second.addresses))
            #expect(namespaces[2].reaches(all: first.addresses))
            #expect(try host.difference(first, in: namespaces[1]) == nil)

            let known = try host.network.pods(host: host.host.socket())
            #expect(known.map(\.addresses) == [first.addresses, second.addresses])
            #expect(known.map(\.attachment) == [first.attachment, second.attachment])
            #expect(known.map(\.group) == [4097, 4097])
        }
    }

    @Test(arguments: [IPFamilies.ipv6, .dualStack])
    func anIPv6AddressIsUsableAtOnce(families: IPFamilies) async throws {
        try await withNamespaces(2) { namespaces in
            let host = try Host(namespaces[0])
            let pod = PodSpec.sample("first", 10, families)
            _ = try host.setUp(pod, in: namespaces[1])
            #expect(namespaces[0].reaches(all: pod.addresses))
            // No address waits for a proof that nobody else has it.
            for namespace in namespaces {
                #expect(try namespace("ip -6 address show tentative") == "")
            }
        }
    }

    @Test func aNamespaceWithoutIPv6GetsItForAPodThatHasIt() async throws {
        try await withNamespaces(2) { namespaces in
            let host = try Host(namespaces[0])
            let pod = PodSpec.sample("first", 10, .dualStack)
            try namespaces[1]("sysctl -qw net.ipv6.conf.all.disable_ipv6=1")
            #expect(try host.setUp(pod, in: namespaces[1]) == .created)
            #expect(namespaces[0].reaches(all: pod.addresses))
            #expect(namespaces[1].reaches("::1"))
        }
    }

    @Test func onANodeWhoseNewInterfacesHaveNoIPv6APodHasItIfItNeedsIt() async throws {
        try await withNamespaces(3) { namespaces in
            let host = try Host(namespaces[0])
            try host.host("sysctl -qw net.ipv6.conf.default.disable_ipv6=1")
            let (both, ipv4) = (PodSpec.sample("both", 10, .dualStack), PodSpec.sample("ipv4", 11, .ipv4))
            #expect(try host.setUp(both, in: namespaces[1]) == .created)
            #expect(namespaces[0].reaches(all: both.addresses))
            _ = try host.setUp(ipv4, in: namespaces[2])
            let setting = "net.ipv6.conf.\(ipv4.attachment.hostInterface).disable_ipv6"
            #expect(try host.host("sysctl -n \(setting)") == "1\n")
        }
    }

    @Test(arguments: IPFamilies.allCases)
    func settingUpAgainFindsThePodAndChangesNothing(families: IPFamilies) async throws {
        try await withNamespaces(2) { namespaces in
            let host = try Host(namespaces[0])
            let pod = PodSpec.sample("c0ffee", 10, families)
            _ = try host.setUp(pod, in: namespaces[1])
            let before = try host.host.socket().links()
            #expect(try host.setUp(pod, in: namespaces[1]) == .existing)
            #expect(try host.host.socket().links() == before)
        }
    }

    @Test func aPodThatIsToHaveAnotherFamilyIsMadeAnew() async throws {
        try await withNamespaces(2) { namespaces in
            let host = try Host(namespaces[0])
            _ = try host.setUp(.sample("c0ffee", 10, .ipv4), in: namespaces[1])
            #expect(try host.setUp(.sample("c0ffee", 10, .dualStack), in: namespaces[1]) == .created)
            #expect(namespaces[0].reaches(all: .sample(10, .dualStack)))
        }
    }

    @Test func aHalfBuiltPodIsMadeAnew() async throws {
        try await withNamespaces(2) { namespaces in
            let host = try Host(namespaces[0])
            let pod = PodSpec.sample()
            let name = pod.attachment.hostInterface
            try host.host("ip link add \(name) type veth peer name eth0 netns \(namespaces[1].name)")
            #expect(try host.setUp(pod, in: namespaces[1]) == .created)
            #expect(namespaces[0].reaches(all: pod.addresses))
            #expect(try host.interfaces() == [name])
        }
    }

    @Test func theInterfaceOfAnEarlierNamespaceIsReplaced() async throws {
        try await withNamespaces(3) { namespaces in
            let host = try Host(namespaces[0])
            let pod = PodSpec.sample()
            _ = try host.setUp(pod, in: namespaces[1])
            #expect(try host.setUp(pod, in: namespaces[2]) == .created)
            #expect(namespaces[0].reaches(all: pod.addresses))
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

    @Test(arguments: IPFamilies.allCases)
    func thePodThatHeldTheAddressBeforeIsDisconnected(families: IPFamilies) async throws {
        try await withNamespaces(3) { namespaces in
            let host = try Host(namespaces[0])
            let (lost, new) = (PodSpec.sample("lost", 10, families), PodSpec.sample("new", 10, families))
            _ = try host.setUp(lost, in: namespaces[1])
            #expect(try host.setUp(new, in: namespaces[2]) == .created)
            #expect(try host.interfaces() == [new.attachment.hostInterface])
            #expect(try host.network.pods(host: host.host.socket()).map(\.attachment) == [new.attachment])
            #expect(namespaces[0].reaches(all: new.addresses))
        }
    }

    @Test func thePodsThatHeldTheAddressesOfBothFamiliesBeforeAreDisconnected() async throws {
        try await withNamespaces(4) { namespaces in
            let host = try Host(namespaces[0])
            let new = PodSpec.sample("new", 10, .dualStack)
            _ = try host.setUp(.sample("one", 10, .ipv4), in: namespaces[1])
            _ = try host.setUp(.sample("other", 10, .ipv6), in: namespaces[2])
            #expect(try host.setUp(new, in: namespaces[3]) == .created)
            #expect(try host.interfaces() == [new.attachment.hostInterface])
            #expect(namespaces[0].reaches(all: new.addresses))
        }
    }

    @Test(arguments: IPFamilies.allCases)
    func aStaleRouteByAForeignInterfaceIsReplacedAndTheInterfaceKept(families: IPFamilies) async throws {
        try await withNamespaces(2) { namespaces in
            let host = try Host(namespaces[0])
            let pod = PodSpec.sample("c0ffee", 10, families)
            try host.host("ip link add foreign type veth peer name x")
            try host.host("ip link set foreign up")
            for address in pod.addresses.all {
                try host.host("ip route add \(address.host) dev foreign table 1000")
            }
            _ = try host.setUp(pod, in: namespaces[1])
            #expect(try host.interfaces().contains("foreign"))
            #expect(namespaces[0].reaches(all: pod.addresses))
        }
    }

    @Test(arguments: [("-4", "169.254.1.1"), ("-6", "fe80::1")])
    func aFailureInsideThePodLeavesNothingBehind(family: String, gateway: String) async throws {
        try await withNamespaces(2) { namespaces in
            let host = try Host(namespaces[0])
            try namespaces[1]("ip link add uplink type veth peer name x")
            try namespaces[1]("ip link set uplink up")
            try namespaces[1]("ip \(family) route add default dev uplink")
            let error = try #require(throws: PodNetworkError.self) {
                try host.setUp(.sample("c0ffee", 10, .dualStack), in: namespaces[1])
            }
            guard case .kernel(let refusal) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(refusal.operation.hasPrefix("ip route add default via \(gateway)"))
            #expect(try host.interfaces() == [])
            #expect(try host.host.socket().routes(table: 1000) == [])
            #expect(try namespaces[1].socket().link(.name("eth0")) == nil)
        }
    }

    @Test(arguments: IPFamilies.allCases) func tearingDownLeavesNothingAndSucceedsTwice(families: IPFamilies)
        async throws
    {
        try await withNamespaces(2) { namespaces in
            let host = try Host(namespaces[0])
            let pod = PodSpec.sample("c0ffee", 10, families)
            let before = try host.state()
            _ = try host.setUp(pod, in: namespaces[1])
            try host.tearDown(pod)
            #expect(try host.state() == before)
            #expect(try namespaces[1].socket().link(.name("eth0")) == nil)
            try host.tearDown(pod)
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

    @Test(arguments: IPFamilies.allCases)
    func aPodWithoutARouteIsStillKnownAndGetsItBack(families: IPFamilies) async throws {
        try await withNamespaces(2) { namespaces in
            let host = try Host(namespaces[0])
            let pod = PodSpec.sample("c0ffee", 10, families)
            _ = try host.setUp(pod, in: namespaces[1])
            let socket = try host.host.socket()
            for address in pod.addresses.all {
                try host.host("ip route delete \(address.host) table 1000")
                let lost = try host.network.pods(host: socket)
                #expect(lost.map(\.attachment) == [pod.attachment])
                #expect(lost.map { $0.unrouted(of: pod.addresses) } == [[address]])
                #expect(lost.map(\.routed) == [pod.addresses.all.filter { $0 != address }])

                try host.network.restoreRoute(to: address, hostInterface: pod.attachment.hostInterface, host: socket)
                #expect(try host.difference(pod, in: namespaces[1]) == nil)
            }
            #expect(try host.network.pods(host: socket).map(\.addresses) == [pod.addresses])
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
