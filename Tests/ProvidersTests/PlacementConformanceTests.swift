import Addressing
import Pool
import Providers
import Testing

/// What every backend does with interfaces in other subnets than the node's own, whatever cloud it stands for.
@Suite("Provider conformance: placement", .timeLimit(.minutes(5))) struct PlacementConformanceTests {
    @Test("Subnets for pods are found by their tags", arguments: ProviderUnderTest.all)
    func tags(subject: ProviderUnderTest) async throws {
        let cloud = try await StartedProvider(subject)
        let tagged = try await cloud.provider.subnets().filter { $0.tags["kubernetes.io/role/cni"] == "1" }
        let zone = try await cloud.provider.describeNode().zone
        let expected = SubnetView(
            id: cloud.pods, cidr: try #require(IPv4Network("10.0.3.0/24")),
            ipv6CIDR: IPv6Network("2001:db8:0:3::/64"), zone: zone, freeAddresses: 251,
            tags: ["kubernetes.io/role/cni": "1"])
        #expect(tagged == [expected])
    }

    @Test(
        "An interface is made in another subnet with security groups, and attached", arguments: ProviderUnderTest.all,
        [InterfaceRequest.Secondary.addresses(3), .prefixes(2)])
    func create(subject: ProviderUnderTest, secondary: InterfaceRequest.Secondary) async throws {
        let cloud = try await StartedProvider(subject)
        let created = try await cloud.provider.createInterface(
            InterfaceRequest(subnet: cloud.pods, securityGroups: ["sg-pods", "sg-more"], secondary: secondary),
            token: MutationToken("a"))
        try await cloud.provider.attach(created.id, deviceIndex: 1)
        try await cloud.wait(for: created.id, toBe: .attached(deviceIndex: 1))
        let shown = try #require(try await cloud.interface(created.id))
        let cidr = try #require(IPv4Network("10.0.3.0/24"))
        #expect(shown.subnet == cloud.pods && shown.subnetCIDR == cidr && cidr.contains(shown.primaryAddress))
        #expect(shown.secondaryAddresses.allSatisfy(cidr.contains) && shown.prefixes.allSatisfy(cidr.contains))
        switch secondary {
        case .addresses(let count): #expect(shown.secondaryAddresses.count == count && shown.prefixes == [])
        case .prefixes(let count): #expect(shown.prefixes.count == count && shown.secondaryAddresses == [])
        }
        let prefixes = try await cloud.provider.assignIPv6Prefixes(created.id, count: 1, token: MutationToken("b"))
        #expect(prefixes.allSatisfy(try #require(IPv6Network("2001:db8:0:3::/64")).contains))
    }

    @Test("An interface of another zone is not attached", arguments: ProviderUnderTest.all)
    func otherZone(subject: ProviderUnderTest) async throws {
        let cloud = try await StartedProvider(subject)
        let eni = try await cloud.create(in: cloud.elsewhere, token: "a").id
        let error = await #expect(throws: ProviderError.self) {
            try await cloud.provider.attach(eni, deviceIndex: 1)
        }
        guard case .incorrectState(let text) = error else {
            Issue.record("\(String(describing: error)) instead of an incorrect state")
            return
        }
        #expect(text.contains("zone"))
        #expect(try await cloud.interface(eni)?.attachment == .detached)
    }
}
