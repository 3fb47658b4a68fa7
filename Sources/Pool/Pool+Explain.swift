import Identity
import Timekeeping

extension Pool {
    /// Why a pod that came now would get no address at once; `nil` when it would get one.
    public func obstacle(_ now: Instant) -> Cause? {
        guard let limits else { return shortage(now) }
        let hasFree = enis.values.contains { $0.isReady && !$0.free.isEmpty }
        return hasFree && attachments.count < addressLimit(limits) ? nil : shortage(now)
    }

    /// Whether pods can be served now or within the time of a refill. A full node is ready: a single ADD says that it
    /// is full.
    public var isReady: Bool { limits != nil && enis.values.contains(where: \.isReady) }

    /// The trouble that keeps the pool from growing, whether a pod waits or not.
    public func growthObstacle(_ now: Instant) -> Cause? {
        if let trouble, trouble.keepsAway(now) { return cause(of: trouble) }
        if let subnetTrouble, subnetTrouble.until > now { return cause(of: subnetTrouble) }
        if let eniTrouble, eniTrouble.until > now { return cause(of: eniTrouble) }
        for eni in enis.values {
            // Told until another attempt has had the time to succeed.
            guard let refusal = eni.refusal, let at = eni.retryAt, at + configuration.backoff.longest > now else {
                continue
            }
            return .providerFailing("\(eni.id): \(refusal)", retryAt: max(at, now))
        }
        return nil
    }

    /// The number of ADDs that wait.
    public var waiterCount: Int { waiters.count }

    /// The attachments whose ADD waits, in order of arrival.
    public var waitingIDs: [AttachmentID] { waiters.map(\.request.id) }

    /// The addresses that are on their way from the provider.
    public var incomingCount: Int { census.incoming }

    /// The cause of a shortage: limits first, because no waiting helps against them, then the provider's troubles,
    /// then what only takes time.
    ///
    /// - Parameter ahead: how many pods wait before the one in question.
    func shortage(_ now: Instant, ahead: Int = 0) -> Cause {
        guard let limits else {
            return trouble.map(cause(of:)) ?? .starting(since: startedAt)
        }
        let limit = addressLimit(limits)
        let census = census
        if attachments.count + ahead >= limit {
            return limitCause(limits)
        }
        if census.held >= limit && census.incoming <= ahead, let cooling = coolingCause { return cooling }
        if let obstacle = growthObstacle(now) { return obstacle }
        for eni in enis.values {
            if case .attaching(let since) = eni.phase { return .attachPending(eni.id, since: since) }
        }
        if census.incoming <= ahead, let cooling = coolingCause { return cooling }
        return .refillPending(count: census.incoming + census.leaving)
    }

    private func limitCause(_ limits: NodeLimits) -> Cause {
        let limit = addressLimit(limits)
        return configuration.maxPods == limit
            ? .maxPodsReached(limit: limit)
            : .enisFull(enis: eniLimit(limits), addresses: limit)
    }

    private var coolingCause: Cause? {
        let cooling = enis.values.filter(\.isServingOrComing).flatMap { $0.cooling.map(\.until) }
        return cooling.min().map { .cooling(count: cooling.count, until: $0) }
    }

    private func cause(of trouble: Trouble) -> Cause {
        switch trouble.error {
        case .throttled: .throttled(until: trouble.until)
        case .callsLimited: .callsLimited(until: trouble.until)
        case .unreachable(let what), .suspended(_, let what): .unreachable(since: trouble.since, what)
        case .permissionDenied(let what): .permissionDenied(what, retryAt: trouble.until)
        case .invalidCredentials(let what): .invalidCredentials(what, retryAt: trouble.until)
        default: .providerFailing(trouble.error.description, retryAt: trouble.until)
        }
    }

    private func cause(of trouble: ENITrouble) -> Cause {
        .providerFailing(trouble.error.description, retryAt: trouble.until)
    }

    private func cause(of trouble: SubnetTrouble) -> Cause {
        if case .noContiguousPrefix = trouble.error {
            .noContiguousPrefix(trouble.subnet, retryAt: trouble.until)
        } else {
            .subnetExhausted(trouble.subnet, retryAt: trouble.until)
        }
    }
}

extension Pool.Trouble {
    /// Whether it is the reason for what goes wrong now: until the next attempt, and where nobody answers until
    /// somebody does.
    func keepsAway(_ now: Instant) -> Bool {
        switch error {
        case .unreachable, .suspended: true
        default: until > now
        }
    }
}
