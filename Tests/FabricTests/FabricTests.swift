import Addressing
import Glibc
import NamespaceTesting
import Netlink
import Testing

@testable import Fabric

@Suite struct FabricTests {
    @Test func thePrimaryAddressesOfTwoNodesReachEachOther() async throws {
        try await withFabric { fabric in
            try fabric.follow([primary(1)], node: 0)
            try fabric.follow([primary(2)], node: 1)
            #expect(reaches("10.7.1.20", from: fabric.nodes[0]))
            #expect(reaches("10.7.1.10", from: fabric.nodes[1]))
            #expect(reaches("10.7.1.1", from: fabric.nodes[1]), "the subnet's gateway answers")
        }
    }

    @Test func thePrimaryInterfaceIsConfiguredAsByDHCPAndOthersAreNot() async throws {
        try await withFabric { fabric in
            try fabric.follow([primary(1), secondary], node: 0)
            let node = fabric.nodes[0]
            let first = try inside(node, "ip -o address show dev eth0")
            #expect(first.contains("10.7.1.10/24"))
            #expect(try inside(node, "ip route show default").hasPrefix("default via 10.7.1.1 dev eth0 "))
            #expect(try inside(node, "cat /sys/class/net/eth0/mtu") == "9001\n")
            #expect(try inside(node, "cat /sys/class/net/eth0/address") == "02:00:00:00:00:01\n")
            #expect(try inside(node, "cat /sys/class/net/eth1/address") == "02:00:00:00:00:09\n")
            #expect(try inside(node, "cat /sys/class/net/eth1/operstate") == "down\n")
            #expect(try inside(node, "ip -4 -o address show dev eth1") == "")
        }
    }

    @Test func anAddressIsReachableOnlyWhileItIsAssigned() async throws {
        try await withFabric { fabric in
            try fabric.follow([primary(2)], node: 1)
            let pod = "10.7.1.30"
            try inside(fabric.nodes[0], "ip address add \(pod)/32 dev lo")
            try fabric.follow([primary(1)], node: 0)
            #expect(!reaches(pod, from: fabric.nodes[1], seconds: 1))
            try fabric.follow([primary(1, also: [pod])], node: 0)
            #expect(reaches(pod, from: fabric.nodes[1]))
            try fabric.follow([primary(1)], node: 0)
            #expect(!reaches(pod, from: fabric.nodes[1], seconds: 1))
        }
    }

    @Test func anAddressThatIsAssignedElsewhereIsRoutedThere() async throws {
        try await withFabric { fabric in
            let pod = "10.7.1.30"
            for node in fabric.nodes { try inside(node, "ip address add \(pod)/32 dev lo") }
            try fabric.follow([primary(1, also: [pod])], node: 0)
            // The first node's daemon is down and does not take its route away.
            try fabric.follow([primary(2, also: [pod])], node: 1)
            #expect(try inside(fabric.router.namespace, "ip route get \(pod)").contains("via 10.7.1.20"))
            // When it is back, it leaves the other's route alone.
            try fabric.follow([primary(1)], node: 0)
            #expect(try inside(fabric.router.namespace, "ip route get \(pod)").contains("via 10.7.1.20"))
        }
    }

    @Test func whatAnENISendsFromAnAddressOfAnotherIsDropped() async throws {
        try await withFabric { fabric in
            try fabric.follow([primary(1, also: ["10.7.1.30"])], node: 0)
            try fabric.follow([primary(2)], node: 1)
            let node = fabric.nodes[0]
            // Its own second address, the address of another node, one of nobody.
            for own in ["10.7.1.30", "10.7.1.20", "10.7.1.99"] {
                try inside(node, "ip address add \(own)/32 dev eth0")
            }
            #expect(reaches("198.51.100.2", from: node, as: "10.7.1.30"))
            #expect(try droppedPackets(fabric) == 0)
            #expect(!reaches("198.51.100.2", from: node, as: "10.7.1.20", seconds: 1))
            #expect(!reaches("198.51.100.2", from: node, as: "10.7.1.99", seconds: 1))
            #expect(try droppedPackets(fabric) == 2)
        }
    }

    @Test func packetsOfASecondaryENIMustLeaveByIt() async throws {
        try await withFabric { fabric in
            try fabric.follow([primary(1), secondary], node: 0)
            let node = fabric.nodes[0]
            try inside(node, "ip address add 10.7.1.40/32 dev lo")
            #expect(!reaches("198.51.100.2", from: node, as: "10.7.1.40", seconds: 1), "by eth0")
            try inside(node, "ip link set eth1 up")
            try inside(node, "sysctl -qw net.ipv4.conf.all.rp_filter=2 net.ipv4.conf.eth1.rp_filter=2")
            try inside(node, "ip route add 10.7.1.1 dev eth1 table 2")
            try inside(node, "ip route add default via 10.7.1.1 dev eth1 table 2")
            try inside(node, "ip rule add from 10.7.1.40 lookup 2")
            #expect(reaches("198.51.100.2", from: node, as: "10.7.1.40"), "by eth1")
            #expect(reaches("10.7.1.40", from: fabric.outside))
        }
    }

    @Test func theOutsideAndANodeReachEachOther() async throws {
        try await withFabric { fabric in
            try fabric.follow([primary(1)], node: 0)
            #expect(reaches(Fabric.outsideAddress.description, from: fabric.nodes[0]))
            #expect(reaches("10.7.1.10", from: fabric.outside))
        }
    }

