import Addressing
import Timekeeping

/// The provider's answers to the pool's actions. An answer that the pool no longer waits for changes nothing.
extension Pool {
    /// The ENI of a ``Action/createENI(_:addressCount:)`` exists.
    public mutating func created(_ token: MutationToken, _ view: InterfaceView, now: Instant) -> Outcome {
        if let index = creations.firstIndex(where: { $0.token == token }) {
            creations.remove(at: index)
            welcome(view, now)
        }
        providerAnswered()
        return settle(now)
    }

    /// An ENI is attached, its interface is up, and its routes are made.
    public mutating func ready(_ eni: ENIID, now: Instant) -> Outcome {
        if case .attaching? = enis[eni]?.phase {
            if enis[eni]?.isPrimary == false { demand?.eniReady(now) }
            enis[eni]?.phase = .ready(since: now)
            enis[eni]?.changedAt = now
            enis[eni]?.retryAt = nil
            enis[eni]?.refusal = nil
            if let eni = enis[eni] { put(eni) }
        }
        providerAnswered()
        return settle(now)
    }

    /// The provider has assigned addresses.
    public mutating func assigned(
        _ eni: ENIID, _ new: [IPv4Address], token: MutationToken, now: Instant
    ) -> Outcome {
        demand?.delivered(token, now)
        if case .assign(_, token)? = enis[eni]?.operation?.kind {
            enis[eni]?.operation = nil
            enis[eni]?.refusal = nil
            for address in new where addresses[address] == nil { receive(address, on: eni, now) }
        }
        providerAnswered()
        return settle(now)
    }

    /// The provider has taken addresses away.
    public mutating func unassigned(_ eni: ENIID, _ gone: [IPv4Address], now: Instant) -> Outcome {
        if case .unassign? = enis[eni]?.operation?.kind {
            enis[eni]?.operation = nil
            for address in gone where addresses[address]?.state == .releasing {
                enis[eni]?.noteChange(of: address, window: configuration.consistencyWindow, now)
                set(address, of: eni, to: nil)
            }
        }
        providerAnswered()
        return settle(now)
    }

    /// The ENI of an ``Action/detachENI(_:)`` is attached to nothing.
    public mutating func detached(_ eni: ENIID, now: Instant) -> Outcome {
        finishDetaching(eni, now)
        providerAnswered()
        return settle(now)
    }

    /// The ENI of an ``Action/deleteENI(_:)`` exists no longer.
    public mutating func deleted(_ eni: ENIID, now: Instant) -> Outcome {
        if enis[eni]?.phase == .deleting { forget(eni) }
        providerAnswered()
        return settle(now)
    }

    /// The provider did not do what an action asked for.
    ///
    /// - Parameter jitter: a random number from 0 up to 1, which spreads the retries of many nodes.
    public mutating func failed(
        _ action: Action, _ error: ProviderError, jitter: Double, now: Instant
    ) -> Outcome {
        // What was to go is gone.
        if case (.deleteENI(let eni), .notFound) = (action, error) { return deleted(eni, now: now) }
        // That the node may not give back is no reason not to grow.
        let concernsAll = !(action.givesBack && error.isDenial)
        let retryAt = (concernsAll ? note(error, jitter, now) : nil) ?? now + pause(after: error, jitter)
        if error.contradictsView { readBackAt = now }
        switch action {
        case .createENI(let token, _): creationFailed(token, error, retryAt, now)
        case .attachENI(let eni, _): attachFailed(eni, error, retryAt)
        case .configureENI(let eni): configurationFailed(eni, error, retryAt)
        case .assign(let eni, _, let token): assignFailed(eni, token, error, retryAt, now)
        case .unassign(let eni, _): unassignFailed(eni, retryAt)
        case .detachENI(let eni): detachFailed(eni, error, retryAt, now)
        case .deleteENI(let eni): deleteFailed(eni, retryAt)
        case .grant, .refuse, .readBack: break
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
        }
    }

    /// Whether it took place the next view tells; until then the step is taken again from the start.
    private mutating func attachFailed(_ eni: ENIID, _ error: ProviderError, _ retryAt: Instant) {
        guard case .attaching? = enis[eni]?.phase else { return }
        enis[eni]?.deviceIndex = nil
        guard error == .limitReached(.interfaces) else { return configurationFailed(eni, error, retryAt) }
        eniTrouble = ENITrouble(error: error, until: retryAt)
        if let full = enis[eni], full.assignedCount > 0 { lose(full) } else { enis[eni]?.phase = .detached }
    }

