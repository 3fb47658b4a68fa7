import ModelVPC
import Pool
import Providers
import RateLimiting
import Synchronization
import Testing
import Timekeeping

@Suite("A provider that is not called too often", .timeLimit(.minutes(5))) struct GovernedProviderTests {
    /// A policy that gives way at once instead of waiting.
    private static let strict: CallPolicy = {
        var policy = CallPolicy()
        policy.mutating = CallLimit(burst: 2, perSecond: 0.5)
        policy.longestWait = .zero
        policy.failureThreshold = 2
        policy.pause = Backoff(initial: .seconds(8), longest: .seconds(8))
        return policy
    }()

    private static let unknown = ENIID("eni-0123456789abcdef0")
    private let clock = ManualClock()

    private func govern(
        _ connect: @escaping @Sendable () async throws(ProviderError) -> any CloudProvider
    ) -> GovernedProvider {
        GovernedProvider(policy: GovernedProviderTests.strict, now: { [clock] in clock.now }, connect: connect)
    }

    private func governed(
        throttling: ModelVPC.Throttling = .init(), faults: [ModelVPC.FaultRule] = []
    ) async throws -> GovernedProvider {
        let mock = try await MockProvider(
            cloud: TestMock.cloud(throttling: throttling, faults: faults), node: TestMock.node())
        return govern { () throws(ProviderError) in mock }
    }

    private func error(of provider: GovernedProvider) async throws -> ProviderError {
        try #require(
            await #expect(throws: ProviderError.self) { try await provider.delete(GovernedProviderTests.unknown) })
    }

    @Test("It is connected to once, by the first call that gets through") func connecting() async throws {
        let mock = try await MockProvider(cloud: TestMock.cloud(), node: TestMock.node())
        let attempts = Mutex(0)
        let provider = govern { () throws(ProviderError) in
            let attempt = attempts.withLock { count in
                count += 1
                return count
            }
            if attempt == 1 { throw .unreachable("not there yet") }
            return mock
        }
        await #expect(throws: ProviderError.unreachable("not there yet")) { _ = try await provider.interfaces() }
        async let both = (provider.interfaces().count, provider.subnets().count)
        #expect(try await both == (1, 3))
        #expect(attempts.withLock { $0 } == 2)
    }

    @Test("Too many calls of one kind fail without being made") func limited() async throws {
        let provider = try await governed()
        for _ in 0..<2 {
            #expect(try await error(of: provider) == .notFound("interface \(GovernedProviderTests.unknown)"))
        }
        #expect(try await error(of: provider) == .callsLimited(retryAfter: .seconds(2)))
        #expect(try await provider.interfaces().count == 1, "others are not limited by it")
        clock.now = clock.now + .seconds(2)
        #expect(try await error(of: provider) == .notFound("interface \(GovernedProviderTests.unknown)"))
    }

    @Test("A call that is cancelled while it waits for its turn is not made") func cancelled() async throws {
        var policy = GovernedProviderTests.strict
        policy.longestWait = .seconds(3600)
        let mock = try await MockProvider(cloud: TestMock.cloud(), node: TestMock.node())
        let provider = GovernedProvider(
            policy: policy, now: { [clock] in clock.now }, connect: { () throws(ProviderError) in mock })
        for _ in 0..<2 {
            #expect(try await error(of: provider) == .notFound("interface \(GovernedProviderTests.unknown)"))
        }
        let waiting = Task { try await error(of: provider) }
        waiting.cancel()
        #expect(try await waiting.value == .unreachable("the call was cancelled"))
        #expect(provider.state.breaker.state == .closed(failures: 0), "and no failure of the provider")
    }

    @Test("A provider that throttles is called more slowly") func throttled() async throws {
        let provider = try await governed(
            throttling: .init(perAction: [.deleteNetworkInterface: .init(capacity: 0, refillPerSecond: 0)]))
        #expect(try await error(of: provider) == .throttled(retryAfter: nil))
        #expect(provider.state.slowed(at: clock.now).map(\.call) == [.delete])
        #expect(try await error(of: provider) == .throttled(retryAfter: .seconds(4)))
    }

    @Test("A provider that fails is left alone, tried once, and used again") func suspended() async throws {
        let provider = try await governed(
            faults: [.init(.fail(.internalError), of: [.describeNetworkInterfaces], count: 2)])
        for _ in 0..<2 { await #expect(throws: ProviderError.self) { _ = try await provider.interfaces() } }
        let refused = try await error(of: provider)
        guard case .suspended(let pause, let why) = refused else {
            Issue.record("\(refused) instead of a suspension")
            return
        }
        #expect(pause > .zero && pause <= .seconds(8))
        #expect(why.contains("status 500"), "the reason is told: \(why)")
        clock.now = clock.now + .seconds(8)
        #expect(try await provider.interfaces().count == 1)
        #expect(provider.state.breaker.state == .closed(failures: 0))
        #expect(try await error(of: provider) == .notFound("interface \(GovernedProviderTests.unknown)"))
    }
}
