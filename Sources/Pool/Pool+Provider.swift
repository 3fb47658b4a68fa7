import Addressing
import Timekeeping

/// The provider's answers to the pool's actions. An answer that the pool no longer waits for changes nothing.
extension Pool {
    /// The ENI of a ``Action/createENI(_:addressCount:)`` exists.
    public mutating func created(_ token: MutationToken, _ view: InterfaceView, now: Instant) -> Outcome {
        if let index = creations.firstIndex(where: { $0.token == token }) {
            creations.remove(at: index)
            adopt(view, phase: .created, addresses: .free, now)
        }
        providerAnswered()
        return settle(now)
    }

    /// An ENI is attached, its interface is up, and its routes are made.
    public mutating func ready(_ eni: ENIID, now: Instant) -> Outcome {
        if case .attaching? = enis[eni]?.phase {
            enis[eni]?.phase = .ready(since: now)
            enis[eni]?.retryAt = nil
            if let eni = enis[eni] { put(eni) }
        }
        providerAnswered()
        return settle(now)
    }

    /// The provider has assigned addresses.
    public mutating func assigned(
        _ eni: ENIID, _ new: [IPv4Address], token: MutationToken, now: Instant
    ) -> Outcome {
        if case .assign(_, token)? = enis[eni]?.operation?.kind {
            enis[eni]?.operation = nil
            enis[eni]?.changedAt = now
            for address in new where addresses[address] == nil {
                set(address, of: eni, to: .free)
            }
        }
        providerAnswered()
        return settle(now)
    }

    /// The provider has taken addresses away.
    public mutating func unassigned(_ eni: ENIID, _ gone: [IPv4Address], now: Instant) -> Outcome {
        if case .unassign? = enis[eni]?.operation?.kind {
            enis[eni]?.operation = nil
            enis[eni]?.changedAt = now
            for address in gone where addresses[address]?.state == .releasing {
                set(address, of: eni, to: nil)
            }
        }
        providerAnswered()
        return settle(now)
    }

    public mutating func detached(_ eni: ENIID, now: Instant) -> Outcome {
        if case .detaching? = enis[eni]?.phase {
            enis[eni]?.phase = .detached
            enis[eni]?.deviceIndex = nil
        }
        providerAnswered()
        return settle(now)
    }

    public mutating func deleted(_ eni: ENIID, now: Instant) -> Outcome {
        if enis[eni]?.phase == .deleting { remove(eni) }
        providerAnswered()
        return settle(now)
    }

    /// The provider did not do what an action asked for.
    ///
    /// - Parameter jitter: a random number from 0 up to 1, which spreads the retries of many nodes.
    public mutating func failed(
        _ action: Action, _ error: ProviderError, jitter: Double, now: Instant
    ) -> Outcome {
        note(error, jitter, now)
        let retryAt = trouble?.until ?? now + pause(after: error, jitter)
        switch action {
        case .createENI(let token, _):
            guard let index = creations.firstIndex(where: { $0.token == token }) else { break }
            if error.leavesDoubt {
                creations[index].inDoubtSince = now
            } else {
                creations.remove(at: index)
                if error == .limitReached(.interfaces) { noENIBefore = now + configuration.subnetBackoff }
            }
        case .attachENI(let eni, _):
            // Whether it took place the next view tells; until then the step is taken again from the start.
            enis[eni]?.deviceIndex = nil
            rest(eni, as: .created, until: retryAt)
            if error == .limitReached(.interfaces) {
                noENIBefore = now + configuration.subnetBackoff
                rest(eni, as: .detached, until: retryAt)
            }
        case .configureENI(let eni): rest(eni, as: .created, until: retryAt)
        case .assign(let eni, _, _):
            if error.leavesDoubt {
                enis[eni]?.operation?.inDoubtSince = now
            } else {
                enis[eni]?.operation = nil
                enis[eni]?.retryAt = retryAt
            }
        case .unassign(let eni, _):
            enis[eni]?.operation = nil
            enis[eni]?.retryAt = retryAt
        case .detachENI(let eni):
            rest(eni, as: .ready(since: now), until: retryAt)
        case .deleteENI(let eni):
            if case .notFound = error { remove(eni) } else { rest(eni, as: .detached, until: retryAt) }
        case .grant, .refuse, .readBack: break
        }
        if error.contradictsView { readBackAt = now }
        return settle(now)
    }

    // MARK: Rules

    /// Remembers what a failure says about the calls that come next.
    mutating func note(_ error: ProviderError, _ jitter: Double, _ now: Instant) {
        switch error {
        case .subnetExhausted(let subnet), .noContiguousPrefix(let subnet):
            subnetTrouble = SubnetTrouble(error: error, subnet: subnet, until: now + configuration.subnetBackoff)
        case .throttled, .unreachable, .transient, .malformedReply, .permissionDenied, .invalidCredentials:
            let attempts = (trouble?.attempts ?? 0) + 1
            var pause = configuration.backoff(attempt: attempts, jitter: jitter)
            if case .throttled(let asked?) = error { pause += asked }
            trouble = Trouble(error: error, since: trouble?.since ?? now, until: now + pause, attempts: attempts)
        case .limitReached, .notFound, .conflict, .incorrectState: break
        }
    }

    /// How long an ENI rests after a step that failed for a reason of its own: a limit does not change soon; a
    /// contradiction goes away with the next view.
    private func pause(after error: ProviderError, _ jitter: Double) -> Duration {
        if case .limitReached = error { return configuration.subnetBackoff }
        return configuration.backoff(attempt: 4, jitter: jitter)
    }

    mutating func providerAnswered() {
        trouble = nil
    }

    private mutating func rest(_ eni: ENIID, as phase: ENI.Phase, until: Instant) {
        enis[eni]?.phase = phase
        enis[eni]?.retryAt = until
    }
}

extension ProviderError {
    /// Whether the mutation may have taken place all the same.
    var leavesDoubt: Bool {
        switch self {
        case .unreachable, .malformedReply, .transient: true
        case .limitReached, .subnetExhausted, .noContiguousPrefix, .throttled, .notFound, .conflict,
            .permissionDenied, .invalidCredentials, .incorrectState:
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
