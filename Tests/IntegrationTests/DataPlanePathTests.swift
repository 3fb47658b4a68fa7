import Addressing
import Fabric
import LiveTesting
import Netlink
import Simulator
import Testing

extension DataPlaneTests.StandardNodes {
    @Suite(.serialized) struct Paths {
        @Test(arguments: ENIKind.allCases, ENIKind.allCases)
        func podToPodOnTheSameNodeNeverLeavesIt(from: ENIKind, to: ENIKind) async throws {
            let plane = try await DataPlane.current()
            let client = try plane.pod(from, on: plane.node1)
            let server = try plane.pod(to, on: plane.node1, 1)
            let flows = try await plane.flows {
                try await expect(server, seesClient: client.address, in: client.namespace)
            }
            #expect(flows.isEmpty, "\(flows)")
        }

        @Test(arguments: ENIKind.allCases, ENIKind.allCases)
        func podToPodOnTheOtherNodeGoesByTheENIsThatOwnTheAddresses(from: ENIKind, to: ENIKind) async throws {
            let plane = try await DataPlane.current()
            let client = try plane.pod(from, on: plane.node1)
            let server = try plane.pod(to, on: plane.node2)
            let flows = try await plane.flows {
                try await expect(server, seesClient: client.address, in: client.namespace)
            }
            #expect(
                flows == [
                    Flow(by: client.eni, client.address, server.address),
                    Flow(by: server.eni, server.address, client.address),
                ])
        }

        @Test(arguments: ENIKind.allCases) func podToItsNodeAndBack(kind: ENIKind) async throws {
            let plane = try await DataPlane.current()
            let pod = try plane.pod(kind, on: plane.node1)
            let node = try await plane.node1.primaryAddress()
            let flows = try await plane.flows {
                try await expect(plane.node1.netns, at: node, seesClient: pod.address, in: pod.namespace)
                try await expect(pod, seesClient: node, in: plane.node1.netns)
            }
            #expect(flows.isEmpty, "\(flows)")
        }

        @Test(arguments: ENIKind.allCases) func podToTheOtherNode(kind: ENIKind) async throws {
            let plane = try await DataPlane.current()
            let pod = try plane.pod(kind, on: plane.node1)
            let node = try await plane.node2.primaryAddress()
            let flows = try await plane.flows {
                try await expect(plane.node2.netns, at: node, seesClient: pod.address, in: pod.namespace)
            }
            #expect(flows == [Flow(by: pod.eni, pod.address, node), Flow(by: "node2/eth0", node, pod.address)])
        }

        @Test(arguments: ENIKind.allCases) func nodeToPodOfTheOtherNode(kind: ENIKind) async throws {
            let plane = try await DataPlane.current()
            let pod = try plane.pod(kind, on: plane.node2)
            let node = try await plane.node1.primaryAddress()
            let flows = try await plane.flows { try await expect(pod, seesClient: node, in: plane.node1.netns) }
            #expect(flows == [Flow(by: "node1/eth0", node, pod.address), Flow(by: pod.eni, pod.address, node)])
        }

        @Test func theNodeAnswersForASecondaryENIByThatENI() async throws {
            let plane = try await DataPlane.current()
            let client = try plane.pod(.secondary, on: plane.node1)
            let eni = try #require(try await plane.node2.enis().first { $0.deviceIndex == 1 }).primaryAddress
            let flows = try await plane.flows {
                try await expectPing(eni, from: client.namespace)
            }
            #expect(
                flows == [Flow(by: client.eni, client.address, eni), Flow(by: "node2/eth1", eni, client.address)])
        }

        @Test(arguments: ENIKind.allCases)
        func podToTheInternetHasThePrimaryAddressOfThePrimaryENI(kind: ENIKind) async throws {
            let plane = try await DataPlane.current()
            let pod = try plane.pod(kind, on: plane.node1)
            let node = try await plane.node1.primaryAddress()
            let flows = try await plane.flows {
                try await expect(plane.live.fabric.outside, at: plane.outside, seesClient: node, in: pod.namespace)
                try await expectPing(plane.outside, from: pod.namespace)
            }
            #expect(flows == [Flow(by: "node1/eth0", node, plane.outside), Flow(by: "outside", plane.outside, node)])
        }

        /// 28 bytes of a packet are headers of IP and ICMP.
        @Test(arguments: ENIKind.allCases, ENIKind.allCases)
        func packetsAsBigAsTheVPCTakesPassWhole(from: ENIKind, to: ENIKind) async throws {
            let plane = try await DataPlane.current()
            let client = try plane.pod(from, on: plane.node1)
            let server = try plane.pod(to, on: plane.node2)
            try await expectPing(server.address, from: client.namespace, "-M do -s \(9001 - 28)")
            try await expectNoPing(server.address, from: client.namespace, "-M do -s \(9001 - 27)")
        }
    }
}
