import RateLimiting
import Testing
import Timekeeping

@Suite struct CircuitBreakerTests {
    private var breaker = CircuitBreaker(threshold: 3, pause: Backoff(initial: .seconds(4), longest: .seconds(10)))

    private func after(_ seconds: Double) -> Instant {
        .origin + .nanoseconds(Int64(seconds * 1e9))
    }

    private mutating func fail(_ count: Int) {
        for _ in 0..<count {
            #expect(breaker.admit(at: .origin) == .go(trial: nil))
            breaker.failed(trial: nil, at: .origin, jitter: 1)
        }
    }

    @Test mutating func itOpensAfterFailuresInARow() {
        fail(2)
        breaker.succeeded()
        fail(2)
        #expect(breaker.state == .closed(failures: 2))
        fail(1)
        #expect(breaker.state == .open(until: after(4), times: 1))
        #expect(breaker.admit(at: after(3.9)) == .refused(until: after(4)))
    }

    @Test mutating func whenItsTimeIsOverASingleCallTries() {
        fail(3)
        #expect(breaker.admit(at: after(4)) == .go(trial: 1))
        #expect(breaker.state == .halfOpen(trial: 1, since: after(4), times: 1))
        #expect(breaker.admit(at: after(5)) == .refused(until: after(9)))
        breaker.succeeded()
        #expect(breaker.state == .closed(failures: 0))
        #expect(breaker.admit(at: after(5)) == .go(trial: nil))
    }

    @Test mutating func aTrialThatFailsOpensItForLonger() {
        fail(3)
        #expect(breaker.admit(at: after(4)) == .go(trial: 1))
        breaker.failed(trial: 1, at: after(4), jitter: 1)
        #expect(breaker.state == .open(until: after(12), times: 2))
        #expect(breaker.admit(at: after(12)) == .go(trial: 2))
        breaker.failed(trial: 2, at: after(12), jitter: 1)
        #expect(breaker.state == .open(until: after(22), times: 3), "never longer than the longest pause")
    }

    @Test mutating func callsThatWereOnTheirWayWhenItOpenedNeitherProlongItNorEndTheTrial() {
        fail(3)
        breaker.failed(trial: nil, at: after(1), jitter: 1)
        #expect(breaker.state == .open(until: after(4), times: 1))
        #expect(breaker.admit(at: after(4)) == .go(trial: 1))
        breaker.failed(trial: nil, at: after(5), jitter: 1)
        breaker.inconclusive(trial: nil, at: after(5))
        #expect(breaker.state == .halfOpen(trial: 1, since: after(4), times: 1))
    }

    @Test mutating func aTrialThatSaysNothingMakesWayForAnother() {
        fail(3)
        #expect(breaker.admit(at: after(4)) == .go(trial: 1))
        breaker.inconclusive(trial: 1, at: after(5))
        #expect(breaker.admit(at: after(5)) == .go(trial: 2))
        breaker.failed(trial: 2, at: after(5), jitter: 1)
        #expect(breaker.state == .open(until: after(13), times: 2))
    }

    @Test mutating func aTrialOfWhichNothingIsHeardIsNotWaitedForForEver() {
        fail(3)
        #expect(breaker.admit(at: after(4)) == .go(trial: 1))
        #expect(breaker.admit(at: after(63)) == .refused(until: after(67)))
        #expect(breaker.admit(at: after(64)) == .go(trial: 2))
        breaker.failed(trial: 1, at: after(65), jitter: 1)
        #expect(breaker.state == .halfOpen(trial: 2, since: after(64), times: 1))
    }

    @Test mutating func jitterShortensThePauseByAtMostHalf() {
        for _ in 0..<3 { breaker.failed(trial: nil, at: .origin, jitter: 0) }
        #expect(breaker.state == .open(until: after(2), times: 1))
    }
}
