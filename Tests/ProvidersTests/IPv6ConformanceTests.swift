import Addressing
import Pool
import Providers
import RateLimiting
import Testing
import Timekeeping

/// What every backend does with /80 prefixes, whatever cloud it stands for.
@Suite("Provider conformance: IPv6 prefixes", .timeLimit(.minutes(5))) struct IPv6ConformanceTests {
    @Test("Prefixes are assigned up to the limit, and given back", arguments: ProviderUnderTest.all)
    func assign(subject: ProviderUnderTest) async throws {
        let cloud = try await StartedProvider(subject)
        let network = try #require(try await cloud.provider.subnets().first { $0.id == cloud.roomy }?.ipv6CIDR)
        #expect(network == IPv6Network("2001:db8:0:1::/64"))
        let eni = try await cloud.create(token: "eni").id
        try await cloud.provider.attach(eni, deviceIndex: 1)
        let two = try await cloud.provider.assignIPv6Prefixes(eni, count: 2, token: MutationToken("a"))
        let one = try await cloud.provider.assignIPv6Prefixes(eni, count: 1, token: MutationToken("b"))
        #expect(two.count == 2 && one.count == 1 && Set(two + one).count == 3)
        #expect((two + one).allSatisfy { $0.prefixLength == 80 && network.contains($0) && $0.base != network.base })
        let shown = try #require(try await cloud.interface(eni))
        #expect(Set(shown.ipv6Prefixes) == Set(two + one))
        #expect(shown.prefixes == [] && shown.secondaryAddresses == [])
        await #expect(throws: ProviderError.limitReached(.addressesPerInterface)) {
            _ = try await cloud.provider.assignIPv6Prefixes(eni, count: 1, token: MutationToken("c"))
        }
        try await cloud.provider.unassign(eni, ipv6Prefixes: two)
        #expect(try await cloud.interface(eni)?.ipv6Prefixes == one)
        // Again, which changes nothing.
        try await cloud.provider.unassign(eni, ipv6Prefixes: two)
        // With one that it has among those that it has not.
        try await cloud.provider.unassign(eni, ipv6Prefixes: two + one)
        #expect(try await cloud.interface(eni)?.ipv6Prefixes == [])
    }

    @Test(
        "The primary interface has an address of its own, which counts, and other interfaces have none",
        arguments: ProviderUnderTest.all)
    func ownAddress(subject: ProviderUnderTest) async throws {
        let cloud = try await StartedProvider(subject)
        let address = try #require(try await cloud.interface(cloud.primary)?.ipv6Address)
        #expect(try #require(IPv6Network("2001:db8:0:1::/80")).contains(address))
        #expect(address != IPv6Address("2001:db8:0:1::") && address != IPv6Address("2001:db8:0:1::1"))
        #expect(try await cloud.create(token: "a").ipv6Address == nil)
        _ = try await cloud.provider.assignIPv6Prefixes(cloud.primary, count: 2, token: MutationToken("b"))
        await #expect(throws: ProviderError.limitReached(.addressesPerInterface)) {
            _ = try await cloud.provider.assignIPv6Prefixes(cloud.primary, count: 1, token: MutationToken("c"))
        }
        #expect(try await cloud.interface(cloud.primary)?.ipv6Address == address)
    }

    @Test("They take no place of IPv4 addresses", arguments: ProviderUnderTest.all)
    func places(subject: ProviderUnderTest) async throws {
        let cloud = try await StartedProvider(subject)
        let prefixes = try await cloud.provider.assignIPv6Prefixes(cloud.primary, count: 2, token: MutationToken("a"))
        let addresses = try await cloud.provider.assign(cloud.primary, count: 3, token: MutationToken("b"))
        let shown = try #require(try await cloud.interface(cloud.primary))
        #expect(Set(shown.ipv6Prefixes) == Set(prefixes) && Set(shown.secondaryAddresses) == Set(addresses))
        #expect(try await cloud.provider.subnets().first { $0.id == cloud.roomy }?.freeAddresses == 250 - 3)
    }

    @Test("The same token assigns prefixes once, and nothing else", arguments: ProviderUnderTest.all)
    func token(subject: ProviderUnderTest) async throws {
        let cloud = try await StartedProvider(subject)
        let first = try await cloud.provider.assignIPv6Prefixes(cloud.primary, count: 1, token: MutationToken("same"))
        let second = try await cloud.provider.assignIPv6Prefixes(cloud.primary, count: 1, token: MutationToken("same"))
        #expect(first == second)
        #expect(try await cloud.interface(cloud.primary)?.ipv6Prefixes == first)
        let error = await #expect(throws: ProviderError.self) {
            _ = try await cloud.provider.assignIPv6Prefixes(cloud.primary, count: 2, token: MutationToken("same"))
        }
        #expect(error?.description.contains("belongs to another request") == true)
    }

    @Test("A detached interface gets prefixes, and frees them when it is deleted", arguments: ProviderUnderTest.all)
    func delete(subject: ProviderUnderTest) async throws {
        let cloud = try await StartedProvider(subject)
        let eni = try await cloud.create(token: "a").id
        let prefixes = try await cloud.provider.assignIPv6Prefixes(eni, count: 1, token: MutationToken("b"))
        #expect(try await cloud.interface(eni)?.ipv6Prefixes == prefixes)
        try await cloud.provider.delete(eni)
        #expect(
            try await cloud.provider.assignIPv6Prefixes(cloud.primary, count: 1, token: MutationToken("c")) == prefixes)
    }

    @Test("A subnet without IPv6 gives none, and the error says so", arguments: ProviderUnderTest.all)
    func withoutIPv6(subject: ProviderUnderTest) async throws {
        let cloud = try await StartedProvider(subject)
        let tiny = try #require(try await cloud.provider.subnets().first { $0.id == cloud.tiny })
        #expect(tiny.ipv6CIDR == nil)
        let eni = try await cloud.create(in: cloud.tiny, token: "a").id
        let error = await #expect(throws: ProviderError.self) {
            _ = try await cloud.provider.assignIPv6Prefixes(eni, count: 1, token: MutationToken("b"))
        }
        guard case .incorrectState(let text) = error else {
            Issue.record("\(String(describing: error)) instead of an incorrect state")
            return
        }
        #expect(text.contains("subnet-tiny has no IPv6 CIDR"))
        #expect(try await cloud.interface(eni)?.ipv6Prefixes == [])
    }

    @Test("What does not exist gets and loses no prefix", arguments: ProviderUnderTest.all)
    func notFound(subject: ProviderUnderTest) async throws {
        let cloud = try await StartedProvider(subject)
        for id in [ENIID("eni-0123456789abcdef0"), ENIID("nonsense")] {
            let expected = ProviderError.notFound("interface \(id)")
            await #expect(throws: expected) {
                _ = try await cloud.provider.assignIPv6Prefixes(id, count: 1, token: MutationToken("a"))
            }
            await #expect(throws: expected) { try await cloud.provider.unassign(id, ipv6Prefixes: []) }
        }
    }

    @Test("A governed provider passes them on", arguments: ProviderUnderTest.all)
    func governed(subject: ProviderUnderTest) async throws {
        let cloud = try await StartedProvider(subject)
        let start = ContinuousClock.now
        let governed = GovernedProvider(
            policy: CallPolicy(), now: { .origin + (ContinuousClock.now - start) },
            connect: { () throws(ProviderError) in cloud.provider })
        let prefixes = try await governed.assignIPv6Prefixes(cloud.primary, count: 1, token: MutationToken("a"))
        #expect(try await cloud.interface(cloud.primary)?.ipv6Prefixes == prefixes)
        try await governed.unassign(cloud.primary, ipv6Prefixes: prefixes)
        #expect(try await cloud.interface(cloud.primary)?.ipv6Prefixes == [])
    }
}
