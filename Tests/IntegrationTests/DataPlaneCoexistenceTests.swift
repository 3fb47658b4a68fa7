import Addressing
import LiveTesting
import Pool
import Simulator
import Testing

extension DataPlaneTests {
    /// Other programs of the node, and of the cloud, while the daemon is told something else or is a new one.
    @Suite(.serialized, .steadyFabric(PodNetworking(families: .dualStack)))
    struct Coexistence {
        /// Every event after the one before, because none may leave anything behind.
        @Test func podsLiveOnAndOthersRulesAreLeftAlone() async throws {
            let planes = try await [DataPlane.current(.ipv4), DataPlane.current(.ipv6)]
            let node = planes[0].node1
            let others = OthersRules(node: node)
            try await others.make()
            let before = try await others.now()
            for event in DaemonEvent.allCases {
                try await event.happen(to: node)
                let after = try await others.now()
                #expect(after == before, "\(event)")
                #expect(try await node.differences() == [], "\(event)")
                for plane in planes {
                    try await PacketPath.podToPodOnTheOtherNodeGoesByTheENIsThatOwnTheAddresses.hold(on: plane)
                    try await ServicePath.aNodePortIsAnsweredByThePrimaryENIWhateverThePodsOwn
                        .hold(on: plane, .nftables)
                }
                let new = try await node.add("new")
                #expect(new.addresses.families == (event == .oneFamily ? .ipv4 : .dualStack), "\(event)")
                for (address, plane) in zip(new.addresses.all, planes) {
                    let client = try plane.pod(.secondary, on: plane.node2)
                    try await expect(new.namespace, at: address, seesClient: client.address, in: client.namespace)
                }
                try await node.delete(new)
            }
        }

        @Test func aPrefixThatTheCloudTakesAwayIsReplacedAndItsAddressesLeadNowhere() async throws {
            let plane = try await DataPlane.current(.ipv6)
            let node = plane.node2
            let client = try plane.pod(.primary, on: plane.node1)
            let pod = try plane.pod(.secondary, on: node)
            let eni = try #require(try await node.enis().first { "\(node.name)/eth\($0.deviceIndex ?? -1)" == pod.eni })
            let other = try #require(try await node.enis().first(where: \.isPrimary))
            let prefix = try #require(eni.ipv6Prefix)
            let cloud = try await node.cloud()
            try await cloud.unassign(ENIID(eni.id), ipv6Prefixes: [prefix])
            // Somebody else has it for a while, so that the ENI gets another.
            let token = MutationToken("somebody")
            #expect(try await cloud.assignIPv6Prefixes(ENIID(other.id), count: 1, token: token) == [prefix])
            #expect(try await node.reconcile().contains { $0.hasPrefix("\(eni.id) no longer has \(prefix)") })
            let new = try await eventually("the ENI has another prefix") {
                try await node.enis().first { $0.id == eni.id }?.ipv6Prefix.flatMap { $0 == prefix ? nil : $0 }
            }
            try await cloud.unassign(ENIID(other.id), ipv6Prefixes: [prefix])
            try await node.reconcile()
            try await node.waitUntilWarm()

            try await expectNoPing(pod.address, from: client.namespace)
            #expect(try await node.differences().contains { $0.contains("does not have \(pod.address)") })
            // What the pod has of IPv4 is not concerned.
            try await expectPing(pod.addresses.primary, from: client.namespace)
            let next = try await Sandbox.make("of-the-new-prefix", on: node)
            let result = try await next.add(requesting: node.freeAddress(.secondary))
            let address = try #require(result.podAddresses?.ipv6)
            #expect(new.contains(address))
            try await expect(next.name, at: .v6(address), seesClient: client.address, in: client.namespace)
            try await next.delete()
            try await next.vanish()
        }
    }
}