    private mutating func configurationFailed(_ eni: ENIID, _ error: ProviderError, _ retryAt: Instant) {
        guard case .attaching? = enis[eni]?.phase else { return }
        enis[eni]?.phase = .created
        enis[eni]?.retryAt = retryAt
        enis[eni]?.refusal = error
    }

    private mutating func assignFailed(
        _ eni: ENIID, _ token: MutationToken, _ error: ProviderError, _ retryAt: Instant, _ now: Instant
    ) {
        demand?.failed(token, retryAt: retryAt)
        guard case .assign(_, token)? = enis[eni]?.operation?.kind else { return }
        if error.leavesDoubt {
            enis[eni]?.operation?.inDoubtSince = now
        } else {
            enis[eni]?.operation = nil
            if case .limitReached = error {
                enis[eni]?.fullUntil = retryAt
            } else {
                enis[eni]?.retryAt = retryAt
                enis[eni]?.refusal = error
            }
        }
    }

    /// The addresses stay on their way out: taking them away twice changes nothing.
    private mutating func unassignFailed(_ eni: ENIID, _ retryAt: Instant) {
        guard case .unassign? = enis[eni]?.operation?.kind else { return }
        enis[eni]?.operation = nil
        enis[eni]?.retryAt = retryAt
    }

    private mutating func detachFailed(_ eni: ENIID, _ error: ProviderError, _ retryAt: Instant, _ now: Instant) {
        guard case .detaching? = enis[eni]?.phase else { return }
        if error.contradictsView {
            enis[eni]?.detachInDoubtSince = now
        } else {
            cancelDetaching(eni, now)
            enis[eni]?.retryAt = retryAt
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
        case .subnetExhausted(let subnet), .noContiguousPrefix(let subnet):
            subnetTrouble = SubnetTrouble(error: error, subnet: subnet, until: now + configuration.subnetBackoff)
            return now
        case .throttled, .callsLimited, .unreachable, .suspended, .transient, .malformedReply, .permissionDenied,
            .invalidCredentials:
            // One long ago has nothing to do with this one.
            let last = trouble.flatMap { now < $0.until + configuration.backoff.longest ? $0 : nil }
            var next = Trouble(
                error: error, since: last.flatMap { $0.error.isSilence == error.isSilence ? $0.since : nil } ?? now,
                until: now, attempts: (last?.attempts ?? 0) + 1,
                concernsView: concernsView)
            var pause = configuration.backoff.pause(attempt: next.attempts, jitter: jitter)
            switch error {
            case .throttled(let asked?), .callsLimited(let asked?): pause += asked
            case .suspended(let asked, _):
                // A call that was not made says nothing new about the provider.
                if let last { next = last }
                pause = asked
            default: break
            }
            next.until = now + pause
            trouble = next
            return trouble?.until
        case .limitReached, .notFound, .conflict, .incorrectState: return nil
        }
    }

    /// How long a step rests that failed for a reason of its own: a limit or a permission does not change soon; a
    /// contradiction goes away with the next view.
    private func pause(after error: ProviderError, _ jitter: Double) -> Duration {
        if case .limitReached = error { return configuration.subnetBackoff }
        return error.isDenial ? configuration.subnetBackoff : configuration.backoff.pause(attempt: 6, jitter: jitter)
    }

    /// The provider did what it was asked.
    private mutating func providerAnswered() {
        trouble = nil
    }

    /// An address has come by our doing. One that a pod in the kernel uses already is the pod's.
    mutating func receive(_ address: IPv4Address, on eni: ENIID, _ now: Instant) {
        enis[eni]?.noteChange(of: address, window: configuration.consistencyWindow, now)
        if let pod = strays[address] {
            adopt(address, on: eni, now)
            meet(Observation.Pod(id: pod, address: address), now)
        } else {
            set(address, of: eni, to: .free)
        }
    }

    /// An ENI that was to be detached is attached to nothing.
    mutating func finishDetaching(_ eni: ENIID, _ now: Instant) {
        guard case .detaching? = enis[eni]?.phase else { return }
        enis[eni]?.phase = .detached
        enis[eni]?.changedAt = now
        enis[eni]?.deviceIndex = nil
        enis[eni]?.detachInDoubtSince = nil
    }

    /// An ENI that was to be detached serves on, with the addresses that were to go with it.
    mutating func cancelDetaching(_ eni: ENIID, _ now: Instant) {
        guard case .detaching? = enis[eni]?.phase else { return }
        enis[eni]?.phase = .ready(since: now)
        enis[eni]?.detachInDoubtSince = nil
        for record in addresses.values where record.eni == eni && record.state == .releasing {
            set(record.address, of: eni, to: .free)
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
}

extension ProviderError {
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
