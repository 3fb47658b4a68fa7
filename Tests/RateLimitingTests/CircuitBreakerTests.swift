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
            #expect(breaker.admit(at: .origin) == nil)
            breaker.failed(at: .origin, jitter: 1)
        }
    }

    @Test mutating func itOpensAfterFailuresInARow() {
        fail(2)
        breaker.succeeded()
        fail(2)
        #expect(breaker.state == .closed(failures: 2))
        fail(1)
        #expect(breaker.state == .open(until: after(4), times: 1))
        #expect(breaker.admit(at: after(3.9)) == after(4))
    }

    @Test mutating func whenItsTimeIsOverASingleCallTries() {
        fail(3)
        #expect(breaker.admit(at: after(4)) == nil)
        #expect(breaker.state == .halfOpen(since: after(4), times: 1))
        #expect(breaker.admit(at: after(5)) == after(9))
        breaker.succeeded()
        #expect(breaker.state == .closed(failures: 0))
        #expect(breaker.admit(at: after(5)) == nil)
    }

    @Test mutating func aTrialThatWasNotMadeMakesWayForAnother() {
        fail(3)
        breaker.abandoned(at: after(1))
        #expect(breaker.state == .open(until: after(4), times: 1), "only a trial can be abandoned")
        #expect(breaker.admit(at: after(4)) == nil)
        breaker.abandoned(at: after(5))
        #expect(breaker.admit(at: after(5)) == nil)
        breaker.failed(at: after(5), jitter: 1)
        #expect(breaker.state == .open(until: after(13), times: 2))
    }

    @Test mutating func aTrialOfWhichNothingIsHeardIsNotWaitedForForEver() {
        fail(3)
        #expect(breaker.admit(at: after(4)) == nil)
        #expect(breaker.admit(at: after(13.9)) == after(17.9))
        #expect(breaker.admit(at: after(14)) == nil)
        #expect(breaker.state == .halfOpen(since: after(14), times: 1))
    }

    @Test mutating func aTrialThatFailsOpensItForLonger() {
        fail(3)
        #expect(breaker.admit(at: after(4)) == nil)
        breaker.failed(at: after(4), jitter: 1)
        #expect(breaker.state == .open(until: after(12), times: 2))
        #expect(breaker.admit(at: after(12)) == nil)
        breaker.failed(at: after(12), jitter: 1)
        #expect(breaker.state == .open(until: after(22), times: 3), "never longer than the longest pause")
    }

    @Test mutating func callsThatWereOnTheirWayWhenItOpenedDoNotProlongIt() {
        fail(3)
        breaker.failed(at: after(1), jitter: 1)
        #expect(breaker.state == .open(until: after(4), times: 1))
    }

    @Test mutating func jitterShortensThePauseByAtMostHalf() {
        for _ in 0..<3 { breaker.failed(at: .origin, jitter: 0) }
        #expect(breaker.state == .open(until: after(2), times: 1))
    }
}
