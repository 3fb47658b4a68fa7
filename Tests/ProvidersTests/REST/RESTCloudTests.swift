import Addressing
import ModelVPC
import Pool
import Providers
import RateLimiting
import Testing

/// The REST provider against the cloud server, whose cloud has faults.
@Suite("REST against a cloud with faults", .timeLimit(.minutes(10))) struct RESTCloudTests {
    /// Attempts end so soon that a lost reply is noticed, and are so many that a slow machine has time enough.
    private static let retry = RetryPolicy(
        attempts: 30, backoff: .init(initial: .milliseconds(1), longest: .milliseconds(5)),
        attemptTimeout: .seconds(3), budget: .seconds(240))

    /// A provider in whose cloud the first reply to an action is lost.
    private func provider(losing action: ModelVPC.Action) async throws -> RESTProvider {
        try await TestCloudServer(faults: [.init(.loseReply, of: [action], count: 1)])
            .restProvider(retry: RESTCloudTests.retry)
    }

    private func create(_ provider: RESTProvider, _ secondary: InterfaceRequest.Secondary) async throws -> ENIID {
        try await provider.createInterface(
            InterfaceRequest(subnet: SubnetID("subnet-roomy"), secondary: secondary), token: MutationToken("create")
        ).id
    }

    @Test("A lost assignment is made once") func assign() async throws {
        let provider = try await provider(losing: .assignPrivateIpAddresses)
        let primary = try await provider.describeNode().primaryENI
        let addresses = try await provider.assign(primary, count: 2, token: MutationToken("a"))
        #expect(try await provider.interfaces()[0].secondaryAddresses == addresses)
        #expect(addresses.count == 2)
    }

    @Test("A lost assignment of prefixes is made once") func assignPrefixes() async throws {
        let provider = try await provider(losing: .assignPrivateIpAddresses)
        let primary = try await provider.describeNode().primaryENI
        let prefixes = try await provider.assignPrefixes(primary, count: 2, token: MutationToken("a"))
        #expect(try await provider.interfaces()[0].prefixes == prefixes)
        #expect(prefixes.count == 2)
    }

    @Test("A lost assignment of IPv6 prefixes is made once") func assignIPv6Prefixes() async throws {
        let provider = try await provider(losing: .assignIpv6Addresses)
        let primary = try await provider.describeNode().primaryENI
        let prefixes = try await provider.assignIPv6Prefixes(primary, count: 2, token: MutationToken("a"))
        #expect(try await provider.interfaces()[0].ipv6Prefixes == prefixes)
        #expect(prefixes.count == 2)
    }

    @Test("A lost creation makes one interface") func create() async throws {
        let provider = try await provider(losing: .createNetworkInterface)
        let eni = try await create(provider, .addresses(1))
        #expect(try await provider.interfaces().map(\.id).last == eni)
        #expect(try await provider.interfaces().count == 2)
    }

    @Test(
        "A lost change of an interface has been made",
        arguments: [
            .attachNetworkInterface, .modifyNetworkInterfaceAttribute, .detachNetworkInterface, .deleteNetworkInterface,
        ] as [ModelVPC.Action])
    func life(lost: ModelVPC.Action) async throws {
        let provider = try await provider(losing: lost)
        let eni = try await create(provider, .prefixes(1))
        try await provider.attach(eni, deviceIndex: 1)
        try await provider.setDeleteOnTermination(eni, true)
        #expect(try await provider.interfaces().last?.attachment == .attached(deviceIndex: 1))
        try await provider.detach(eni)
        #expect(try await provider.interfaces().last?.attachment == .detached)
        try await provider.delete(eni)
        #expect(try await provider.interfaces().count == 1)
    }

    @Test("A throttled call ends with the wait that the server asks for") func throttled() async throws {
        let bucket = TokenBucket(capacity: 1, refillPerSecond: 0.001)
        let provider = try await TestCloudServer(throttling: .init(nonMutating: bucket)).restProvider()
        _ = try await provider.describeNode()
        let error = await #expect(throws: ProviderError.self) { try await provider.describeNode() }
        guard case .throttled(let wait?) = error else {
            Issue.record("\(String(describing: error)) instead of throttled with a wait")
            return
        }
        #expect((.seconds(1) ... .seconds(1_000)).contains(wait))
    }

    @Test("A caller without the right token is told so") func credentials() async throws {
        let error = await #expect(throws: ProviderError.self) {
            try await TestCloudServer().restProvider(token: "another").describeNode()
        }
        guard case .invalidCredentials(let text) = error else {
            Issue.record("\(String(describing: error)) instead of invalid credentials")
            return
        }
        #expect(text.contains("the bearer token is not valid (request ") && !text.contains("another"))
    }
}
