import RateLimiting
import Testing
import Timekeeping

@Suite struct CallGovernorTests {
    private static let policy: CallPolicy = {
        var policy = CallPolicy()
        policy.mutating = CallLimit(burst: 2, perSecond: 1)
        policy.describing = CallLimit(burst: 4, perSecond: 4)
        policy.longestWait = .seconds(3)
        policy.failureThreshold = 3
        policy.pause = Backoff(initial: .seconds(5), longest: .seconds(60))
        return policy
    }()
    private var governor = CallGovernor(policy)

    private func after(_ seconds: Double) -> Instant {
        .origin + .nanoseconds(Int64(seconds * 1e9))
    }

    /// How many of `count` calls at one instant may be made within a second, and the time of each in seconds.
    private mutating func admitted(_ call: ProviderCall, _ count: Int, at now: Instant) -> [Double] {
        (0..<count).compactMap { _ in
            if case .go(let at) = governor.admit(call, at: now) { (at - .origin).inSeconds } else { nil }
        }
    }

    @Test mutating func aBurstGoesAtOnceTheRestInTurnAndNotTooManyWait() {
        #expect(admitted(.assign, 7, at: .origin) == [0, 0, 1, 2, 3])
        #expect(governor.admit(.assign, at: .origin) == .refused(.limited(retryAfter: .seconds(4))))
        #expect(admitted(.assign, 1, at: after(1)) == [4], "who comes later goes later")
    }

    @Test mutating func everyCallHasABucketOfItsOwn() {
        #expect(admitted(.assign, 2, at: .origin).count == 2)
        for call in ProviderCall.allCases where call != .assign {
            #expect(governor.admit(call, at: .origin) == .go(.origin), "\(call)")
        }
    }

    @Test mutating func throttlingSlowsTheCallDownAndAnswersMakeItFasterAgain() {
        governor.ended(.assign, start: .origin, .throttled(retryAfter: .seconds(2)), jitter: 0, at: .origin)
        let slowed = governor.slowed(at: .origin)
        #expect(slowed.map(\.call) == [.assign] && slowed.map(\.perSecond) == [0.5])
        #expect(slowed.map(\.closedUntil) == [after(2)])
        #expect(governor.admit(.assign, at: .origin) == .refused(.limited(retryAfter: .seconds(4))))
        #expect(admitted(.assign, 1, at: after(1)) == [4], "the pause, and the time for one token")
        #expect(governor.admit(.attach, at: .origin) == .go(.origin), "others are not slowed")
        for _ in 0..<8 { governor.ended(.assign, start: after(4), .answered, jitter: 0, at: after(4)) }
        #expect(governor.slowed(at: after(4)).isEmpty)
    }

    @Test mutating func callsThatWereOnTheirWayTogetherSlowDownOnce() {
        for _ in 0..<5 {
            governor.ended(.assign, start: .origin, .throttled(retryAfter: nil), jitter: 0, at: after(1))
        }
        #expect(governor.slowed(at: after(1)).map(\.perSecond) == [0.5])
        for _ in 0..<50 {
            governor.ended(.assign, start: after(2), .throttled(retryAfter: nil), jitter: 0, at: after(2))
        }
        #expect(governor.slowed(at: after(2)).map(\.perSecond) == [0.015625], "never down to nothing")
    }

    @Test mutating func aProviderThatFailsIsLeftAloneByAllCalls() {
        for call in [ProviderCall.assign, .interfaces, .attach] {
            #expect(governor.admit(call, at: .origin) == .go(.origin))
            governor.ended(call, start: .origin, .failed, jitter: 1, at: .origin)
        }
        for call in ProviderCall.allCases {
            #expect(governor.admit(call, at: after(1)) == .refused(.suspended(retryAfter: .seconds(4))), "\(call)")
        }
        #expect(governor.admit(.interfaces, at: after(5)) == .go(after(5)))
        #expect(governor.admit(.subnets, at: after(5)) == .refused(.suspended(retryAfter: .seconds(5))))
        governor.ended(.interfaces, start: after(5), .answered, jitter: 1, at: after(6))
        #expect(governor.admit(.subnets, at: after(6)) == .go(after(6)))
    }

    @Test mutating func aRefusalOfTheBreakerTakesNoToken() {
        for _ in 0..<3 { governor.ended(.assign, start: .origin, .failed, jitter: 1, at: .origin) }
        for _ in 0..<20 {
            #expect(governor.admit(.delete, at: after(1)) == .refused(.suspended(retryAfter: .seconds(4))))
        }
        governor.ended(.assign, start: after(5), .answered, jitter: 1, at: after(5))
        #expect(admitted(.delete, 2, at: after(5)) == [5, 5])
    }

    @Test mutating func aProviderThatThrottlesIsNotOneThatFails() {
        for _ in 0..<10 {
            governor.ended(.assign, start: .origin, .throttled(retryAfter: nil), jitter: 1, at: .origin)
        }
        #expect(governor.breaker.state == .closed(failures: 0))
    }
}
