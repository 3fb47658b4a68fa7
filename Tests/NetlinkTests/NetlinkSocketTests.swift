import Addressing
import Glibc
import NamespaceTesting
import Netlink
import Testing

@Suite struct NetlinkSocketTests {
    @Test func theKernelGoesOnAfterARequestThatItRefuses() async throws {
        try await withNamespaces(1) { namespaces in
            let socket = try namespaces[0].socket()
            let outcomes = try socket.send([
                .createVeth(VethPair(near: .init(name: "a"), peer: .init(name: "b"))),
                .changeLink(.name("nobody"), LinkChange(isUp: true)),
                .changeLink(.name("a"), LinkChange(isUp: true, alias: "first", group: 7, mtu: 1400)),
                .getLink(.name("a")),
            ])
            #expect(throws: Never.self) { try outcomes[0].get() }
            #expect { try outcomes[1].get() } throws: { ($0 as? NetlinkError)?.code == ENODEV }
            let link = try #require(try outcomes[3].get())
            #expect(link.name == "a")
            #expect(link.isUp)
            #expect(link.alias == "first")
            #expect(link.group == 7)
            #expect(link.mtu == 1400)
            #expect(link.kind == "veth")
        }
    }

    @Test func moreRequestsThanOneBatchAreAnsweredInTheirOrder() async throws {
        try await withNamespaces(1) { namespaces in
            let socket = try namespaces[0].socket()
            let addresses = (1...600).map {
                InterfaceAddress(.v4(IPv4Address(bits: 0x0a00_0000 + UInt32($0))), interface: 1)
            }
            var requests = addresses.map { Request.addAddress($0) }
            // Refused, because the address is there by then.
            requests[500] = requests[400]
            let outcomes = try socket.send(requests)
            #expect(outcomes.count == 600)
            #expect(outcomes.indices.filter { if case .failure = outcomes[$0] { true } else { false } } == [500])
            #expect(Set(try socket.addresses()) == Set(addresses).subtracting([addresses[500]]))
        }
    }

