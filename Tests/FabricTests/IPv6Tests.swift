import Addressing
import Netlink
import Testing

@testable import Fabric

@Suite struct IPv6Tests {
    @Test func thePrimaryAddressesOfTwoNodesReachEachOther() async throws {
        try await withFabric { fabric in
            try fabric.follow([primary(1)], node: 0)
            try fabric.follow([primary(2)], node: 1)
            #expect(reaches("2001:db8:7:1::20", from: fabric.nodes[0]))
            #expect(reaches("2001:db8:7:1::10", from: fabric.nodes[1]))
            #expect(reaches("2001:db8:7:1::1", from: fabric.nodes[1]), "the subnet's gateway answers")
        }
    }

    @Test func thePrimaryInterfaceIsConfiguredAndOthersAreNot() async throws {
        try await withFabric { fabric in
            try fabric.follow([primary(1), secondary], node: 0)
            let node = fabric.nodes[0]
            let addresses = try inside(node, "ip -6 -o address show dev eth0 scope global")
            #expect(addresses.contains("2001:db8:7:1::10/128") && !addresses.contains("tentative"))
            #expect(try inside(node, "ip -6 route show default").hasPrefix("default via 2001:db8:7:1::1 dev eth0 "))
            #expect(try inside(node, "ip -6 -o address show dev eth1") == "")
            #expect(try inside(node, "ip -6 route show dev eth1") == "")
        }
    }

    @Test func aSubnetWithoutIPv6HasNone() async throws {
        try await withFabric(nodes: 1) { fabric in
            var eni = primary(1)
            eni.ipv6Subnet = nil
            eni.ipv6Address = nil
            try fabric.follow([eni], node: 0)
            #expect(try inside(fabric.nodes[0], "ip -6 -o address show dev eth0 scope global") == "")
            #expect(try inside(fabric.nodes[0], "ip -6 route show default") == "")
            #expect(reaches("10.7.1.1", from: fabric.nodes[0]))
        }
    }

    @Test func anAddressOfAPrefixIsReachableOnlyWhileThePrefixIsAssigned() async throws {
        try await withFabric { fabric in
            try fabric.follow([primary(2)], node: 1)
            try fabric.follow([primary(1)], node: 0)
            let (prefix, pod) = ("2001:db8:7:1:5::/80", "2001:db8:7:1:5::a07:11e")
            try inside(fabric.nodes[0], "ip -6 address add \(pod)/128 dev lo")
            #expect(!reaches(pod, from: fabric.nodes[1], seconds: 1))
            try fabric.follow([primary(1, ipv6Prefixes: [prefix])], node: 0)
            #expect(reaches(pod, from: fabric.nodes[1]))
            #expect(reaches(pod, from: fabric.outside))
            try fabric.follow([primary(1)], node: 0)
            #expect(!reaches(pod, from: fabric.nodes[1], seconds: 1))
        }
    }

    @Test func aPrefixThatIsAssignedElsewhereIsRoutedThere() async throws {
        try await withFabric { fabric in
            let (prefix, pod) = ("2001:db8:7:1:5::/80", "2001:db8:7:1:5::7")
            func via() throws -> String { try inside(fabric.router.namespace, "ip -6 route get \(pod)") }
            try fabric.follow([primary(1, ipv6Prefixes: [prefix])], node: 0)
            #expect(try via().contains("dev eni020000000001"))
            // The first node's daemon is down and does not take its route away.
            try fabric.follow([primary(2, ipv6Prefixes: [prefix])], node: 1)
            #expect(try via().contains("dev eni020000000002"))
            // When it is back, it leaves the other's route alone.
            try fabric.follow([primary(1)], node: 0)
            #expect(try via().contains("dev eni020000000002"))
        }
    }

    @Test func whatAnENISendsFromAnAddressOfAnotherIsDropped() async throws {
        try await withFabric { fabric in
            try fabric.follow([primary(1, ipv6Prefixes: ["2001:db8:7:1:5::/80"])], node: 0)
            try fabric.follow([primary(2, ipv6Prefixes: ["2001:db8:7:1:6::/80"])], node: 1)
            let node = fabric.nodes[0]
            // Of its own prefix, the address of another node, of that one's prefix, of nobody's.
            let (own, others) = ("2001:db8:7:1:5::7", ["2001:db8:7:1::20", "2001:db8:7:1:6::7", "2001:db8:7:1:7::7"])
            for address in [own] + others { try inside(node, "ip -6 address add \(address)/128 dev lo") }
            let outside = Fabric.outsideIPv6Address.description
            #expect(reaches(outside, from: node, as: own))
            #expect(try droppedPackets(fabric) == 0)
            for address in others { #expect(!reaches(outside, from: node, as: address, seconds: 1)) }
            #expect(try droppedPackets(fabric) == others.count)
        }
    }

    @Test func packetsOfASecondaryENIMustLeaveByIt() async throws {
        try await withFabric { fabric in
            try fabric.follow([primary(1), secondary], node: 0)
            let (node, pod) = (fabric.nodes[0], "2001:db8:7:1:9::7")
            let outside = Fabric.outsideIPv6Address.description
            try inside(node, "ip -6 address add \(pod)/128 dev lo")
            #expect(!reaches(outside, from: node, as: pod, seconds: 1), "by eth0")
            // Usable at once, as a daemon has it.
            let linkLocal = secondary.mac.linkLocalAddress
            try inside(node, "ip -6 address add \(linkLocal)/64 dev eth1 nodad")
            try inside(node, "ip link set eth1 up")
            try inside(node, "ip -6 route add 2001:db8:7:1::1 dev eth1 table 2")
            try inside(node, "ip -6 route add default via 2001:db8:7:1::1 dev eth1 table 2")
            try inside(node, "ip -6 rule add from \(pod) lookup 2")
            #expect(reaches(outside, from: node, as: pod), "by eth1")
            #expect(reaches(pod, from: fabric.outside))
            #expect(try droppedPackets(fabric) == 1)
        }
    }

    @Test func theOutsideAndANodeReachEachOther() async throws {
        try await withFabric { fabric in
            try fabric.follow([primary(1)], node: 0)
            #expect(reaches(Fabric.outsideIPv6Address.description, from: fabric.nodes[0]))
            #expect(reaches("2001:db8:7:1::10", from: fabric.outside))
        }
    }
}
