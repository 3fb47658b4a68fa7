import Addressing
import CloudServer
import InstanceLimits
import JSON
import NamespaceTesting
import Testing

@testable import Simulator

@Suite struct PodNetworkingTests {
    private func configuration(_ pods: PodNetworking, settings: [String: String] = [:]) throws -> LiveConfiguration {
        LiveConfiguration(instanceType: try InstanceType(named: "t3.small"), pods: pods, settings: settings)
    }

    private func daemon(_ configuration: LiveConfiguration, number: Int = 1) -> [Substring] {
        configuration.daemonConfiguration(number: number, directory: "/d", cloudFile: "/d/c", router: "r")
            .split(separator: "\n")
    }

    @Test func theDaemonIsToldWhatIsNotSoByDefault() throws {
        let keys = ["ipFamilies", "prefixDelegation", "customNetworking"]
        func told(_ pods: PodNetworking, _ settings: [String: String] = [:]) throws -> [Substring] {
            daemon(try configuration(pods, settings: settings)).filter { line in keys.contains { line.hasPrefix($0) } }
        }
        #expect(try told(PodNetworking()) == [])
        #expect(try told(PodNetworking(families: .ipv6)) == ["ipFamilies: [ipv6]"])
        #expect(
            try told(PodNetworking(families: .dualStack, prefixDelegation: true, hasPodSubnets: true))
                == ["customNetworking: { by: discovery }", "ipFamilies: [ipv4, ipv6]", "prefixDelegation: true"])
        #expect(
            try told(PodNetworking(hasPodSubnets: true), ["customNetworking": "{ by: zone, networks: {} }"])
                == ["customNetworking: { by: zone, networks: {} }"])
    }

    @Test func theMockCloudHasTheSubnetsAndTheNodesOwnFirst() throws {
        func subnets(_ pods: PodNetworking, number: Int) throws -> [Substring] {
            daemon(try configuration(pods), number: number).filter { $0.contains("{ id: ") }
        }
        #expect(
            try subnets(PodNetworking(), number: 2) == [
                "    - { id: subnet-b, cidr: 10.0.64.0/18, zone: zone-b }",
                "    - { id: subnet-a, cidr: 10.0.0.0/18, zone: zone-a }",
            ])
        let full = try subnets(PodNetworking(families: .ipv6, hasPodSubnets: true), number: 1)
        #expect(full.map { $0.contains("id: subnet-a,") } == [true, false, false, false])
        #expect(full.allSatisfy { $0.contains(", ipv6CIDR: \"2001:db8:0:") })
        #expect(full.map { $0.contains("tags: { kubernetes.io/role/cni: \"1\" }") } == [false, false, true, true])
    }

    @Test(arguments: IPFamilies.allCases, [false, true])
    func theCloudServerCanServeWhatIsWritten(families: IPFamilies, hasPodSubnets: Bool) throws {
        let pods = PodNetworking(families: families, hasPodSubnets: hasPodSubnets)
        let text = try configuration(pods).cloudConfiguration(nodes: ["n1", "n2", "n3"], router: "r")
        let cloud = try CloudConfiguration.parse(text, file: "vpc.yaml")
        #expect(cloud.instances.map(\.subnet.rawValue) == ["subnet-a", "subnet-b", "subnet-a"])
        #expect(cloud.cloud.subnets.map { $0.ipv6CIDR != nil }.allSatisfy { $0 == families.hasIPv6 })
        let tagged = cloud.cloud.subnets.filter { $0.tags == ["kubernetes.io/role/cni": "1"] }
        #expect(tagged.map(\.zone) == (hasPodSubnets ? ["zone-a", "zone-b"] : []))
        #expect(Set(cloud.cloud.subnets.map(\.zone)) == ["zone-a", "zone-b"])
    }
}

@Suite struct SimulatedPodTests {
    private func pod(_ addresses: [String], in namespace: String = "n") throws -> SimulatedPod {
        let ips = addresses.map { JSONValue.object(["address": .string($0)]) }
        return try SimulatedPod(name: "web", node: "node1", namespace: namespace, result: ["ips": .array(ips)])
    }

    @Test func itHasTheAddressesOfTheResult() throws {
        let (ipv4, ipv6) = (try #require(IPv4Address("10.0.0.7")), try #require(IPv6Address("2001:db8::7")))
        #expect(try pod(["10.0.0.7/32"]).addresses == .ipv4(ipv4))
        #expect(try pod(["2001:db8::7/128"]).addresses == .ipv6(ipv6))
        #expect(try pod(["2001:db8::7/128", "10.0.0.7/32"]).addresses == .dualStack(ipv4, ipv6))
    }

    @Test(arguments: [[], ["10.0.0/32"], ["x"]]) func aResultWithoutAddressIsMalformed(addresses: [String]) {
        #expect(throws: LiveError.self) { try pod(addresses) }
    }

    @Test func itReachesAddressesOfEitherFamily() async throws {
        try await withNamespaces(1) { namespaces in
            let (pod, namespace) = (try pod(["10.0.0.7/32"], in: namespaces[0].name), namespaces[0])
            try namespace("ip link set lo up")
            for text in ["127.0.0.1", "::1"] {
                #expect(try await pod.reaches(try #require(IPAddress(text))), "\(text)")
            }
            // A neighbour that is not there.
            try namespace("ip link add c0 type veth peer name c1")
            try namespace("ip link set c0 up")
            try namespace("ip -6 address add 2001:db8::1/64 dev c0 nodad")
            try namespace("ip link set c1 up")
            try namespace("ip -6 neighbour add 2001:db8::8 lladdr 02:00:00:00:00:01 dev c0 nud permanent")
            #expect(try await !pod.reaches(try #require(IPAddress("2001:db8::8"))))
        }
    }
}
