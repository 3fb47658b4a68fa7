import ModelVPC
import Pool
import Providers
import RateLimiting
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

    private let clock = ManualClock()

    private func governed(
        throttling: ModelVPC.Throttling = .init(), faults: [ModelVPC.FaultRule] = []
    ) async throws -> GovernedProvider {
        let mock = try await MockProvider(
            cloud: TestMock.cloud(throttling: throttling, faults: faults), node: TestMock.node())
        return GovernedProvider(mock, policy: GovernedProviderTests.strict) { [clock] in clock.now }
    }

    private func error(of provider: GovernedProvider) async throws -> ProviderError {
        try #require(await #expect(throws: ProviderError.self) { try await provider.delete(ENIID("eni-0")) })
    }

    @Test("Too many calls of one kind fail without being made") func limited() async throws {
        let provider = try await governed()
        for _ in 0..<2 { #expect(try await error(of: provider) == .notFound("interface eni-0")) }
        #expect(try await error(of: provider) == .throttled(retryAfter: .seconds(2)))
        #expect(try await provider.interfaces().count == 1, "others are not limited by it")
        clock.now = clock.now + .seconds(2)
        #expect(try await error(of: provider) == .notFound("interface eni-0"))
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
        #expect(try await error(of: provider) == .notFound("interface eni-0"))
    }
}
