import Addressing
import Fabric
import LiveTesting
import Simulator
import Testing

extension DataPlaneTests {
    /// A gateway of the VPC translates addresses, so the node must not.
    @Suite(.serialized, .liveFabric("t3.small", settings: ["externalSNAT": "true"]))
    struct ExternalSNAT {
        @Test(arguments: ENIKind.allCases)
        func podsGoToTheInternetByTheirOwnENIAndAddress(kind: ENIKind) async throws {
            let plane = try await DataPlane.current()
            let pod = try plane.pod(kind, on: plane.node1)
            let flows = try await plane.flows {
                try await expect(
                    plane.live.fabric.outside, at: plane.outside, seesClient: pod.address, in: pod.namespace)
            }
            #expect(
                flows == [
                    Flow(by: pod.eni, pod.address, plane.outside), Flow(by: "outside", plane.outside, pod.address),
                ])
        }
    }

    /// Another network knows the VPC's addresses, and the node does not look at sources.
    @Suite(
        .serialized,
        .liveFabric(
            "t3.small",
            settings: ["snatExclusions": "[\(Fabric.outsideNetwork)]", "antiSpoofing": "false"]))
    struct ExclusionsWithoutAntiSpoofing {
        @Test(arguments: ENIKind.allCases)
        func podsKeepTheirAddressTowardsAnExcludedNetwork(kind: ENIKind) async throws {
            let plane = try await DataPlane.current()
            let pod = try plane.pod(kind, on: plane.node1)
            let flows = try await plane.flows {
                try await expect(
                    plane.live.fabric.outside, at: plane.outside, seesClient: pod.address, in: pod.namespace)
            }
            #expect(
                flows == [
                    Flow(by: pod.eni, pod.address, plane.outside), Flow(by: "outside", plane.outside, pod.address),
                ])
        }

        @Test func aForgedSourceComesAsFarAsTheVPCWhichDropsIt() async throws {
            let plane = try await DataPlane.current()
            let pod = try plane.pod(.secondary, on: plane.node1)
            let forged = IPAddress.v4(IPv4Address(bits: 0x0a00_2107))
            try await shell("ip address add \(forged.host) dev eth0", in: pod.namespace)
            let flows = try await plane.flows {
                try await expectNoPing(plane.outside, from: pod.namespace, "-I \(forged)")
            }
            #expect(flows == [Flow(by: pod.eni, forged, plane.outside)])
        }
    }

    /// The node translates IPv6 as it does IPv4, except towards networks that know the pods.
    @Suite(
        .serialized,
        .liveFabric("t3.small", pods: PodNetworking(families: .dualStack), settings: ["snatIPv6": "true"]))
    struct TranslatedIPv6 {
        @Test(arguments: Family.allCases, ENIKind.allCases)
        func podsHaveTheAddressOfTheirNodeInTheInternet(family: Family, kind: ENIKind) async throws {
            let plane = try await DataPlane.current(family)
            let pod = try plane.pod(kind, on: plane.node1)
            let node = try plane.address(of: plane.node1)
            let flows = try await plane.flows {
                try await expect(plane.live.fabric.outside, at: plane.outside, seesClient: node, in: pod.namespace)
                try await expectPing(plane.outside, from: pod.namespace)
            }
            #expect(flows == [Flow(by: "node1/eth0", node, plane.outside), Flow(by: "outside", plane.outside, node)])
        }
    }
}