    @Test func anErrorTellsTheCommandAndTheKernelsReason() async throws {
        try await withNamespaces(1) { namespaces in
            let socket = try namespaces[0].socket()
            let route = Route(IPNetwork("10.0.0.0/8")!, interface: 1, gateway: IPAddress("192.0.2.1")!)
            let error = try #require(throws: NetlinkError.self) { try socket.perform(.addRoute(route)) }
            #expect(error.operation == "ip route add 10.0.0.0/8 via 192.0.2.1 index 1 scope universe table 254")
            #expect(error.kernelMessage?.isEmpty == false)
            #expect(error.description.contains("ip route add 10.0.0.0/8"))
            let rule = Rule(priority: 7, source: IPNetwork("2001:db8::7/128")!, table: 2)
            #expect(
                Request.deleteRule(rule).description == "ip -6 rule delete priority 7 from 2001:db8::7/128 lookup 2")
        }
    }

    @Test(arguments: ["", "sixteen-letters-"])
    func aNameThatNoInterfaceCanHaveIsRefusedAndNotCutOff(name: String) async throws {
        try await withNamespaces(1) { namespaces in
            let socket = try namespaces[0].socket()
            let pair = VethPair(near: .init(name: name), peer: .init(name: "b"))
            let error = try #require(throws: NetlinkError.self) { try socket.perform(.createVeth(pair)) }
            #expect(error.code == EINVAL)
            #expect(try socket.links().map(\.name) == ["lo"])
        }
    }

    @Test func aVethIsMadeWithItsPeerInPlaceInAnotherNamespace() async throws {
        try await withNamespaces(2) { namespaces in
            let (near, far) = (try namespaces[0].socket(), try namespaces[1].socket())
            let macs = (MACAddress("02:00:00:00:00:01")!, MACAddress("02:00:00:00:00:02")!)
            try near.perform(
                .createVeth(
                    VethPair(
                        near: .init(name: "host0", mac: macs.0, mtu: 9001, group: 4097),
                        peer: .init(name: "eth0", mac: macs.1, mtu: 9001), peerNamespace: namespaces[1].namespace)))
            let host = try #require(try near.link(.name("host0")))
            let pod = try #require(try far.link(.name("eth0")))
            #expect(host.mac == macs.0)
            #expect(host.mtu == 9001)
            #expect(host.group == 4097)
            #expect(pod.mac == macs.1)
            #expect(pod.mtu == 9001)
            #expect(pod.group == 0)
            #expect(host.peerIndex == pod.index)
            #expect(pod.peerIndex == host.index)
            #expect(try near.link(.name("eth0")) == nil)
        }
    }

    /// The same things in either family, as `ip` takes them.
    struct Family: CustomTestStringConvertible {
        var option: String
        var gateway: IPAddress
        var own: IPAddress
        var elsewhere: IPNetwork

        var testDescription: String { option }

        static let all = [
            Family(
                option: "-4", gateway: IPAddress("10.1.0.1")!, own: IPAddress("10.1.0.9")!,
                elsewhere: IPNetwork("10.9.0.0/16")!),
            Family(
                option: "-6", gateway: IPAddress("2001:db8:1::1")!, own: IPAddress("2001:db8:1::9")!,
                elsewhere: IPNetwork("2001:db8:9::/48")!),
        ]
    }

    /// A namespace with an interface that is up.
    ///
    /// - Returns: the socket and the interface's index.
    private func interface(in namespace: TestNamespace) throws -> (NetlinkSocket, Int) {
        let socket = try namespace.socket()
        try socket.perform(
            .createVeth(VethPair(near: .init(name: "a"), peer: .init(name: "b"))),
            .changeLink(.name("a"), LinkChange(isUp: true)))
        return (socket, try #require(try socket.link(.name("a"))).index)
    }

    @Test(arguments: Family.all)
    func routesRulesAndNeighboursAreReadAsTheyWereWritten(family: Family) async throws {
        try await withNamespaces(1) { namespaces in
            let (socket, index) = try interface(in: namespaces[0])
            let routes = [
                Route(defaultVia: family.gateway, interface: index, table: 10_101),
                Route(family.gateway.host, interface: index, table: 10_101),
            ]
            let rules = [
                Rule(priority: 512, source: family.own.everything, table: 1000),
                Rule(
                    priority: 1536, source: family.own.everything, mark: .init(0x200, mask: 0x3f00), table: 10_101),
                Rule(priority: 32765, source: family.own.host, table: 10_101),
            ]
            let neighbour = Neighbour(family.gateway, mac: MACAddress("02:00:00:00:00:09")!, interface: index)
            try socket.perform(.addRoute(routes[1]), .addRoute(routes[0]), .replaceNeighbour(neighbour))
            for rule in rules { try socket.perform(.addRule(rule)) }
            try namespaces[0]("ip \(family.option) rule add priority 600 iif a lookup 1000")
            try namespaces[0]("ip \(family.option) rule add priority 601 ipproto tcp dport 80 lookup 1000")
            try namespaces[0]("ip \(family.option) route add blackhole \(family.elsewhere) table 10101")

            #expect(Set(try socket.routes(table: 10_101)) == Set(routes))
            #expect(try socket.routes(table: 77) == [])
            #expect(try socket.rules().filter { $0.priority != 0 && $0.priority < 32766 } == rules)
            #expect(try socket.neighbours() == [neighbour])

            try socket.perform(.deleteRoute(routes[0]), .deleteRule(rules[1]))
            #expect(try socket.routes(table: 10_101) == [routes[1]])
            #expect(try socket.rules().contains(rules[1]) == false)
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: Family.all) func anAddressIsReadAsItWasWrittenAndUsableAtOnce(
        family: Family
    ) async throws {
        try await withNamespaces(1) { namespaces in
            let (socket, index) = try interface(in: namespaces[0])
            let length = family.own.host.prefixLength - 8
            let addresses = [
                InterfaceAddress(family.own, prefixLength: length, interface: index),
                InterfaceAddress(family.gateway, interface: index),
            ]
            try socket.perform(.addAddress(addresses[0]), .addAddress(addresses[1]))
            #expect(Set(try socket.addresses().filter { $0.interface == index }) == Set(addresses))
            #expect(try namespaces[0]("ip address show dev a tentative") == "")
            while try !Set([family.own, family.gateway]).isSubset(of: socket.localAddresses()) {
                try await Task.sleep(for: .milliseconds(1))
            }
            // The routes that the kernel keeps for the addresses are no one's.
            #expect(try socket.routes(table: Route.main) == [])

            try socket.perform(.deleteAddress(addresses[0]))
            #expect(try socket.addresses().filter { $0.interface == index } == [addresses[1]])
            #expect(try !socket.localAddresses().contains(family.own))
            let tooLong = InterfaceAddress(family.own, prefixLength: length + 9, interface: index)
            #expect(throws: NetlinkError.self) { try socket.perform(.addAddress(tooLong)) }
        }
    }

    @Test func twentyLinksAreDeletedTogether() async throws {
        try await withNamespaces(1) { namespaces in
            let socket = try namespaces[0].socket()
            let names = (0..<20).map { "pod\($0)" }
            for name in names + ["stays"] {
                try socket.perform(.createVeth(VethPair(near: .init(name: name), peer: .init(name: "x" + name))))
            }
            #expect(try socket.deleteLinks(names + ["gone-already"], trashGroup: 4096) == [:])
            #expect(Set(try socket.links().map(\.name)) == ["lo", "stays", "xstays"])
            #expect(try socket.deleteLinks(["gone-already"], trashGroup: 4096) == [:])
        }
    }
}

@Suite struct NetworkNamespaceTests {
    @Test func whatIsNoNamespaceIsRefused() {
        #expect { try NetworkNamespace(path: "/run/netns/none-of-this-name") } throws: {
            ($0 as? NetlinkError)?.code == ENOENT
        }
        for path in ["/etc/passwd", "/proc/self/ns/mnt"] {
            #expect { try NetworkNamespace(path: path) } throws: {
                ($0 as? NetlinkError)?.kernelMessage == "the file is not a network namespace"
            }
        }
    }

    @Test func workInsideANamespaceLeavesTheCallersThreadWhereItIs() async throws {
        try await withNamespaces(1) { namespaces in
            try namespaces[0]("ip link add only-here type veth peer name b")
            let inside = try namespaces[0].run { try NetlinkSocket().link(.name("only-here")) }
            #expect(inside != nil)
            #expect(try NetlinkSocket().link(.name("only-here")) == nil)
        }
    }
}

