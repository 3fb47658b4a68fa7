import Addressing
import LiveTesting
import Simulator
import Testing

extension DataPlaneTests.StandardNodes {
    /// Addresses of services, which kube-proxy's rules turn into those of pods.
    @Suite(.serialized) struct Services {
        @Test(arguments: KubeProxy.Mode.allCases, ENIKind.allCases)
        func aClusterIPLeadsToARemotePodByTheClientsOwnENI(mode: KubeProxy.Mode, kind: ENIKind) async throws {
            let plane = try await DataPlane.current()
            let client = try plane.pod(kind, on: plane.node1)
            let server = try plane.pod(.secondary, on: plane.node2)
            let flows = try await plane.flows {
                try await KubeProxy(mode: mode, endpoint: server.address).serve(on: plane.node1) {
                    try await expect(
                        server.namespace, at: KubeProxy.clusterIP, port: KubeProxy.port, seesClient: client.address,
                        in: client.namespace)
                }
            }
            #expect(
                flows == [
                    Flow(by: client.eni, client.address, server.address),
                    Flow(by: server.eni, server.address, client.address),
                ])
        }

        /// The pod's own packets come back to it, so kube-proxy's mark 0x4000 must live until they are masqueraded.
        @Test(arguments: KubeProxy.Mode.allCases, ENIKind.allCases)
        func aPodReachesItselfByAClusterIP(mode: KubeProxy.Mode, kind: ENIKind) async throws {
            let plane = try await DataPlane.current()
            let pod = try plane.pod(kind, on: plane.node1)
            let node = try await plane.node1.primaryAddress()
            let flows = try await plane.flows {
                try await KubeProxy(mode: mode, endpoint: pod.address).serve(on: plane.node1) {
                    try await expect(
                        pod.namespace, at: KubeProxy.clusterIP, port: KubeProxy.port, seesClient: node,
                        in: pod.namespace)
                }
            }
            #expect(flows.isEmpty, "\(flows)")
        }

        @Test(arguments: KubeProxy.Mode.allCases, ENIKind.allCases)
        func whatKubeProxyMarksToBeDroppedIsDropped(mode: KubeProxy.Mode, kind: ENIKind) async throws {
            let plane = try await DataPlane.current()
            let pod = try plane.pod(kind, on: plane.node1)
            let proxy = KubeProxy(mode: mode, endpoint: pod.address)
            let flows = try await plane.flows {
                try await proxy.serve(on: plane.node1) {
                    try await expectNoPing(KubeProxy.deserted, from: pod.namespace)
                    #expect(try await proxy.droppedPackets(on: plane.node1) == 1)
                }
            }
            #expect(flows.isEmpty, "\(flows)")
        }

        @Test(arguments: KubeProxy.Mode.allCases, ENIKind.allCases)
        func aNodePortIsAnsweredByThePrimaryENIWhateverThePodsOwn(mode: KubeProxy.Mode, kind: ENIKind) async throws {
            let plane = try await DataPlane.current()
            let pod = try plane.pod(kind, on: plane.node1)
            let neighbour = try plane.pod(.secondary, on: plane.node2)
            let node = try await plane.node1.primaryAddress()
            let flows = try await plane.flows {
                try await KubeProxy(mode: mode, endpoint: pod.address).serve(on: plane.node1) {
                    // From the internet, and from the VPC, towards which the pod's own packets take another way.
                    for (client, address) in [
                        (plane.live.fabric.outside, plane.outside), (neighbour.namespace, neighbour.address),
                    ] {
                        try await expect(
                            pod.namespace, at: node, port: KubeProxy.nodePort, seesClient: address, in: client)
                    }
                }
            }
            #expect(
                flows == [
                    Flow(by: "outside", plane.outside, node), Flow(by: "node1/eth0", node, plane.outside),
                    Flow(by: neighbour.eni, neighbour.address, node),
                    Flow(by: "node1/eth0", node, neighbour.address),
                ])
        }

        @Test(arguments: KubeProxy.Mode.allCases, ENIKind.allCases)
        func aNodePortLeadsToAPodOfTheOtherNode(mode: KubeProxy.Mode, kind: ENIKind) async throws {
            let plane = try await DataPlane.current()
            let pod = try plane.pod(kind, on: plane.node2)
            let node = try await plane.node1.primaryAddress()
            let flows = try await plane.flows {
                try await KubeProxy(mode: mode, endpoint: pod.address, policy: .cluster).serve(on: plane.node1) {
                    try await expect(
                        pod.namespace, at: node, port: KubeProxy.nodePort, seesClient: node,
                        in: plane.live.fabric.outside)
                }
            }
            #expect(
                flows == [
                    Flow(by: "outside", plane.outside, node), Flow(by: "node1/eth0", node, pod.address),
                    Flow(by: pod.eni, pod.address, node), Flow(by: "node1/eth0", node, plane.outside),
                ])
        }
    }
}
