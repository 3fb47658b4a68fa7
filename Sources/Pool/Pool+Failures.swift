import Addressing
import Timekeeping

/// What the provider's failures mean for the pool: what is tried again, when, and what is left in doubt.
extension Pool {
    /// The provider did not do what an action asked for.
    ///
    /// - Parameter jitter: a random number from 0 up to 1, which spreads the retries of many nodes.
    public mutating func failed(
        _ action: Action, _ error: ProviderError, jitter: Double, now: Instant
    ) -> Outcome {
        // What was to go is gone.
        if case (.deleteENI(let eni), .notFound) = (action, error) { return deleted(eni, now: now) }
        let error = error.located(subnet(of: action), prefixes: action.asksForPrefixes)
        if case .noContiguousPrefix(let subnet) = error, action.asksForMany {
            return askOneByOne(action, of: subnet, error, now)
        }
        // That the node may not give back is no reason not to grow, and a subnet without a /80 none to ask for no more.
        let concernsAll = !(action.givesBack && error.isDenial) && !(action.asksForIPv6 && error.isOfSubnet)
        let noted = concernsAll ? note(error, jitter, now) : nil
        let retryAt = noted ?? now + pause(after: error, jitter)
        // What concerns all, or a subnet, is no refusal of the one step.
        let refusal = noted == nil ? error : nil
        if error.contradictsView { readBackAt = now }
        switch action {
        case .createENI(let token, _): creationFailed(token, error, retryAt, now)
        case .attachENI(let eni, _): attachFailed(eni, error, refusal, retryAt, now)
        case .configureENI(let eni): configurationFailed(eni, refusal, retryAt, now)
        case .assign(let eni, let kind, _, let token): assignFailed(eni, kind, token, error, refusal, retryAt, now)
        case .unassign(let eni, _): unassignFailed(eni, retryAt)
        case .detachENI(let eni): detachFailed(eni, error, retryAt, now)
        case .deleteENI(let eni): deleteFailed(eni, retryAt)
        case .grant, .refuse, .readBack: break
        }
        return settle(now)
    }

    /// Fewer prefixes are left than were asked for at once, though there may be some.
    private mutating func askOneByOne(
        _ action: Action, of subnet: SubnetID, _ error: ProviderError, _ now: Instant
    ) -> Outcome {
        scarce[subnet] = SubnetTrouble(until: now + configuration.subnetBackoff)
        switch action {
        case .createENI(let token, _): creationFailed(token, error, now, now)
        case .assign(let eni, let kind, _, let token): assignFailed(eni, kind, token, error, nil, now, now)
        default: break
        }
        return settle(now)
    }

    // MARK: Failures, one by one

    private mutating func creationFailed(
        _ token: MutationToken, _ error: ProviderError, _ retryAt: Instant, _ now: Instant
    ) {
        guard let index = creations.firstIndex(where: { $0.token == token }) else { return }
        if error.leavesDoubt {
            creations[index].inDoubtSince = now
        } else {
            creations.remove(at: index)
            eniTrouble = ENITrouble(error: error, until: retryAt)
            if creations.isEmpty { demand?.eniFailed() }
        }
    }

    /// Whether it took place the next view tells; until then the step is taken again from the start.
    private mutating func attachFailed(
        _ eni: ENIID, _ error: ProviderError, _ refusal: ProviderError?, _ retryAt: Instant,
        _ now: Instant
    ) {
        guard case .attaching? = enis[eni]?.phase else { return }
        enis[eni]?.deviceIndex = nil
        guard error == .limitReached(.interfaces) else { return configurationFailed(eni, refusal, retryAt, now) }
        eniTrouble = ENITrouble(error: error, until: retryAt)
        if let full = enis[eni], full.assignedCount > 0 { lose(full) } else { enis[eni]?.phase = .detached }
    }

