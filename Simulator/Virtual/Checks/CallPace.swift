import RateLimiting
import Timekeeping

/// Judges a node's calls by its policy, apart from the governor that lets them go.
///
/// Source of the method: the generic cell rate algorithm, ITU-T I.371: a call is early when the calls before it, each at
/// its even pace, would not be over by then.
struct CallPace: Sendable {
    private let policy: CallPolicy
    /// When each call would be due at an even pace, by its place in the declaration.
    private var due = Array(repeating: Instant.origin, count: ProviderCall.allCases.count)
    private var failures = 0
    private var quietUntil = Instant.origin

    init(_ policy: CallPolicy) {
        self.policy = policy
    }

    /// A call leaves the node.
    ///
    /// - Returns: why it may not.
    mutating func depart(_ call: ProviderCall, at now: Instant) -> String? {
        guard now >= quietUntil else { return "\(call.rawValue) is called while the provider is to be left alone" }
        let limit = call.isMutating ? policy.mutating : policy.describing
        guard limit.perSecond > 0, let index = ProviderCall.allCases.firstIndex(of: call) else { return nil }
        let pause = 1 / limit.perSecond
        let ahead = max(due[index] - now, .zero)
        due[index] = now + ahead + .nanoseconds(Int64(pause * 1e9))
        // Rounding adds up over a burst.
        guard ahead.inSeconds > Double(limit.burst - 1) * pause + 1e-6 else { return nil }
        return "\(call.rawValue) is called more often than \(limit.perSecond) times a second after \(limit.burst)"
    }

    /// A call has ended.
    mutating func ended(_ ending: CallGovernor.Ending, at now: Instant) {
        switch ending {
        case .answered, .throttled:
            failures = 0
            quietUntil = .origin
        case .failed:
            failures += 1
            // With the least jitter the pause is half as long.
            if failures == policy.failureThreshold { quietUntil = now + policy.pause.initial / 2 }
        case .inconclusive: break
        }
    }
}
