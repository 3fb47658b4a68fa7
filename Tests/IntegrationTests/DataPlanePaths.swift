import Addressing
import Simulator
import Testing

/// What must be true of the packets between pods, nodes and the internet, whatever addresses pods have and wherever these
/// are from.
enum PacketPath: String, CaseIterable, Sendable {
    case podToPodOnTheSameNodeNeverLeavesIt
    case podToPodOnTheOtherNodeGoesByTheENIsThatOwnTheAddresses
    case podToItsNodeAndBack
    case podToTheOtherNode
    case nodeToPodOfTheOtherNode
    case podToTheInternet
    case packetsAsBigAsTheVPCTakesPassWhole

    /// Sends the packets, for pods on every kind of ENI, and expects them where they belong.
    func hold(on plane: DataPlane) async throws {
        for kind in plane.kinds {
            switch self {
            case .podToPodOnTheSameNodeNeverLeavesIt:
                for other in plane.kinds { try await plane.expectPodOnTheSameNode(kind, other) }
            case .podToPodOnTheOtherNodeGoesByTheENIsThatOwnTheAddresses:
                for other in plane.kinds { try await plane.expectPodOnTheOtherNode(kind, other) }
            case .podToItsNodeAndBack: try await plane.expectOwnNode(kind)
            case .podToTheOtherNode: try await plane.expectOtherNode(kind)
            case .nodeToPodOfTheOtherNode: try await plane.expectPodFromTheOtherNode(kind)
            case .podToTheInternet: try await plane.expectInternet(kind)
            case .packetsAsBigAsTheVPCTakesPassWhole:
                for other in plane.kinds { try await plane.expectBigPackets(kind, other) }
            }
        }
    }
}

extension DataPlane {
    fileprivate func expectPodOnTheSameNode(_ from: ENIKind, _ to: ENIKind) async throws {
        let client = try pod(from, on: node1)
        let server = try pod(to, on: node1, 1)
        let flows = try await flows {
            try await expect(server, seesClient: client.address, in: client.namespace)
        }
        #expect(flows.isEmpty, "\(flows)")
    }

    fileprivate func expectPodOnTheOtherNode(_ from: ENIKind, _ to: ENIKind) async throws {
        let client = try pod(from, on: node1)
        let server = try pod(to, on: node2)
        let flows = try await flows {
            try await expect(server, seesClient: client.address, in: client.namespace)
        }
        #expect(
            flows == [
                Flow(by: client.eni, client.address, server.address),
                Flow(by: server.eni, server.address, client.address),
            ])
    }

    fileprivate func expectOwnNode(_ kind: ENIKind) async throws {
        let pod = try pod(kind, on: node1)
        let flows = try await flows {
            try await expect(node1.netns, at: address(of: node1), seesClient: pod.address, in: pod.namespace)
            try await expect(pod, seesClient: nodeAddress(towards: pod), in: node1.netns)
        }
        #expect(flows.isEmpty, "\(flows)")
    }

    fileprivate func expectOtherNode(_ kind: ENIKind) async throws {
        let pod = try pod(kind, on: node1)
        let node = try address(of: node2)
        let flows = try await flows {
            try await expect(node2.netns, at: node, seesClient: pod.address, in: pod.namespace)
        }
        #expect(flows == [Flow(by: pod.eni, pod.address, node), Flow(by: "node2/eth0", node, pod.address)])
    }

    fileprivate func expectPodFromTheOtherNode(_ kind: ENIKind) async throws {
        let pod = try pod(kind, on: node2)
        let node = try address(of: node1)
        let flows = try await flows { try await expect(pod, seesClient: node, in: node1.netns) }
        #expect(flows == [Flow(by: "node1/eth0", node, pod.address), Flow(by: pod.eni, pod.address, node)])
    }

    fileprivate func expectInternet(_ kind: ENIKind) async throws {
        let pod = try pod(kind, on: node1)
        let face = try face(of: pod)
        let flows = try await flows {
            try await expect(live.fabric.outside, at: outside, seesClient: face.address, in: pod.namespace)
            try await expectPing(outside, from: pod.namespace)
        }
        #expect(flows == [Flow(by: face.eni, face.address, outside), Flow(by: "outside", outside, face.address)])
    }

    fileprivate func expectBigPackets(_ from: ENIKind, _ to: ENIKind) async throws {
        let client = try pod(from, on: node1)
        let server = try pod(to, on: node2)
        // What of a packet is headers of IP and ICMP.
        let headers = family == .ipv4 ? 20 + 8 : 40 + 8
        try await expectPing(server.address, from: client.namespace, "-M do -s \(9001 - headers)")
        try await expectNoPing(server.address, from: client.namespace, "-M do -s \(9001 - headers + 1)")
    }
}
