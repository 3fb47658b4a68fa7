import Addressing
import ModelVPC
import Pool
import Providers
import Synchronization
import Testing
import Timekeeping

/// A network that is told what the cloud shows.
private final class Network: Sendable {
    struct Broken: Error {}

    private struct State {
        var isBusy = false
        var overlapped = false
        var isBroken = false
    }

    let tellings: AsyncStream<[GuestInterface]>
    private let told: AsyncStream<[GuestInterface]>.Continuation
    private let state = Mutex(State())

    init() {
        (tellings, told) = AsyncStream.makeStream()
    }

    var overlapped: Bool { state.withLock { $0.overlapped } }

    func setBroken(_ isBroken: Bool) {
        state.withLock { $0.isBroken = isBroken }
    }

    func follow(_ interfaces: [GuestInterface]) async throws {
        try state.withLock {
            if $0.isBusy { $0.overlapped = true }
            if $0.isBroken { throw Broken() }
            $0.isBusy = true
        }
        await Task.yield()
        state.withLock { $0.isBusy = false }
        told.yield(interfaces)
    }
}

@Suite("The network follows the cloud", .timeLimit(.minutes(5))) struct GuestFollowerTests {
    private let network = Network()

    private func start(_ cloud: MockCloud) async throws -> MockProvider {
        try await MockProvider(cloud: cloud, node: TestMock.node()) { [network] in try await network.follow($0) }
    }

    @Test("It is told at the start, and after each change before the call returns") func changes() async throws {
        let provider = try await start(TestMock.cloud())
        var tellings = network.tellings.makeAsyncIterator()
        let primary = try await provider.interfaces()[0]
        let first = try #require(await tellings.next())
        #expect(first.map(\.id) == [primary.id])
        #expect(first[0].mac == primary.mac && first[0].deviceIndex == 0)
        #expect(first[0].primaryAddress == primary.primaryAddress && first[0].secondaryAddresses == [])
        #expect(first[0].subnetCIDR == IPv4Network("10.0.1.0/24"))
        #expect(first[0].subnetIPv6CIDR == IPv6Network("2001:db8:0:1::/64"))
        #expect(first[0].ipv6Address != nil && first[0].ipv6Address == primary.ipv6Address)

        let addresses = try await provider.assign(primary.id, count: 2, token: MutationToken("a"))
        #expect(await tellings.next()?[0].secondaryAddresses == addresses)
        try await provider.unassign(primary.id, addresses: [addresses[0]])
        #expect(await tellings.next()?[0].secondaryAddresses == [addresses[1]])
        let prefixes = try await provider.assignIPv6Prefixes(primary.id, count: 1, token: MutationToken("p"))
        #expect(await tellings.next()?[0].ipv6Prefixes == prefixes)

        // A detached interface is not in sight, and no news.
        let eni = try await provider.createInterface(
            InterfaceRequest(subnet: SubnetID("subnet-tiny"), secondary: .addresses(1)), token: MutationToken("b"))
        try await provider.attach(eni.id, deviceIndex: 1)
        #expect(await tellings.next()?.map(\.deviceIndex) == [0, 1])
        try await provider.detach(eni.id)
        #expect(await tellings.next()?.map(\.deviceIndex) == [0])
    }

    @Test("An interface appears when its time has come, without a call", arguments: [false, true])
    func appears(inFile: Bool) async throws {
        let directory = try TestDirectory()
        var settings = ModelVPC.Settings()
        settings.attachDelay = .init(.milliseconds(20))
        settings.appearDelay = .init(.milliseconds(20))
        let cloud = try TestMock.cloud(
            settings, storage: inFile ? .file(path: directory.path("cloud.json")) : .memory)
        let provider = try await start(cloud)
        var tellings = network.tellings.makeAsyncIterator()
        #expect(await tellings.next()?.count == 1)
        let eni = try await provider.createInterface(
            InterfaceRequest(subnet: SubnetID("subnet-tiny"), secondary: .addresses(1)), token: MutationToken("a"))
        try await provider.attach(eni.id, deviceIndex: 1)
        let appeared = try #require(await tellings.next())
        #expect(appeared.map(\.id) == [try await provider.describeNode().primaryENI, eni.id])
        #expect(appeared[1].secondaryAddresses == eni.secondaryAddresses)
        #expect(try await provider.interfaces()[1].attachment == .attached(deviceIndex: 1))
    }

    @Test("A restarted daemon's network is told at once") func restart() async throws {
        let directory = try TestDirectory()
        let storage = MockCloud.Storage.file(path: directory.path("cloud.json"))
        let before = try await MockProvider(cloud: TestMock.cloud(storage: storage), node: TestMock.node())
        let eni = try await before.describeNode().primaryENI
        let addresses = try await before.assign(eni, count: 3, token: MutationToken("a"))
        _ = try await start(TestMock.cloud(storage: storage))
        var tellings = network.tellings.makeAsyncIterator()
        #expect(await tellings.next()?[0].secondaryAddresses == addresses)
    }

    @Test("What is lost on the way to the caller still reaches the network") func lostReply() async throws {
        let cloud = try TestMock.cloud(faults: [.init(.loseReply, of: [.assignPrivateIpAddresses])])
        let provider = try await MockProvider(cloud: cloud, node: TestMock.node(), timeout: .milliseconds(10)) {
            [network] in try await network.follow($0)
        }
        var tellings = network.tellings.makeAsyncIterator()
        let eni = try #require(await tellings.next())[0].id
        await #expect(throws: ProviderError.self) {
            _ = try await provider.assign(eni, count: 1, token: MutationToken("a"))
        }
        #expect(await tellings.next()?[0].secondaryAddresses.count == 1)
    }

    @Test("A network that fails fails the call, and is told again by itself") func failure() async throws {
        let provider = try await start(TestMock.cloud())
        var tellings = network.tellings.makeAsyncIterator()
        let eni = try #require(await tellings.next())[0].id
        network.setBroken(true)
        let error = await #expect(throws: ProviderError.self) {
            _ = try await provider.assign(eni, count: 1, token: MutationToken("a"))
        }
        #expect(error == .transient(status: nil, "the node's network cannot follow the cloud: Broken()"))
        network.setBroken(false)
        #expect(await tellings.next()?[0].secondaryAddresses.count == 1)
    }

    @Test("After a failure it is told even a state that it had before") func failureUndone() async throws {
        let provider = try await start(TestMock.cloud())
        var tellings = network.tellings.makeAsyncIterator()
        let eni = try #require(await tellings.next())[0].id
        network.setBroken(true)
        await #expect(throws: ProviderError.self) {
            _ = try await provider.assign(eni, count: 1, token: MutationToken("a"))
        }
        network.setBroken(false)
        try await provider.unassign(eni, addresses: provider.interfaces()[0].secondaryAddresses)
        while let interfaces = await tellings.next() {
            if interfaces[0].secondaryAddresses.isEmpty { return }
        }
    }

    @Test("It is told one state at a time, and at last the newest") func serialised() async throws {
        let provider = try await start(TestMock.cloud())
        let eni = try await provider.describeNode().primaryENI
        try await withThrowingTaskGroup { group in
            for call in 0..<30 {
                group.addTask {
                    let addresses = try await provider.assign(eni, count: 1, token: MutationToken("\(call)"))
                    try await provider.unassign(eni, addresses: addresses)
                }
                if call % 3 == 2 { try await group.waitForAll() }
            }
            try await group.waitForAll()
        }
        let last = try await provider.assign(eni, count: 3, token: MutationToken("last"))
        #expect(!network.overlapped)
        for await interfaces in network.tellings where interfaces[0].secondaryAddresses == last { return }
    }
}
