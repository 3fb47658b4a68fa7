import Addressing
import ControlProtocol
import Fabric
import InstanceLimits
import JSON
import LiveTesting
import Pool
import Providers
import Simulator
import Testing

extension FaultTests {
    /// The cloud fails, or somebody else with the same rights changes it behind the daemon's back.
    @Suite(.serialized, .liveFabric("m5.large", settings: ["cooldown": "200ms", "consistencyWindow": "0s"]))
    struct CloudFaultTests {
        private var node: SimulatedNode {
            get throws { try LiveFabric.current.nodes[0] }
        }

        /// Somebody else who may do with the node's ENIs what the daemon may.
        private func somebodyElse() async throws -> MockProvider {
            let subnet = MockCloudConfiguration.Subnet(
                id: SubnetID("subnet-a"), cidr: try #require(IPv4Network("10.0.0.0/18")), zone: "zone-a")
            let cloud = try MockCloud(
                MockCloudConfiguration(cidr: try #require(IPv4Network("10.0.0.0/16")), subnets: [subnet]),
                storage: .file(path: LiveFabric.current.cloudFile), now: { BootClock.now })
            return try await MockProvider(
                cloud: cloud,
                node: MockNode(
                    instanceID: "i-node1", subnet: SubnetID("subnet-a"), type: InstanceType(named: "m5.large")))
        }

        private func eni(of address: String) async throws -> ENIID {
            let interfaces: [InterfaceRow] = try await node.call(.interfaces)
            let row = interfaces.first { $0.addresses.contains { $0.address.description == address } }
            return ENIID(try #require(row).id)
        }

        @Test func aFreeAddressThatIsTakenAwayIsForgotten() async throws {
            let address = try await node.address("free")
            let eni = try await eni(of: address)
            try await somebodyElse().unassign(eni, addresses: [try #require(IPv4Address(address))])
            let repairs = try await node.reconcile()
            #expect(repairs.contains("\(eni) no longer has \(address): what no pod uses of it is forgotten"))
            try await node.settles(on: [])
        }

        @Test func anAddressThatIsTakenFromAPodIsNeverHandedOutAgain() async throws {
            let pod = try await Sandbox.make("orphan", on: node)
            let address = try #require(try await pod.add().address)
            let eni = try await eni(of: address)
            try await somebodyElse().unassign(eni, addresses: [try #require(IPv4Address(address))])
            let repairs = try await node.reconcile()
            #expect(repairs.contains { $0.hasPrefix("\(address) is no longer assigned to this node, though ") })
            #expect(try await node.state(of: address) == "orphaned")

            let explanations: [Explanation] = try await node.call(.explain(ExplainCommand(subject: pod.name)))
            #expect(explanations.first?.sentence.contains("the provider no longer assigns it to this node") == true)
            let other = try await Sandbox.make("orphan-2", on: node)
            let asked = try await other.run(.add, members: ["runtimeConfig": ["ips": [.string(address)]]])
            #expect(asked.code == 100, "\(asked)")
            try await pod.delete()
            #expect(try await node.state(of: address) == nil)
            try await node.settles(on: [])
        }

        @Test func anENIThatIsTakenAwayIsLostWithItsAddresses() async throws {
            let interfaces: [InterfaceRow] = try await node.call(.interfaces)
            let secondary = try #require(interfaces.first { !$0.isPrimary })
            let address = try #require(secondary.addresses.first { $0.state == "free" }?.address)
            let pod = try await Sandbox.make("castaway", on: node)
            let add = try await pod.run(.add, members: ["runtimeConfig": ["ips": ["\(address)"]]])
            #expect(add.isSuccess, "\(add)")

            let other = try await somebodyElse()
            try await other.detach(ENIID(secondary.id))
            let repairs = try await node.reconcile()
            #expect(repairs.contains("\(secondary.id) is no longer attached: its addresses are forgotten or orphaned"))
            #expect(try await node.state(of: "\(address)") == "orphaned")
            let survivor = try await Sandbox.make("survivor", on: node)
            #expect(try await survivor.run(.add).isSuccess)

            try await pod.delete()
            try await survivor.delete()
            try await eventually("the detached ENI can be deleted") { () -> Bool? in
                try await other.delete(ENIID(secondary.id))
                return true
            }
            try await node.settles(on: [])
        }

        @Test func withoutTheCloudTheWarmPoolServesOn() async throws {
            let cloud = try LiveFabric.current.cloudFile
            let warm = try await eventually("no address rests or is on its way") { () -> Int? in
                let addresses = (try await node.call(.overview) as Overview).addresses
                return addresses.cooling == 0 && addresses.incoming == 0 ? addresses.free : nil
            }
            try await succeed("mv \(cloud) \(cloud).away", in: nil)
            await #expect(throws: Reply.Failure.self) { try await node.reconcile() }

            var pods: [Sandbox] = []
            for number in 1...warm {
                pods.append(try await Sandbox.make("warm-\(number)", on: node))
                _ = try await pods[number - 1].add()
            }
            let late = try await Sandbox.make("warm-late", on: node)
            let refused = try await late.run(.add, members: ["addTimeout": "1s"])
            #expect(refused.code == 11, "\(refused)")
            #expect(refused.details == "cause: provider-unreachable", "\(refused)")
            #expect(refused.message.contains("the cloud file \(cloud) is missing"))
            let explanations: [Explanation] = try await node.call(.explain(ExplainCommand(subject: nil)))
            #expect(explanations.first?.cause == "provider-unreachable")
            #expect(try await node.plugin.answer(PluginCall(.status)).isSuccess)

            try await succeed("mv \(cloud).away \(cloud)", in: nil)
            // The daemon leaves a cloud that fails alone for some seconds.
            try await eventually("the daemon reads the cloud again") { try await node.reconcile() }
            _ = try await late.add()
            for pod in pods + [late] { try await pod.delete() }
            try await node.settles(on: [])
        }
    }
}
