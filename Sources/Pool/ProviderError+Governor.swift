import RateLimiting

/// What a node's governor and its provider's errors say to each other.
extension ProviderError {
    /// Why a call was not made.
    ///
    /// - Parameter lastFailure: how the provider has been failing, where it has.
    package init(_ refusal: CallGovernor.Refusal, lastFailure: ProviderError?) {
        self =
            switch refusal {
            case .limited(let retryAfter): .callsLimited(retryAfter: retryAfter)
            case .throttled(let retryAfter): .throttled(retryAfter: retryAfter)
            case .suspended(let retryAfter):
                .suspended(
                    retryAfter: retryAfter, lastFailure.map { "\($0)" } ?? "the provider has been failing")
            }
    }

    /// Whether there were too many calls.
    package var isThrottling: Bool {
        switch self {
        case .throttled, .callsLimited: true
        default: false
        }
    }

    /// What the error says of the provider, rather than of the call.
    package var ending: CallGovernor.Ending {
        switch self {
        case .throttled(let retryAfter): .throttled(retryAfter: retryAfter)
        case .unreachable, .suspended, .transient, .malformedReply: .failed
        // Credentials can fail before anything is asked of the provider.
        case .callsLimited, .invalidCredentials: .inconclusive
        case .limitReached, .subnetExhausted, .noContiguousPrefix, .notFound, .conflict, .permissionDenied,
            .incorrectState:
            .answered
        }
    }
}
