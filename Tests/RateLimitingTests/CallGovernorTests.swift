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

    private mutating func admit(_ call: ProviderCall, _ seconds: Double = 0) -> CallGovernor.Admission {
        governor.admit(call, at: after(seconds))
    }

    /// When each of `count` calls that are asked for at one moment may be made, in seconds; those that may not are left
    /// out.
    private mutating func times(_ call: ProviderCall, _ count: Int, at seconds: Double = 0) -> [Double] {
        (0..<count).compactMap { _ in
            if case .go(let permit) = admit(call, seconds) { (permit.at - .origin).inSeconds } else { nil }
        }
    }

    /// Makes a call and ends it.
    private mutating func make(_ call: ProviderCall, at seconds: Double = 0, _ ending: CallGovernor.Ending) throws {
        guard case .go(let permit) = admit(call, seconds) else { throw Refused() }
        governor.ended(permit, start: permit.at, ending, jitter: 1, at: after(seconds))
    }

    private struct Refused: Error {}

    @Test mutating func aBurstGoesAtOnceTheRestInTurnAndNotTooManyWait() {
        #expect(times(.assign, 7) == [0, 0, 1, 2, 3])
        #expect(admit(.assign) == .refused(.limited(retryAfter: .seconds(4))))
        #expect(times(.assign, 1, at: 1) == [4], "who comes later goes later")
    }

    @Test mutating func everyCallHasABucketOfItsOwn() {
        #expect(times(.assign, 2) == [0, 0])
        for call in ProviderCall.allCases where call != .assign { #expect(times(call, 1) == [0], "\(call)") }
    }

    @Test mutating func throttlingSlowsTheCallDownAndAnswersMakeItFasterAgain() throws {
        try make(.assign, .throttled(retryAfter: .seconds(2)))
        let slowed = governor.slowed(at: .origin)
        #expect(slowed.map(\.call) == [.assign] && slowed.map(\.perSecond) == [0.5])
        #expect(slowed.map(\.closedUntil) == [after(2)])
        #expect(admit(.assign) == .refused(.throttled(retryAfter: .seconds(4))))
        #expect(times(.assign, 1, at: 1) == [4], "the pause, and the time for one token")
        #expect(times(.attach, 1) == [0], "others are not slowed")
        for second in stride(from: 6.0, through: 20, by: 2) { try make(.assign, at: second, .answered) }
        #expect(governor.slowed(at: after(20)).isEmpty)
    }

    @Test mutating func callsThatWereOnTheirWayTogetherSlowDownOnce() throws {
        let together = try (0..<2).map { _ in
            guard case .go(let permit) = admit(.assign) else { throw Refused() }
            return permit
        }
        for permit in together {
            governor.ended(permit, start: permit.at, .throttled(retryAfter: nil), jitter: 0, at: after(1))
        }
        #expect(governor.slowed(at: after(1)).map(\.perSecond) == [0.5])
        for second in stride(from: 100.0, through: 5000, by: 100) {
            try make(.assign, at: second, .throttled(retryAfter: nil))
        }
        #expect(governor.slowed(at: after(5000)).map(\.perSecond) == [0.015625], "never down to nothing")
    }

    @Test mutating func aProviderThatFailsIsLeftAloneByAllCalls() throws {
        for call in [ProviderCall.assign, .interfaces, .attach] { try make(call, .failed) }
        for call in ProviderCall.allCases {
            #expect(admit(call, 1) == .refused(.suspended(retryAfter: .seconds(4))), "\(call)")
        }
        guard case .go(let trial) = admit(.interfaces, 5) else { throw Refused() }
        #expect(admit(.subnets, 5) == .refused(.suspended(retryAfter: .seconds(5))))
        governor.ended(trial, start: after(5), .answered, jitter: 1, at: after(6))
        #expect(times(.subnets, 1, at: 6) == [6])
    }

    @Test mutating func whoWaitedForATurnIsNotSentToAProviderThatHasFailedMeanwhile() throws {
        #expect(times(.assign, 2) == [0, 0])
        guard case .go(let waiting) = admit(.assign) else { throw Refused() }
        #expect(waiting.at == after(1) && governor.confirm(waiting, at: after(1)) == nil)
        for call in [ProviderCall.delete, .interfaces, .attach] { try make(call, .failed) }
        #expect(governor.confirm(waiting, at: after(1)) == .suspended(retryAfter: .seconds(4)))
    }

    @Test mutating func aRefusalOfTheBreakerTakesNoToken() throws {
        for _ in 0..<2 { try make(.assign, .failed) }
        try make(.attach, .failed)
        for _ in 0..<20 { #expect(admit(.delete, 1) == .refused(.suspended(retryAfter: .seconds(4)))) }
        try make(.interfaces, at: 5, .answered)
        #expect(times(.delete, 2, at: 5) == [5, 5])
    }

    @Test mutating func whatIsTheNodesOwnFaultSaysNothingOfTheProvider() throws {
        for _ in 0..<2 { try make(.assign, .failed) }
        try make(.attach, .inconclusive)
        #expect(governor.breaker.state == .closed(failures: 2))
        try make(.attach, .failed)
        try make(.delete, at: 5, .inconclusive)
        #expect(times(.detach, 1, at: 5) == [5], "another may try")
    }

    @Test mutating func aProviderThatThrottlesIsNotOneThatFails() throws {
        for call in ProviderCall.allCases { try make(call, .throttled(retryAfter: nil)) }
        #expect(governor.breaker.state == .closed(failures: 0))
    }
}
