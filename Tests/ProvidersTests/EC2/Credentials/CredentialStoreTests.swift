import HTTPTesting
import Pool
import Synchronization
import Testing

@testable import Providers

/// A source that gives `A1`, `A2` and so on, or fails.
private final class Source: Sendable {
    private struct State {
        var count = 0
        var lifetime: Int? = 3_600
        var failure: ProviderError?
        /// Whether it gives the same once more.
        var repeats = false
    }

    private let state = Mutex(State())
    private let clock: WallClock

    init(_ clock: WallClock) {
        self.clock = clock
    }

    var count: Int { state.withLock { $0.count } }
    func setLifetime(_ lifetime: Int?) { state.withLock { $0.lifetime = lifetime } }
    func setFailure(_ failure: ProviderError?) { state.withLock { $0.failure = failure } }
    func setRepeats(_ repeats: Bool) { state.withLock { $0.repeats = repeats } }

    func issue() throws(ProviderError) -> IssuedCredentials {
        let (state, now) = (
            self.state.withLock { state in
                state.count += 1
                return state
            }, clock.now
        )
        if let failure = state.failure { throw failure }
        return IssuedCredentials(
            credentials: AWSCredentials(accessKeyID: state.repeats ? "A" : "A\(state.count)", secretAccessKey: "s"),
            expiration: state.lifetime.map { now + $0 }, source: "the test")
    }
}

@Suite("Credential store", .timeLimit(.minutes(2))) struct CredentialStoreTests {
    private let clock = WallClock()
    private let source: Source
    private let store: CredentialStore

    init() {
        let source = Source(clock)
        self.source = source
        store = CredentialStore(
            now: { [clock] in clock.now }, issue: { () async throws(ProviderError) in try source.issue() })
    }

    private func key() async throws(ProviderError) -> String { try await store.credentials().accessKeyID }

    @Test("Credentials are kept, and renewed ten minutes before they expire") func renewal() async throws {
        #expect(try await key() == "A1")
        clock.now += 2_999
        #expect(try await key() == "A1")
        clock.now += 1
        #expect(try await key() == "A2")
        #expect(try await key() == "A2")
        #expect(source.count == 2)
    }

    @Test("Credentials that don't expire are asked for once") func permanent() async throws {
        source.setLifetime(nil)
        #expect(try await key() == "A1")
        clock.now += 100_000_000
        #expect(try await key() == "A1")
    }

    @Test("While the source fails, the old ones do until they expire") func failing() async throws {
        #expect(try await key() == "A1")
        source.setFailure(.unreachable("down"))
        clock.now += 3_000
        #expect(try await key() == "A1")
        #expect(try await key() == "A1")
        // The source is not asked for every call.
        #expect(source.count == 2)
        clock.now += 60
        #expect(try await key() == "A1")
        #expect(source.count == 3)
        clock.now += 539
        #expect(try await key() == "A1")
        #expect(source.count == 4)
        clock.now += 1
        await #expect(throws: ProviderError.unreachable("down")) { _ = try await key() }
        source.setFailure(nil)
        #expect(try await key() == "A6")
    }

    @Test("The first ones that can't be had are asked for again") func first() async throws {
        source.setFailure(.invalidCredentials("none"))
        await #expect(throws: ProviderError.invalidCredentials("none")) { _ = try await key() }
        source.setFailure(nil)
        #expect(try await key() == "A2")
    }

    @Test("A source that gives what is about to expire is asked again after a while") func short() async throws {
        source.setLifetime(300)
        #expect(try await key() == "A1")
        #expect(try await key() == "A1")
        clock.now += 60
        #expect(try await key() == "A2")
    }

    @Test("A clock that is far ahead makes no credentials useless") func clockAhead() async throws {
        source.setLifetime(-86_400)
        #expect(try await key() == "A1")
        #expect(try await key() == "A1")
        clock.now += 60
        #expect(try await key() == "A2")
    }

    @Test("A refusal forces one renewal, however many were refused") func refused() async throws {
        let refused = try await store.credentials()
        let keys = try await withThrowingTaskGroup { [store] group in
            for _ in 0..<100 { group.addTask { try await store.credentials(insteadOf: refused).accessKeyID } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(keys == ["A2"])
        #expect(source.count == 2)
        // Of what was renewed long ago.
        #expect(try await store.credentials(insteadOf: refused).accessKeyID == "A2")
        #expect(source.count == 2)
    }

    @Test("A source without others gives the same again, or says what is wrong") func refusedAgain() async throws {
        source.setRepeats(true)
        let refused = try await store.credentials()
        #expect(try await store.credentials(insteadOf: refused) == refused)
        source.setFailure(.unreachable("down"))
        await #expect(throws: ProviderError.unreachable("down")) {
            _ = try await store.credentials(insteadOf: refused)
        }
        #expect(source.count == 3)
    }

    @Test("Many callers share one question, and who is cancelled does not spoil it for the others") func sharing()
        async throws
    {
        let (asked, answer) = (Gate(), Gate())
        let source = source
        let issued = try source.issue()
        let store = CredentialStore(
            now: { [clock] in clock.now },
            issue: { () async throws(ProviderError) in
                _ = try source.issue()
                asked.open()
                await answer.wait()
                return issued
            })
        let impatient = Task { try await store.credentials() }
        await asked.wait()
        let others = (0..<100).map { _ in Task { try await store.credentials() } }
        impatient.cancel()
        await #expect(throws: ProviderError.cancelled) { _ = try await impatient.value }
        answer.open()
        for other in others { #expect(try await other.value == issued.credentials) }
        #expect(source.count == 2)
        let cancelled = Task {
            await asked.wait()
            return try await store.credentials(insteadOf: issued.credentials)
        }
        cancelled.cancel()
        await #expect(throws: ProviderError.cancelled) { _ = try await cancelled.value }
    }

    @Test("Role credentials are renewed in the middle of a run") func midRun() async throws {
        let places = try CredentialPlaces()
        places.metadata.set {
            $0.values["iam/security-credentials/node-role"] = TestMetadata.role(
                "ASIA1", expiration: "2027-01-15T10:00:00Z")
        }
        // 2027-01-15T08:00:00Z
        clock.now = 1_800_000_000
        let store = CredentialStore(
            environment: [:], client: places.http, metadata: places.metadata.client(places.http, clock),
            now: { [clock] in clock.now })
        #expect(try await store.credentials().accessKeyID == "ASIA1")
        clock.now += 6_000
        places.metadata.set {
            $0.values["iam/security-credentials/node-role"] = TestMetadata.role(
                "ASIA2", expiration: "2027-01-15T10:00:00Z")
        }
        #expect(try await store.credentials().accessKeyID == "ASIA1")
        clock.now += 600
        #expect(try await store.credentials().accessKeyID == "ASIA2")
        places.metadata.server.stop()
        clock.now += 60
        #expect(try await store.credentials().accessKeyID == "ASIA2")
        clock.now += 540
        let error = await #expect(throws: ProviderError.self) { _ = try await store.credentials() }
        guard case .unreachable = error else { throw error ?? .cancelled }
    }
}