    private mutating func configurationFailed(
        _ eni: ENIID, _ refusal: ProviderError?, _ retryAt: Instant, _ now: Instant
    ) {
        guard case .attaching? = enis[eni]?.phase else { return }
        if enis[eni]?.failsSince == nil { enis[eni]?.failsSince = now }
        enis[eni]?.phase = .created
        enis[eni]?.retryAt = retryAt
        enis[eni]?.refusal = refusal
    }

    private mutating func assignFailed(
        _ eni: ENIID, _ kind: BlockKind, _ token: MutationToken, _ error: ProviderError, _ refusal: ProviderError?,
        _ retryAt: Instant, _ now: Instant
    ) {
        demand?.failed(token, retryAt: retryAt)
        guard case .assign(_, _, token)? = enis[eni]?.operation?.kind else { return }
        if error.leavesDoubt {
            enis[eni]?.operation?.inDoubtSince = now
        } else {
            enis[eni]?.operation = nil
            if case .limitReached = error, kind != .ipv6Prefix {
                enis[eni]?.fullUntil = retryAt
            } else {
                enis[eni]?.retryAt = retryAt
                enis[eni]?.refusal = refusal
            }
        }
    }

    /// The addresses stay on their way out: taking them away twice changes nothing.
    private mutating func unassignFailed(_ eni: ENIID, _ retryAt: Instant) {
        guard case .unassign? = enis[eni]?.operation?.kind else { return }
        enis[eni]?.operation = nil
        enis[eni]?.giveBackAt = retryAt
    }

    private mutating func detachFailed(_ eni: ENIID, _ error: ProviderError, _ retryAt: Instant, _ now: Instant) {
        guard case .detaching? = enis[eni]?.phase else { return }
        if error.contradictsView {
            enis[eni]?.detachInDoubtSince = now
        } else {
            cancelDetaching(eni, now)
            enis[eni]?.giveBackAt = retryAt
        }
    }

    /// Deleting twice does no harm.
    private mutating func deleteFailed(_ eni: ENIID, _ retryAt: Instant) {
        guard enis[eni]?.phase == .deleting else { return }
        enis[eni]?.phase = .detached
        enis[eni]?.retryAt = retryAt
    }

    // MARK: Rules

    /// Remembers what a failure says about the calls that come next.
    ///
    /// - Returns: when the failed step may be taken again; `nil` where the failure says nothing about other calls.
    mutating func note(
        _ error: ProviderError, concernsView: Bool = false, _ jitter: Double, _ now: Instant
    ) -> Instant? {
        switch error {
        case .subnetExhausted(let subnet):
            exhausted[subnet] = SubnetTrouble(until: now + subnetPause)
            return now
        case .noContiguousPrefix(let subnet):
            fragmented[subnet] = SubnetTrouble(until: now + subnetPause)
            return now
        case .throttled, .callsLimited, .unreachable, .suspended, .transient, .malformedReply, .permissionDenied,
            .invalidCredentials:
            // One long ago has nothing to do with this one.
            let last = trouble.flatMap { now < $0.restsUntil + configuration.backoff.longest ? $0 : nil }
            var next = Trouble(
                error: error, since: last.flatMap { $0.error.isSilence == error.isSilence ? $0.since : nil } ?? now,
                until: now, restsUntil: now, attempts: (last?.attempts ?? 0) + 1,
                concernsView: concernsView)
            var pause = configuration.backoff.pause(attempt: next.attempts, jitter: jitter)
            var rest = pause
            switch error {
            case .throttled(let asked), .callsLimited(let asked):
                pause += asked ?? .zero
                rest = max(pause, configuration.restingBackoff.pause(attempt: 2 * next.attempts, jitter: jitter))
                if let last { rest = max(rest, last.restsUntil - now) }
            case .suspended(let asked, _):
                // A call that was not made says nothing new about the provider.
                if let last { next = last }
                pause = asked
                rest = asked
            default: break
            }
            next.until = now + pause
            next.restsUntil = now + rest
            trouble = next
            return trouble?.until
        case .limitReached, .notFound, .conflict, .incorrectState: return nil
        }
    }

    /// Whether pods wait for what the provider is asked for, or will again, or may as soon as the view is read.
    func isUrgent(_ now: Instant) -> Bool { limits == nil || !waiters.isEmpty || now < returnsUntil }

