import Addressing
import Curl
import Pool
import Providers
import Testing

@Suite("EC2 against moto", .timeLimit(.minutes(10))) struct MotoTests {
    private let moto: MotoServer
    private let world: MotoServer.World
    private let provider: EC2Provider

    init() async throws {
        moto = try await MotoServer()
        world = try await moto.makeWorld()
        provider = EC2Provider(
            instanceID: world.node.id, region: "us-east-1", endpoint: moto.url, credentials: FixedCredentials(),
            client: HTTPClient(), retry: .patient, pageSize: 5)
    }

    /// Compares what the provider shows with what boto3 sees.
    ///
    /// - Returns: what both see.
    @discardableResult
    private func agree() async throws -> [InterfaceView] {
        let ours = try await provider.interfaces().sorted { $0.id < $1.id }
        let theirs = try await moto.interfaces(of: world.node.id)
        #expect(ours.map(\.id.description) == theirs.map(\.id))
        for (ours, theirs) in zip(ours, theirs) {
            #expect(ours.subnet.description == theirs.subnet && ours.mac.description == theirs.mac)
            #expect(ours.primaryAddress.description == theirs.primary)
            #expect(ours.secondaryAddresses.map(\.description).sorted() == theirs.secondary)
            #expect(ours.attachment == theirs.deviceIndex.map { .attached(deviceIndex: $0) } ?? .detached)
            #expect(ours.tags == theirs.tags)
        }
        return ours
    }

    @Test("A node finds itself, and what is its own") func describe() async throws {
        let node = try await provider.describeNode()
        #expect(node.instanceID == world.node.id && node.zone == world.node.zone)
        #expect(node.primaryENI.description == world.node.primary)
        #expect(node.instanceType == "t3.small")
        #expect(node.limits == NodeLimits(enis: 3, ipv4PerENI: 4, ipv6PerENI: 4, supportsPrefixes: true, vCPUs: 2))
        #expect(Set(node.networks.map(\.description)) == ["10.0.0.0/17", "10.0.128.0/17"], "of every zone")
        #expect(try await agree().map(\.isPrimary) == [true])
        let subnets = try await provider.subnets()
        // A region has default subnets in another VPC.
        let theirs = try await moto.subnets(in: world.node.zone).filter { $0.vpc == world.vpc }
        #expect(subnets.map(\.id.description) == [world.node.subnet])
        #expect(subnets.map(\.cidr.description) == theirs.map(\.cidr))
        #expect(subnets.map(\.freeAddresses) == theirs.map(\.free))
    }

    @Test("An interface lives, and boto3 sees each step") func life() async throws {
        let created = try await provider.createInterface(
            InterfaceRequest(
                subnet: SubnetID(world.node.subnet), secondary: .addresses(1), tags: ["owner": "warmpool & co"]),
            token: MutationToken("t"))
        #expect(created.secondaryAddresses.count == 1 && created.attachment == .detached)
        #expect(try await agree().contains(created))
        let seen = try #require(try await moto.interfaces(of: world.node.id).first { $0.id == "\(created.id)" })
        #expect(seen.tags == ["owner": "warmpool & co", CloudTag.instance: world.node.id])
        #expect(seen.description == "warmpool of \(world.node.id)")
        let primary = try #require(try await moto.interfaces(of: world.node.id).first { $0.id == world.node.primary })
        #expect(seen.groups == primary.groups)

        try await provider.attach(created.id, deviceIndex: 1)
        try await provider.setDeleteOnTermination(created.id, true)
        let assigned = try await provider.assign(created.id, count: 2, token: MutationToken("a"))
        #expect(assigned.count == 2)
        #expect(!assigned.contains(created.primaryAddress) && !assigned.contains(created.secondaryAddresses[0]))
        let given = try #require(IPv4Address("10.0.127.254"))
        try await provider.assign(created.id, addresses: [given])
        let full = try #require(try await agree().first { $0.id == created.id })
        #expect(full.attachment == .attached(deviceIndex: 1))
        #expect(Set(full.secondaryAddresses) == Set(created.secondaryAddresses + assigned + [given]))

        try await provider.unassign(created.id, addresses: assigned)
        try await provider.unassign(created.id, addresses: assigned)
        let left = try #require(try await agree().first { $0.id == created.id })
        #expect(Set(left.secondaryAddresses) == Set(created.secondaryAddresses + [given]))

        try await provider.detach(created.id)
        #expect(try await agree().first { $0.id == created.id }?.attachment == .detached)
        try await provider.delete(created.id)
        #expect(try await agree().map(\.id.description) == [world.node.primary])
        await #expect(throws: ProviderError.notFound("interface \(created.id)")) {
            try await provider.delete(created.id)
        }
    }

    @Test("Many interfaces, and another node's, which are not ours") func many() async throws {
        let neighbour = EC2Provider(
            instanceID: world.other.id, region: "us-east-1", endpoint: moto.url, credentials: FixedCredentials(),
            client: HTTPClient(), retry: .patient)
        let foreign = try await neighbour.createInterface(
            InterfaceRequest(subnet: SubnetID(world.other.subnet), secondary: .addresses(1)),
            token: MutationToken("n"))
        for number in 0..<12 {
            _ = try await provider.createInterface(
                InterfaceRequest(subnet: SubnetID(world.node.subnet), secondary: .addresses(1)),
                token: MutationToken("\(number)"))
        }
        let shown = try await agree()
        #expect(shown.count == 13 && !shown.contains { $0.id == foreign.id })
        #expect(Set(try await neighbour.interfaces().map(\.id.description)) == [world.other.primary, "\(foreign.id)"])
    }

    @Test("Assignments to the primary interface are told from the addresses that it had") func primary() async throws {
        let eni = try await provider.describeNode().primaryENI
        let before = try await agree()[0]
        var assigned: [IPv4Address] = []
        for number in 0..<3 {
            let new = try await provider.assign(eni, count: 1, token: MutationToken("\(number)"))
            #expect(new.count == 1 && !assigned.contains(new[0]) && new[0] != before.primaryAddress)
            assigned += new
        }
        #expect(try await agree()[0].secondaryAddresses == assigned)
    }

    @Test("What is not there is not found, and a prefix that is not given is no success") func refusals() async throws {
        for id in [ENIID("eni-0123456789abcdef0"), ENIID("nonsense")] {
            let expected = ProviderError.notFound("interface \(id)")
            await #expect(throws: expected) { try await provider.attach(id, deviceIndex: 1) }
            await #expect(throws: expected) { try await provider.detach(id) }
            await #expect(throws: expected) { try await provider.delete(id) }
            await #expect(throws: expected) { try await provider.unassign(id, addresses: []) }
            await #expect(throws: expected) { _ = try await provider.assign(id, count: 1, token: MutationToken("a")) }
        }
        await #expect(throws: ProviderError.notFound("subnet subnet-none")) {
            _ = try await provider.createInterface(
                InterfaceRequest(subnet: SubnetID("subnet-none"), secondary: .addresses(0)), token: MutationToken("b"))
        }
        let nobody = EC2Provider(
            instanceID: "i-0123456789abcdef0", region: "us-east-1", endpoint: moto.url,
            credentials: FixedCredentials(), client: HTTPClient(), retry: .patient)
        await #expect(throws: ProviderError.notFound("instance i-0123456789abcdef0")) {
            _ = try await nobody.describeNode()
        }
        let eni = ENIID(world.node.primary)
        let error = await #expect(throws: ProviderError.self) {
            _ = try await provider.assignPrefixes(eni, count: 1, token: MutationToken("p"))
        }
        guard case .malformedReply = error else {
            Issue.record("\(String(describing: error)) instead of a malformed reply")
            return
        }
    }
}
