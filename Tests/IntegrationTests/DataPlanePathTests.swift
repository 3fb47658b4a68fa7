import Fabric
import LiveTesting
import Testing

extension DataPlaneTests.StandardNodes {
    @Suite(.serialized) struct Paths {
        @Test(arguments: PacketPath.allCases, Family.allCases)
        func holds(path: PacketPath, family: Family) async throws {
            try await path.hold(on: .current(family))
        }

        @Test func theNodeAnswersForASecondaryENIByThatENI() async throws {
            let plane = try await DataPlane.current()
            let client = try plane.pod(.secondary, on: plane.node1)
            let eni = try #require(try await plane.node2.enis().first { $0.deviceIndex == 1 }).primaryAddress
            let flows = try await plane.flows {
                try await expectPing(.v4(eni), from: client.namespace)
            }
            #expect(
                flows == [
                    Flow(by: client.eni, client.address, .v4(eni)), Flow(by: "node2/eth1", .v4(eni), client.address),
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
