import Addressing
import Identity
import PodNetwork
import Testing

@Suite struct NetworkLayoutTests {
    @Test func theDefaultHasNoProblems() {
        #expect(NetworkLayout().problems() == [])
    }

    @Test func numbersOfAnENIFollowItsPlaceInTheInstance() {
        let layout = NetworkLayout()
        #expect(layout.table(deviceIndex: 0, networkCard: 0) == 1)
        #expect(layout.table(deviceIndex: 3, networkCard: 0) == 4)
        #expect(layout.table(deviceIndex: 2, networkCard: 1) == 10_102)
        #expect(layout.table(deviceIndex: -1, networkCard: 0) == nil)
        #expect(layout.table(deviceIndex: 100, networkCard: 1) == nil)
        #expect(layout.group(table: 1) == 4097)
        #expect(layout.podGroups.contains(layout.trashGroup))
        #expect(layout.podGroups.contains(layout.group(table: layout.table(deviceIndex: 99, networkCard: 99)!)))
        #expect(layout.mark(eni: 1) == 0x100)
        #expect(layout.mark(eni: 63) == 0x3f00)
        #expect(layout.mark(eni: 64) == nil)
        #expect(layout.mark(eni: 0) == nil)
    }

    static let collisions: [(@Sendable (inout NetworkLayout) -> Void, String)] = [
        ({ $0.podTable = 254 }, "podTable 254 is a table of the kernel"),
        ({ $0.podTable = 10_101 }, "podTable 10101 is in a range of the ENIs' own tables"),
        ({ $0.groupBase = 0 }, "groupBase 0 is the group of every interface"),
        ({ $0.nodePortMark = 0x4000 }, "nodePortMark 0x4000 overlaps kube-proxy's masquerade mark"),
        ({ $0.podMark = 0x8000 }, "podMark 0x8000 overlaps kube-proxy's drop mark"),
        ({ $0.eniMarkMask = 0xff0000 }, "eniMarkMask 0xff0000 overlaps Calico's default mask"),
        ({ $0.podMark = 0x100 }, "eniMarkMask 0x3f00 overlaps podMark 0x100"),
        ({ $0.podMark = 0x60 }, "podMark 0x60 must be a single bit"),
        ({ $0.eniMarkMask = 0x2900 }, "eniMarkMask 0x2900 has gaps"),
        ({ $0.eniMarkMask = 0 }, "eniMarkMask is 0"),
        ({ $0.podRulePriority = 2000 }, "podRulePriority 2000 must be less than nodePortRulePriority 1024"),
        ({ $0.nodeRulePriority = 32766 }, "nodeRulePriority 32766 is not between the kernel's rules"),
        ({ $0.gateway = IPv4Address("10.0.0.1")! }, "gateway 10.0.0.1 is not link-local"),
        ({ $0.gateway = IPv4Address("169.254.169.254")! }, "gateway 169.254.169.254 is the address of the cloud's"),
        ({ $0.gatewayIPv6 = IPv6Address("2001:db8::1")! }, "gatewayIPv6 2001:db8::1 is not link-local"),
        ({ $0.nftablesTable = "a; flush ruleset" }, "nftablesTable 'a; flush ruleset' must start with a letter"),
    ]

    @Test(arguments: collisions.indices) func aCollisionIsSaidInASentence(index: Int) {
        let (change, sentence) = NetworkLayoutTests.collisions[index]
        var layout = NetworkLayout()
        change(&layout)
        #expect(layout.problems().contains { $0.hasPrefix(sentence) }, "\(layout.problems())")
    }
}

@Suite struct AttachmentNameTests {
    let name = AttachmentName(AttachmentID(network: "warmpool", containerID: "c0ffee", ifname: "eth0"))

    @Test func namesInTheKernelNeverChange() {
        #expect(name.hostInterface == "wpaf310361ab1")
        #expect(name.hostMAC == MACAddress("82:a9:f7:e0:17:86"))
        #expect(name.podMAC == MACAddress("4e:da:66:84:49:4c"))
        #expect(name.alias == "warmpool/c0ffee/eth0")
    }

    @Test func anAliasIsReadBack() {
        #expect(AttachmentName(alias: name.alias) == name)
        for other in ["", "eth0", "a/b", "a/b/c/d", "a//c"] {
            #expect(AttachmentName(alias: other) == nil)
        }
    }

    @Test func whatDoesNotFitAnAliasIsRefused() {
        let long = String(repeating: "a", count: 241)
        #expect(!AttachmentName(AttachmentID(network: "warmpool", containerID: long, ifname: "eth0")).isTooLong)
        #expect(AttachmentName(AttachmentID(network: "warmpool", containerID: long + "a", ifname: "eth0")).isTooLong)
    }

    @Test func likeIdentitiesHaveUnlikeNames() {
        let names = (0..<10_000).map {
            AttachmentName(AttachmentID(network: "warmpool", containerID: "c\($0)", ifname: "eth0")).hostInterface
        }
        #expect(Set(names).count == names.count)
        #expect(names.allSatisfy { $0.utf8.count == 13 && $0.hasPrefix("wp") })
    }
}
