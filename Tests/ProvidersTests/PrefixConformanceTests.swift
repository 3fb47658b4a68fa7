import Addressing
import Pool
import Providers
import Testing

/// What every backend does with /28 prefixes, whatever cloud it stands for.
@Suite("Provider conformance: prefixes", .timeLimit(.minutes(5))) struct PrefixConformanceTests {
    @Test("Prefixes are assigned up to the limit, and given back", arguments: ProviderUnderTest.all)
    func assign(subject: ProviderUnderTest) async throws {
        let cloud = try await StartedProvider(subject)
        let two = try await cloud.provider.assignPrefixes(cloud.primary, count: 2, token: MutationToken("a"))
        let one = try await cloud.provider.assignPrefixes(cloud.primary, count: 1, token: MutationToken("b"))
        #expect(two.count == 2 && one.count == 1 && Set(two + one).count == 3)
        let shown = try #require(try await cloud.interface(cloud.primary))
        #expect(Set(shown.prefixes) == Set(two + one))
        #expect(shown.secondaryAddresses == [])
        #expect((two + one).allSatisfy { $0.prefixLength == 28 && shown.subnetCIDR.contains($0) })
        #expect(!(two + one).contains { $0.contains(shown.primaryAddress) })
        await #expect(throws: ProviderError.limitReached(.addressesPerInterface)) {
            _ = try await cloud.provider.assignPrefixes(cloud.primary, count: 1, token: MutationToken("c"))
        }
        try await cloud.provider.unassign(cloud.primary, prefixes: two)
        #expect(try await cloud.interface(cloud.primary)?.prefixes == one)
        // Again, which changes nothing.
        try await cloud.provider.unassign(cloud.primary, prefixes: two)
        // With one that it has among those that it has not.
        try await cloud.provider.unassign(cloud.primary, prefixes: two + one)
        #expect(try await cloud.interface(cloud.primary)?.prefixes == [])
    }

    @Test("A prefix takes the place of one address, and sixteen of the subnet", arguments: ProviderUnderTest.all)
    func places(subject: ProviderUnderTest) async throws {
        let cloud = try await StartedProvider(subject)
        _ = try await cloud.provider.assign(cloud.primary, count: 1, token: MutationToken("a"))
        let prefixes = try await cloud.provider.assignPrefixes(cloud.primary, count: 2, token: MutationToken("b"))
        #expect(try await cloud.provider.subnets().first { $0.id == cloud.roomy }?.freeAddresses == 250 - 1 - 32)
        await #expect(throws: ProviderError.limitReached(.addressesPerInterface)) {
            _ = try await cloud.provider.assign(cloud.primary, count: 1, token: MutationToken("c"))
        }
        let shown = try #require(try await cloud.interface(cloud.primary))
        #expect(shown.secondaryAddresses.count == 1 && Set(shown.prefixes) == Set(prefixes))
        #expect(!prefixes.contains { $0.contains(shown.secondaryAddresses[0]) })
    }

    @Test("The same token assigns prefixes once", arguments: ProviderUnderTest.all)
    func token(subject: ProviderUnderTest) async throws {
        let cloud = try await StartedProvider(subject)
        let first = try await cloud.provider.assignPrefixes(cloud.primary, count: 2, token: MutationToken("same"))
        let second = try await cloud.provider.assignPrefixes(cloud.primary, count: 2, token: MutationToken("same"))
        #expect(first == second)
        #expect(try await cloud.interface(cloud.primary)?.prefixes.count == 2)
    }

    @Test("An interface starts with prefixes", arguments: ProviderUnderTest.all)
    func create(subject: ProviderUnderTest) async throws {
        let cloud = try await StartedProvider(subject)
        let created = try await cloud.provider.createInterface(
            InterfaceRequest(subnet: cloud.roomy, secondary: .prefixes(2)), token: MutationToken("a"))
        #expect(created.prefixes.count == 2 && created.secondaryAddresses == [])
        #expect(created.prefixes.allSatisfy(created.subnetCIDR.contains))
        #expect(try await cloud.interface(created.id) == created)
    }

    @Test("A subnet with free addresses can be without a free block", arguments: ProviderUnderTest.all)
    func noBlock(subject: ProviderUnderTest) async throws {
        let cloud = try await StartedProvider(subject)
        let eni = try await cloud.create(in: cloud.tiny, token: "a")
        await #expect(throws: ProviderError.noContiguousPrefix(cloud.tiny)) {
            _ = try await cloud.provider.assignPrefixes(eni.id, count: 1, token: MutationToken("b"))
        }
        await #expect(throws: ProviderError.noContiguousPrefix(cloud.tiny)) {
            _ = try await cloud.provider.createInterface(
                InterfaceRequest(subnet: cloud.tiny, secondary: .prefixes(1)), token: MutationToken("c"))
        }
        #expect(try await cloud.provider.subnets().first { $0.id == cloud.tiny }?.freeAddresses == 10)
        #expect(try await cloud.provider.interfaces().count == 2)
    }

    @Test("What does not exist gets and loses no prefix", arguments: ProviderUnderTest.all)
    func notFound(subject: ProviderUnderTest) async throws {
        let cloud = try await StartedProvider(subject)
        for id in [ENIID("eni-0123456789abcdef0"), ENIID("nonsense")] {
            let expected = ProviderError.notFound("interface \(id)")
            await #expect(throws: expected) {
                _ = try await cloud.provider.assignPrefixes(id, count: 1, token: MutationToken("a"))
            }
            await #expect(throws: expected) { try await cloud.provider.unassign(id, prefixes: []) }
        }
    }
}
