import Addressing
import Pool
import Providers
import Testing

/// What every backend does, whatever cloud it stands for.
@Suite("Provider conformance", .timeLimit(.minutes(5))) struct ConformanceTests {
    @Test("The node knows itself and its primary interface", arguments: ProviderUnderTest.all)
    func node(subject: ProviderUnderTest) async throws {
        let cloud = try await StartedProvider(subject)
        let node = try await cloud.provider.describeNode()
        #expect(node.limits == NodeLimits(enis: 3, ipv4PerENI: 4, ipv6PerENI: 3, supportsPrefixes: true, vCPUs: 2))
        #expect(node.networks == [try #require(IPv4Network("10.0.0.0/16"))])
        #expect(node.ipv6Networks.map(\.description) == ["2001:db8:0:1::/64", "2001:db8:0:3::/64"])
        let interfaces = try await cloud.provider.interfaces()
        #expect(interfaces.map(\.id) == [node.primaryENI])
        #expect(interfaces[0].isPrimary)
        #expect(interfaces[0].attachment == .attached(deviceIndex: 0))
        #expect(interfaces[0].subnet == cloud.roomy)
        #expect(interfaces[0].subnetCIDR.contains(interfaces[0].primaryAddress))
        #expect(interfaces[0].secondaryAddresses == [])
    }

    @Test("Subnets say what is free", arguments: ProviderUnderTest.all)
    func subnets(subject: ProviderUnderTest) async throws {
        let cloud = try await StartedProvider(subject)
        let zone = try await cloud.provider.describeNode().zone
        func free() async throws -> Int? {
            try await cloud.provider.subnets().first { $0.id == cloud.roomy }?.freeAddresses
        }
        #expect(Set(try await cloud.provider.subnets().map(\.id)) == [cloud.roomy, cloud.tiny, cloud.pods])
        #expect(try await cloud.provider.subnets().allSatisfy { $0.zone == zone })
        #expect(try await free() == 250)
        _ = try await cloud.provider.assign(cloud.primary, count: 2, token: MutationToken("a"))
        #expect(try await free() == 248)
    }

    @Test("Addresses are assigned up to the limit, and given back", arguments: ProviderUnderTest.all)
    func assign(subject: ProviderUnderTest) async throws {
        let cloud = try await StartedProvider(subject)
        let two = try await cloud.provider.assign(cloud.primary, count: 2, token: MutationToken("a"))
        let one = try await cloud.provider.assign(cloud.primary, count: 1, token: MutationToken("b"))
        #expect(Set(two + one).count == 3)
        let shown = try #require(try await cloud.interface(cloud.primary))
        #expect(Set(shown.secondaryAddresses) == Set(two + one))
        #expect((two + one).allSatisfy(shown.subnetCIDR.contains))
        await #expect(throws: ProviderError.limitReached(.addressesPerInterface)) {
            _ = try await cloud.provider.assign(cloud.primary, count: 1, token: MutationToken("c"))
        }
        try await cloud.provider.unassign(cloud.primary, addresses: two)
        #expect(try await cloud.interface(cloud.primary)?.secondaryAddresses == one)
        // Again, which changes nothing.
        try await cloud.provider.unassign(cloud.primary, addresses: two)
        #expect(try await cloud.interface(cloud.primary)?.secondaryAddresses == one)
    }

    @Test("The same token assigns once", arguments: ProviderUnderTest.all)
    func assignToken(subject: ProviderUnderTest) async throws {
        let cloud = try await StartedProvider(subject)
        let first = try await cloud.provider.assign(cloud.primary, count: 2, token: MutationToken("same"))
        let second = try await cloud.provider.assign(cloud.primary, count: 2, token: MutationToken("same"))
        #expect(first == second)
        #expect(try await cloud.interface(cloud.primary)?.secondaryAddresses.count == 2)
    }

    @Test("Given addresses are assigned, unless another interface has them", arguments: ProviderUnderTest.all)
    func assignGiven(subject: ProviderUnderTest) async throws {
        let cloud = try await StartedProvider(subject)
        let wanted = try #require(IPv4Address("10.0.1.77"))
        try await cloud.provider.assign(cloud.primary, addresses: [wanted])
        try await cloud.provider.assign(cloud.primary, addresses: [wanted])
        #expect(try await cloud.interface(cloud.primary)?.secondaryAddresses == [wanted])
        let other = try await cloud.create(token: "other")
        await #expect(throws: ProviderError.conflict("10.0.1.77")) {
            try await cloud.provider.assign(other.id, addresses: [wanted])
        }
    }

    @Test("An interface is created, attached, detached and deleted", arguments: ProviderUnderTest.all)
    func life(subject: ProviderUnderTest) async throws {
        let cloud = try await StartedProvider(subject)
        let created = try await cloud.provider.createInterface(
            InterfaceRequest(subnet: cloud.tiny, secondary: .addresses(2), tags: ["owner": "warmpool"]),
            token: MutationToken("a"))
        #expect(created.secondaryAddresses.count == 2)
        #expect(created.attachment == .detached)
        #expect(created.subnetCIDR == IPv4Network("10.0.2.0/28"))
        #expect(created.tags["owner"] == "warmpool")
        #expect(try await cloud.interface(created.id) == created)

        try await cloud.provider.attach(created.id, deviceIndex: 1)
        try await cloud.wait(for: created.id, toBe: .attached(deviceIndex: 1))
        try await cloud.provider.setDeleteOnTermination(created.id, true)
        #expect(try await cloud.interface(created.id)?.isPrimary == false)
        #expect(try await cloud.interface(created.id)?.mac == created.mac)

        try await cloud.provider.detach(created.id)
        try await cloud.wait(for: created.id, toBe: .detached)
        try await cloud.provider.delete(created.id)
        #expect(try await cloud.interface(created.id) == nil)
        await #expect(throws: ProviderError.notFound("interface \(created.id)")) {
            try await cloud.provider.delete(created.id)
        }
    }

    @Test("The same token creates once", arguments: ProviderUnderTest.all)
    func createToken(subject: ProviderUnderTest) async throws {
        let cloud = try await StartedProvider(subject)
        let first = try await cloud.create(addresses: 1, token: "same")
        #expect(try await cloud.create(addresses: 1, token: "same") == first)
        #expect(try await cloud.provider.interfaces().count == 2)
    }

    @Test("A node has as many interfaces as its type allows", arguments: ProviderUnderTest.all)
    func interfaceLimit(subject: ProviderUnderTest) async throws {
        let cloud = try await StartedProvider(subject)
        for index in 1...2 {
            let eni = try await cloud.create(token: "\(index)")
            try await cloud.provider.attach(eni.id, deviceIndex: index)
        }
        let third = try await cloud.create(token: "3")
        await #expect(throws: ProviderError.limitReached(.interfaces)) {
            try await cloud.provider.attach(third.id, deviceIndex: 3)
        }
    }

    @Test("An exhausted subnet gives nothing, not even a part", arguments: ProviderUnderTest.all)
    func subnetExhausted(subject: ProviderUnderTest) async throws {
        let cloud = try await StartedProvider(subject)
        let enis = [
            try await cloud.create(in: cloud.tiny, addresses: 3, token: "a"),
            try await cloud.create(in: cloud.tiny, addresses: 3, token: "b"),
        ]
        // 3 of 11 are left: too few for an interface with three more.
        await #expect(throws: ProviderError.subnetExhausted(cloud.tiny)) {
            _ = try await cloud.create(in: cloud.tiny, addresses: 3, token: "c")
        }
        #expect(try await cloud.provider.subnets().first { $0.id == cloud.tiny }?.freeAddresses == 3)
        let last = try await cloud.create(in: cloud.tiny, addresses: 2, token: "d")
        await #expect(throws: ProviderError.subnetExhausted(cloud.tiny)) {
            _ = try await cloud.provider.assign(last.id, count: 1, token: MutationToken("e"))
        }
        try await cloud.provider.unassign(enis[0].id, addresses: enis[0].secondaryAddresses)
        #expect(try await cloud.provider.assign(last.id, count: 1, token: MutationToken("f")).count == 1)
    }

    @Test("What does not exist is not found", arguments: ProviderUnderTest.all)
    func notFound(subject: ProviderUnderTest) async throws {
        let cloud = try await StartedProvider(subject)
        for id in [ENIID("eni-0123456789abcdef0"), ENIID("nonsense")] {
            let expected = ProviderError.notFound("interface \(id)")
            await #expect(throws: expected) { try await cloud.provider.attach(id, deviceIndex: 1) }
            await #expect(throws: expected) { try await cloud.provider.detach(id) }
            await #expect(throws: expected) { try await cloud.provider.delete(id) }
            await #expect(throws: expected) { try await cloud.provider.unassign(id, addresses: []) }
            await #expect(throws: expected) {
                _ = try await cloud.provider.assign(id, count: 1, token: MutationToken("a"))
            }
        }
        await #expect(throws: ProviderError.notFound("subnet subnet-none")) {
            _ = try await cloud.create(in: SubnetID("subnet-none"), token: "b")
        }
    }

    @Test("What an interface's state forbids is refused", arguments: ProviderUnderTest.all)
    func incorrectState(subject: ProviderUnderTest) async throws {
        let cloud = try await StartedProvider(subject)
        let detached = try await cloud.create(token: "a")
        for attempt in [
            { try await cloud.provider.delete(cloud.primary) },
            { try await cloud.provider.detach(cloud.primary) },
            { try await cloud.provider.detach(detached.id) },
            { try await cloud.provider.attach(detached.id, deviceIndex: 0) },
        ] as [() async throws -> Void] {
            let error = await #expect(throws: ProviderError.self) { try await attempt() }
            guard case .incorrectState(let text) = error else {
                Issue.record("\(String(describing: error)) instead of an incorrect state")
                continue
            }
            #expect(!text.isEmpty)
        }
    }

    @Test("Calls at once get different addresses", arguments: ProviderUnderTest.all)
    func concurrency(subject: ProviderUnderTest) async throws {
        let cloud = try await StartedProvider(subject)
        let provider = cloud.provider
        let enis = try await [cloud.primary, cloud.create(token: "a").id, cloud.create(token: "b").id]
        let assigned = try await withThrowingTaskGroup { group in
            for (index, eni) in enis.enumerated() {
                for call in 0..<3 {
                    group.addTask {
                        try await provider.assign(eni, count: 1, token: MutationToken("\(index)/\(call)"))
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(assigned.count == 9 && Set(assigned).count == 9)
        let shown = try await provider.interfaces().flatMap(\.secondaryAddresses)
        #expect(Set(shown) == Set(assigned))
    }

    @Test("A cancelled call does not wait", arguments: ProviderUnderTest.all)
    func cancelled(subject: ProviderUnderTest) async throws {
        let cloud = try await StartedProvider(subject)
        let provider = cloud.provider
        let call = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            _ = try await provider.interfaces()
        }
        let error = await #expect(throws: ProviderError.self) { try await call.value }
        guard case .unreachable = error else {
            Issue.record("\(String(describing: error)) instead of unreachable")
            return
        }
    }
}