    @Test func aDetachedENIDisappearsAndItsNameCanBeGivenAgain() async throws {
        try await withFabric { fabric in
            try fabric.follow([primary(1), secondary], node: 0)
            try fabric.follow([primary(1)], node: 0)
            #expect(try interfaces(of: fabric.nodes[0]) == ["eth0", "lo"])
            #expect(try interfaces(of: fabric.router.namespace) == ["eni020000000001", "lo", "outside"])
            var other = secondary
            other.mac = MACAddress("02:00:00:00:00:0a")!
            try fabric.follow([primary(1), other], node: 0)
            #expect(try inside(fabric.nodes[0], "cat /sys/class/net/eth1/address") == "02:00:00:00:00:0a\n")
        }
    }

    @Test func anENIMovesToTheNodeThatItIsAttachedToAndToItsNewIndex() async throws {
        try await withFabric { fabric in
            try fabric.follow([primary(1), secondary], node: 0)
            try fabric.follow([primary(2), secondary], node: 1)
            #expect(try interfaces(of: fabric.nodes[0]) == ["eth0", "lo"])
            var third = secondary
            third.deviceIndex = 2
            try fabric.follow([primary(2), third], node: 1)
            #expect(try interfaces(of: fabric.nodes[1]) == ["eth0", "eth2", "lo"])
            try fabric.follow([primary(1)], node: 0)
            #expect(try interfaces(of: fabric.nodes[1]) == ["eth0", "eth2", "lo"])
        }
    }

    @Test func followingTwiceChangesNothingAndTouchesNoInterfaceOfOthers() async throws {
        try await withFabric { fabric in
            try inside(fabric.nodes[0], "ip link add wp0123456789a type veth peer name c0")
            try fabric.follow([primary(1, also: ["10.7.1.30"]), secondary], node: 0)
            let before = try snapshot(fabric)
            try fabric.follow([primary(1, also: ["10.7.1.30"]), secondary], node: 0)
            #expect(try snapshot(fabric) == before)
            try fabric.follow([], node: 0)
            #expect(try interfaces(of: fabric.nodes[0]) == ["c0", "lo", "wp0123456789a"])
        }
    }

    @Test func manyNodesFollowAtTheSameTime() async throws {
        try await withFabric(nodes: 6) { fabric in
            try await withThrowingTaskGroup { group in
                for node in fabric.nodes.indices {
                    group.addTask {
                        for round in 0..<10 {
                            let pods = (0..<round).map { "10.7.\(2 + node).\(10 + $0)" }
                            try fabric.follow([primary(node + 1, also: pods)], node: node)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let routes = try inside(fabric.router.namespace, "ip route show").split(separator: "\n")
            #expect(routes.count { $0.contains("eni") } == 6 * (1 + 9))
        }
    }

    @Test func aRouterThatIsNotThereIsNamed() async throws {
        let error = #expect(throws: FabricError.self) {
            try FabricRouter(namespace: "nobodys-router").follow([], in: .current())
        }
        #expect(error?.description.contains("'nobodys-router'") == true)
    }
}

@Suite struct FabricLifeTests {
    @Test(arguments: ["", "-a", "a-", "Ä", "a_b", "a.b", "a/b", String(repeating: "a", count: 33)])
    func aNameThatCannotBeIsRefused(name: String) async {
        await #expect(throws: FabricError.self) { try await Fabric.create(name: name, nodes: 1) }
        await #expect(throws: FabricError.self) { try await Fabric.remove(name: name) }
    }

    @Test func removalLeavesNothingAlsoAfterACrash() async throws {
        let name = uniqueName()
        let fabric = try await Fabric.create(name: name, nodes: 2)
        try fabric.follow([primary(1), secondary], node: 0)
        // A crash leaves all this behind, and the namespace of a pod.
        let pod = Fabric.podNamespace("web", onNode: fabric.nodes[1])
        try shell("ip netns add \(pod)")
        #expect(try await Fabric.remove(name: name).count == 5)
        #expect(try namespaces(beginning: name) == [])
        #expect(try await Fabric.remove(name: name) == [])
    }

    @Test func aNewFabricTakesThePlaceOfLeftovers() async throws {
        let name = uniqueName()
        _ = try await Fabric.create(name: name, nodes: 3)
        let fabric = try await Fabric.create(name: name, nodes: 1)
        #expect(try namespaces(beginning: name) == ["\(name)-node1", "\(name)-outside", "\(name)-router"])
        try await fabric.remove()
        #expect(try namespaces(beginning: name) == [])
    }

    @Test func aFabricThatIsInUseIsNotReplaced() async throws {
        try await withFabric { fabric in
            try fabric.follow([primary(1)], node: 0)
            let user = try Sleeper(in: fabric.nodes[0])
            let error = await #expect(throws: FabricError.self) {
                try await Fabric.create(name: fabric.name, nodes: 1)
            }
            #expect(error?.description.contains("\(user.pid)") == true)
            #expect(try interfaces(of: fabric.nodes[0]) == ["eth0", "lo"])

            // It can be removed, though, and what remains in the process's namespace is nothing.
            try await fabric.remove()
            #expect(try namespaces(beginning: fabric.name) == [])
            let left = try NetlinkSocket(in: NetworkNamespace(path: "/proc/\(user.pid)/ns/net")).links()
            #expect(left.map(\.name) == ["lo"])
        }
    }

    @Test func fabricsWithNamesThatBeginAlikeAreDifferentFabrics() async throws {
        let name = uniqueName()
        let outer = try await Fabric.create(name: name, nodes: 1)
        let inner = try await Fabric.create(name: "\(name)-node1", nodes: 1)
        try await outer.remove()
        #expect(try namespaces(beginning: name).count == 3)
        try await inner.remove()
        #expect(try namespaces(beginning: name) == [])
    }
}
