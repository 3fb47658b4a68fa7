import RateLimiting
import Testing

@Suite struct BackoffTests {
    private let backoff = Backoff(initial: .seconds(1), longest: .seconds(60))

    @Test func thePauseDoublesUpToTheLongest() {
        let pauses = (1...8).map { backoff.pause(attempt: $0, jitter: 1) }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 60, 60].map { .seconds($0) })
        #expect(backoff.pause(attempt: 1000, jitter: 0.5) == .seconds(30))
    }

    @Test func jitterSpreadsItButNeverDownToNothing() {
        #expect(backoff.pause(attempt: 3, jitter: 0.5) == .seconds(2))
        #expect(backoff.pause(attempt: 3, jitter: 0) == .milliseconds(100))
    }
}