@Suite struct LinkMonitorTests {
    @Test func aDeletionIsAnnouncedWithTheLastStateOfTheLink() async throws {
        try await withNamespaces(1) { namespaces in
            let socket = try namespaces[0].socket()
            let monitor = try LinkMonitor(try namespaces[0].socket())
            #expect(try monitor.read() == [])
            let mac = MACAddress("02:00:00:00:00:05")!
            try socket.perform(.createVeth(VethPair(near: .init(name: "a", mac: mac), peer: .init(name: "b"))))
            let created = try #require(try socket.link(.name("a")))
            #expect(
                try monitor.read().contains {
                    if case .changed(let link) = $0 { link.index == created.index } else { false }
                })

            try socket.perform(.deleteLink(.name("a")))
            var waiting = pollfd(fd: monitor.descriptor, events: Int16(POLLIN), revents: 0)
            #expect(poll(&waiting, 1, 5_000) == 1)
            let gone = try monitor.read().compactMap { if case .deleted(let link) = $0 { link } else { nil } }
            #expect(gone.contains { $0.name == "a" && $0.index == created.index && $0.mac == mac })
        }
    }

    @Test func eventsThatTheKernelDroppedAreAnError() async throws {
        try await withNamespaces(1) { namespaces in
            let monitor = try LinkMonitor(try namespaces[0].socket())
            var tiny: Int32 = 4096
            setsockopt(monitor.descriptor, SOL_SOCKET, SO_RCVBUF, &tiny, 4)
            let socket = try namespaces[0].socket()
            for number in 0..<200 {
                try socket.perform(.changeLink(.name("lo"), LinkChange(mtu: 1000 + number)))
            }
            // Bounded, so that events that are never dropped fail the test instead of hanging it.
            #expect { for _ in 0..<1000 { _ = try monitor.read() } } throws: { ($0 as? NetlinkError)?.code == ENOBUFS }
        }
    }
}
