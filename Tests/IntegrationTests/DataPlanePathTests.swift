import Fabric
import LiveTesting
import Testing

extension DataPlaneTests.StandardNodes {
    @Suite(.serialized) struct Paths {
        @Test(arguments: PacketPath.allCases, Family.allCases)
        func holds(path: PacketPath, family: Family) async throws {
            try await path.hold(on: .current(family))
        }

        @Test(arguments: Family.allCases)
        func theNodeAnswersForASecondaryENIByThatENI(family: Family) async throws {
            let plane = try await DataPlane.current(family)
            let client = try plane.pod(.secondary, on: plane.node1)
            let eni = try plane.pod(.secondary, on: plane.node2)
            let flows = try await plane.flows { try await expectPing(eni.eniAddress, from: client.namespace) }
            #expect(
                flows == [
                    Flow(by: client.eni, client.address, eni.eniAddress),
                    Flow(by: eni.eni, eni.eniAddress, client.address),
                ])
        }

        /// In IPv6 a pod's address is valid in the internet too, so that it can be asked for there.
        @Test(arguments: ENIKind.allCases) func theInternetReachesAPodByItsIPv6Address(kind: ENIKind) async throws {
            let plane = try await DataPlane.current(.ipv6)
            let pod = try plane.pod(kind, on: plane.node1)
            let flows = try await plane.flows {
                try await expect(pod, seesClient: plane.outside, in: plane.live.fabric.outside)
            }
            #expect(
                flows == [
                    Flow(by: "outside", plane.outside, pod.address), Flow(by: pod.eni, pod.address, plane.outside),
                ])
        }
    }
}
