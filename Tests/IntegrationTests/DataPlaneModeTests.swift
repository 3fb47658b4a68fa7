import Addressing
import LiveTesting
import Simulator
import Testing

/// The same packets, whatever addresses the pods have and wherever these are from. The standard nodes have both families.
extension DataPlaneTests {
    @Suite(.serialized, .steadyFabric(PodNetworking()))
    struct OnlyIPv4 {
        @Test(arguments: PacketPath.allCases) func holds(path: PacketPath) async throws {
            try await path.hold(on: .current())
        }

        @Test(arguments: ServicePath.allCases) func holds(service: ServicePath) async throws {
            try await service.hold(on: .current(), .nftables)
        }
    }

    @Suite(.serialized, .steadyFabric(PodNetworking(families: .ipv6)))
    struct OnlyIPv6 {
        @Test(arguments: PacketPath.allCases) func holds(path: PacketPath) async throws {
            try await path.hold(on: .current(.ipv6))
        }

        @Test(arguments: ServicePath.allCases) func holds(service: ServicePath) async throws {
            try await service.hold(on: .current(.ipv6), .nftables)
        }

        @Test func podsHaveNoIPv4() async throws {
            let plane = try await DataPlane.current(.ipv6)
            #expect(plane.kinds == [.primary])
            for pod in plane.pods {
                #expect(pod.addresses.families == .ipv6)
                #expect(try await shell("ip -4 -o address show dev eth0", in: pod.namespace) == "")
            }
        }
    }

    /// The pods are in subnets of their own, of which the primary ENI is none.
    @Suite(.serialized, .steadyFabric(PodNetworking(hasPodSubnets: true)))
    struct PodSubnets {
        @Test(arguments: PacketPath.allCases) func holds(path: PacketPath) async throws {
            try await path.hold(on: .current())
        }

        @Test(arguments: ServicePath.allCases) func holds(service: ServicePath) async throws {
            try await service.hold(on: .current(), .nftables)
        }

        @Test func podsAreInTheSubnetOfTheirZone() async throws {
            try await expectPodSubnets(["10.0.128.0/18", "10.0.192.0/18"])
        }
    }

    /// ENIs with room for one prefix each, so that pods are on several.
    @Suite(.serialized, .steadyFabric(PodNetworking(prefixDelegation: true), settings: onePrefixPerENI))
    struct Prefixes {
        @Test(arguments: PacketPath.allCases) func holds(path: PacketPath) async throws {
            try await path.hold(on: .current())
        }

        @Test func moreAddressesThanThereAreSlotsLeadToTheirPods() async throws {
            let plane = try await DataPlane.current()
            let node = plane.node1
            let enis = try await node.enis()
            let slots = 3
            #expect(enis.flatMap(\.prefixes).count == slots)
            let routes = try await shell("ip route show", in: plane.live.fabric.router.namespace)
            for eni in enis {
                for prefix in eni.prefixes {
                    #expect(routes.contains("\(prefix.prefix) via \(eni.primaryAddress) dev eni"), "\(routes)")
                }
            }
            let client = try plane.pod(.secondary, on: plane.node2)
            var pods: [SimulatedPod] = []
            for number in 0..<30 { pods.append(try await node.add("many-\(number)")) }
            let placed = try await node.placedPods()
            #expect(Set(placed.map(\.interface)) == ["eth0", "eth1", "eth2"])
            for pod in placed { try await expectPing(pod.address, from: client.namespace) }
            for pod in pods { try await node.delete(pod) }
            #expect(try await node.differences() == [])
        }
    }

    /// Everything at once.
    @Suite(
        .serialized,
        .steadyFabric(
            PodNetworking(families: .dualStack, prefixDelegation: true, hasPodSubnets: true),
            settings: onePrefixPerENI))
    struct PrefixesOfPodSubnetsWithBothFamilies {
        @Test(arguments: PacketPath.allCases, Family.allCases)
        func holds(path: PacketPath, family: Family) async throws {
            try await path.hold(on: .current(family))
        }

        @Test(arguments: ServicePath.allCases, Family.allCases)
        func holds(service: ServicePath, family: Family) async throws {
            try await service.hold(on: .current(family), .nftables)
        }

        @Test func podsAreInTheSubnetOfTheirZone() async throws {
            try await expectPodSubnets(["10.0.128.0/18", "10.0.192.0/18"])
            try await expectPodSubnets(["2001:db8:0:3::/64", "2001:db8:0:4::/64"])
        }
    }
}

/// For prefixes on more than one ENI with few addresses.
private let onePrefixPerENI = [
    "limits": "{ enis: 3, ipv4PerENI: 2, ipv6PerENI: 2, supportsPrefixes: true }", "minimumIPTarget": "40",
]

/// Every pod has an address of the subnet for pods of its node's zone, and none of the primary ENI's.
///
/// - Parameter subnets: of the first and of the second node's zone.
private func expectPodSubnets(_ subnets: [String]) async throws {
    let networks = try subnets.map { try #require(IPNetwork($0)) }
    let plane = try await DataPlane.current(networks[0].v6 == nil ? .ipv4 : .ipv6)
    #expect(plane.kinds == [.secondary])
    for (node, network) in zip(plane.live.nodes, networks) {
        let addresses = plane.pods.filter { $0.node == node.name }.map(\.address)
        #expect(addresses.count >= 2 && addresses.allSatisfy { network.contains($0.host) }, "\(addresses)")
    }
}