    /// Whether the provider has throttled so lately that it is asked for nothing that no pod waits for.
    func isResting(_ now: Instant) -> Bool {
        guard let trouble, trouble.error.isThrottling else { return false }
        return trouble.restsUntil > now
    }

    /// From when on the provider may be asked for more.
    func callsFrom(_ now: Instant) -> Instant {
        guard let trouble else { return .origin }
        return isUrgent(now) ? trouble.until : trouble.restsUntil
    }

    /// How long a subnet without room is left alone; never not at all.
    private var subnetPause: Duration { max(configuration.subnetBackoff, configuration.backoff.initial) }

    /// How long a step rests that failed for a reason of its own: a limit or a permission does not change soon; a
    /// contradiction goes away with the next view.
    private func pause(after error: ProviderError, _ jitter: Double) -> Duration {
        if case .limitReached = error { return configuration.subnetBackoff }
        return error.isDenial || error.isOfSubnet
            ? configuration.subnetBackoff : configuration.backoff.pause(attempt: 6, jitter: jitter)
    }

    /// The subnet that an action takes addresses from.
    private func subnet(of action: Action) -> SubnetID? {
        switch action {
        case .createENI(_, let eni): eni.subnet
        case .assign(let eni, _, _, _): enis[eni]?.subnet
        default: nil
        }
    }
}

extension Action {
    fileprivate var givesBack: Bool {
        switch self {
        case .unassign, .detachENI, .deleteENI: true
        case .grant, .refuse, .createENI, .attachENI, .configureENI, .assign, .readBack: false
        }
    }

    fileprivate var asksForPrefixes: Bool {
        switch self {
        case .createENI(_, let eni): eni.kind == .prefix
        case .assign(_, let kind, _, _): kind != .address
        default: false
        }
    }

    /// More than one prefix.
    fileprivate var asksForMany: Bool {
        switch self {
        case .createENI(_, let eni): eni.kind == .prefix && eni.count > 1
        case .assign(_, .prefix, let count, _): count > 1
        default: false
        }
    }

    fileprivate var asksForIPv6: Bool {
        if case .assign(_, .ipv6Prefix, _, _) = self { true } else { false }
    }
}

extension ProviderError {
    /// A subnet had no room.
    fileprivate var isOfSubnet: Bool {
        switch self {
        case .subnetExhausted, .noContiguousPrefix: true
        default: false
        }
    }

    /// The error as one of what was asked: of that subnet, and for want of prefixes only where these were asked for. An
    /// error that names something else would put off nothing, and the same call would be made again at once.
    fileprivate func located(_ subnet: SubnetID?, prefixes: Bool) -> ProviderError {
        switch (self, subnet) {
        case (.subnetExhausted, let subnet?): .subnetExhausted(subnet)
        case (.noContiguousPrefix, let subnet?): prefixes ? .noContiguousPrefix(subnet) : .subnetExhausted(subnet)
        default: self
        }
    }

    /// Only somebody with the right to grant permissions can help.
    fileprivate var isDenial: Bool {
        switch self {
        case .permissionDenied, .invalidCredentials: true
        default: false
        }
    }

    /// Whether nothing was heard of the provider.
    fileprivate var isSilence: Bool {
        switch self {
        case .unreachable, .suspended: true
        default: false
        }
    }

    /// Whether the mutation may have taken place all the same.
    var leavesDoubt: Bool {
        switch self {
        case .unreachable, .malformedReply, .transient: true
        case .limitReached, .subnetExhausted, .noContiguousPrefix, .throttled, .callsLimited, .suspended, .notFound,
            .conflict, .permissionDenied, .invalidCredentials, .incorrectState:
            false
        }
    }

    /// Whether the pool's picture of the cloud is wrong or may be, so that the view is to be read again.
    var contradictsView: Bool {
        switch self {
        case .notFound, .conflict, .incorrectState, .limitReached: true
        default: leavesDoubt
        }
    }
}
