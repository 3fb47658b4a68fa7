import Testing

/// What must be true of the packets to an address of a service, which kube-proxy's rules turn into that of a pod.
enum ServicePath: String, CaseIterable, Sendable {
    case aClusterIPLeadsToARemotePodByTheClientsOwnENI
    /// The pod's own packets come back to it, so kube-proxy's mark 0x4000 must live until they are masqueraded.
    case aPodReachesItselfByAClusterIP
    case whatKubeProxyMarksToBeDroppedIsDropped
    case aNodePortIsAnsweredByThePrimaryENIWhateverThePodsOwn
    case aNodePortLeadsToAPodOfTheOtherNode
    case aNodePortOfAPodsOwnNodeLeadsToAPodOfTheOtherNode

    /// Sends the packets, for pods on every kind of ENI, and expects them where they belong.
    func hold(on plane: DataPlane, _ mode: KubeProxy.Mode) async throws {
        for kind in plane.kinds {
            switch self {
            case .aClusterIPLeadsToARemotePodByTheClientsOwnENI: try await plane.expectClusterIP(mode, kind)
            case .aPodReachesItselfByAClusterIP: try await plane.expectClusterIPOfOneself(mode, kind)
            case .whatKubeProxyMarksToBeDroppedIsDropped: try await plane.expectDrop(mode, kind)
            case .aNodePortIsAnsweredByThePrimaryENIWhateverThePodsOwn: try await plane.expectNodePort(mode, kind)
            case .aNodePortLeadsToAPodOfTheOtherNode: try await plane.expectNodePortOfTheOtherNode(mode, kind)
            case .aNodePortOfAPodsOwnNodeLeadsToAPodOfTheOtherNode: try await plane.expectOwnNodePort(mode, kind)
            }
        }
    }
}

extension DataPlane {
    fileprivate func expectClusterIP(_ mode: KubeProxy.Mode, _ kind: ENIKind) async throws {
        let client = try pod(kind, on: node1)
        let server = try pod(farthest, on: node2)
        let proxy = KubeProxy(mode: mode, endpoint: server.address)
        let flows = try await flows {
            try await proxy.serve(on: node1) {
                try await expect(
                    server.namespace, at: proxy.clusterIP, port: KubeProxy.port, seesClient: client.address,
                    in: client.namespace)
            }
        }
        #expect(
            flows == [
                Flow(by: client.eni, client.address, server.address),
                Flow(by: server.eni, server.address, client.address),
            ])
    }

    fileprivate func expectClusterIPOfOneself(_ mode: KubeProxy.Mode, _ kind: ENIKind) async throws {
        let pod = try pod(kind, on: node1)
        let proxy = KubeProxy(mode: mode, endpoint: pod.address)
        let flows = try await flows {
            try await proxy.serve(on: node1) {
                try await expect(
                    pod.namespace, at: proxy.clusterIP, port: KubeProxy.port, seesClient: nodeAddress(towards: pod),
                    in: pod.namespace)
            }
        }
        #expect(flows.isEmpty, "\(flows)")
    }

    fileprivate func expectDrop(_ mode: KubeProxy.Mode, _ kind: ENIKind) async throws {
        let pod = try pod(kind, on: node1)
        let proxy = KubeProxy(mode: mode, endpoint: pod.address)
        let flows = try await flows {
            try await proxy.serve(on: node1) {
                try await expectNoPing(proxy.deserted, from: pod.namespace)
                #expect(try await proxy.droppedPackets(on: node1) == 1)
            }
        }
        #expect(flows.isEmpty, "\(flows)")
    }

    fileprivate func expectNodePort(_ mode: KubeProxy.Mode, _ kind: ENIKind) async throws {
        let pod = try pod(kind, on: node1)
        let neighbour = try self.pod(farthest, on: node2)
        let node = try address(of: node1)
        let flows = try await flows {
            try await KubeProxy(mode: mode, endpoint: pod.address).serve(on: node1) {
                // From the internet, and from the VPC, towards which the pod's own packets take another way.
                for (client, address) in [
                    (live.fabric.outside, outside), (neighbour.namespace, neighbour.address),
                ] {
                    try await expect(
                        pod.namespace, at: node, port: KubeProxy.nodePort, seesClient: address, in: client)
                }
            }
        }
        #expect(
            flows == [
                Flow(by: "outside", outside, node), Flow(by: "node1/eth0", node, outside),
                Flow(by: neighbour.eni, neighbour.address, node),
                Flow(by: "node1/eth0", node, neighbour.address),
            ])
    }

    fileprivate func expectNodePortOfTheOtherNode(_ mode: KubeProxy.Mode, _ kind: ENIKind) async throws {
        let pod = try pod(kind, on: node2)
        let node = try address(of: node1)
        let flows = try await flows {
            try await KubeProxy(mode: mode, endpoint: pod.address, policy: .cluster).serve(on: node1) {
                try await expect(
                    pod.namespace, at: node, port: KubeProxy.nodePort, seesClient: node, in: live.fabric.outside)
            }
        }
        #expect(
            flows == [
                Flow(by: "outside", outside, node), Flow(by: "node1/eth0", node, pod.address),
                Flow(by: pod.eni, pod.address, node), Flow(by: "node1/eth0", node, outside),
            ])
    }

    /// kube-proxy gives the packets the address of the ENI that they leave by.
    fileprivate func expectOwnNodePort(_ mode: KubeProxy.Mode, _ kind: ENIKind) async throws {
        let client = try pod(kind, on: node1)
        let server = try pod(farthest, on: node2)
        let flows = try await flows {
            try await KubeProxy(mode: mode, endpoint: server.address, policy: .cluster).serve(on: node1) {
                try await expect(
                    server.namespace, at: address(of: node1), port: KubeProxy.nodePort,
                    seesClient: client.eniAddress, in: client.namespace)
            }
        }
        #expect(
            flows == [
                Flow(by: client.eni, client.eniAddress, server.address),
                Flow(by: server.eni, server.address, client.eniAddress),
            ])
    }
}
