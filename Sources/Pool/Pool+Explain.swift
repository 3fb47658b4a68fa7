import Identity
import Timekeeping

extension Pool {
    /// Why a pod that came now would get no address at once; `nil` when it would get one.
    public func obstacle(_ now: Instant) -> Cause? {
        guard let limits else { return shortage(now) }
        let hasFree = enis.values.contains { serves($0) && ($0.freeCount > 0 || !configuration.families.hasIPv4) }
        return hasFree && attachments.count < addressLimit(limits) ? nil : shortage(now)
    }

    /// Whether pods can be served now or within the time of a refill. A full node is ready: a single ADD says that it
    /// is full.
    public var isReady: Bool { limits != nil && enis.values.contains(where: \.isReady) }

    /// The trouble that keeps the pool from growing, whether a pod waits or not.
    public func growthObstacle(_ now: Instant) -> Cause? {
        if let trouble, trouble.keepsAway(now) { return cause(of: trouble) }
        if let impossibility { return impossibility }
        if let cause = subnetCause(now) { return cause }
        if let eniTrouble, eniTrouble.until > now {
            return .providerFailing(eniTrouble.error.description, retryAt: eniTrouble.until)
        }
        for eni in enis.values {
            // Told until another attempt has had the time to succeed.
            guard let refusal = eni.refusal, let at = eni.retryAt, at + configuration.backoff.longest > now else {
                continue
            }
            return .providerFailing("\(eni.id): \(refusal)", retryAt: max(at, now))
        }
        return nil
    }

    /// What of the configuration cannot be on this node.
    var impossibility: Cause? {
        guard let limits else { return nil }
        if case .nowhere(let why)? = place { return .impossible(why) }
        if case .inside? = place, eniLimit(limits) < 2 {
            return .impossible("with custom networking the primary ENI has no pods, and no other is allowed here")
        }
        if configuration.families.hasIPv6, !limits.supportsIPv6 {
            return .impossible(
                "pods are to have addresses of IPv6, and this instance type has no /80 prefixes for them")
        }
        if podSubnets == nil, !enis.values.contains { takesPods($0) } {
            return .impossible("pods are to have addresses of IPv6, which no subnet that they may be in has")
        }
        return nil
    }

    /// The subnet without room that keeps the pool from growing, where no other subnet helps out.
    private func subnetCause(_ now: Instant) -> Cause? {
        guard let limits, fillableENI(limits, now) == nil, !(hasENIRoom(limits) && subnetForENI(now) != nil) else {
            return nil
        }
        let used = Set(enis.values.filter { takesPods($0) }.map(\.subnet)).union(podSubnets?.subnets ?? [])
        func first(_ troubles: [SubnetID: SubnetTrouble]) -> (SubnetID, Instant)? {
            let active = troubles.filter { used.contains($0.key) && $0.value.until > now }
            return active.min { $0.value.until < $1.value.until }.map { ($0.key, $0.value.until) }
        }
        if let (subnet, until) = first(exhausted) { return .subnetExhausted(subnet, retryAt: until) }
        return first(fragmented).map { .noContiguousPrefix($0.0, retryAt: $0.1) }
    }

    /// What the operator should know of how the pool does its work, though nothing is wrong; a sentence each.
    public func notes(_ now: Instant) -> [String] {
        guard let limits else { return [] }
        var notes: [String] = []
        if configuration.prefixDelegation, configuration.families.hasIPv4, !limits.supportsPrefixes {
            notes.append(
                "prefix delegation is configured, but this instance type has no prefixes: single addresses are used")
        }
        for (subnet, trouble) in fragmented.sorted(by: { $0.key < $1.key }) where fallsBack(in: subnet, now) {
            notes.append(
                "\(subnet) has no free aligned /28 block: single addresses are used in it; next attempt in "
                    + (trouble.until - now).rounded)
        }
        if case .custom(let networking) = configuration.placement, let unknown = networking.unknown(to: subnets, node) {
            notes.append("\(unknown) is no subnet of the node's zone, and is passed over")
        }
        for kind in [BlockKind.address, .prefix] {
            let leaving = enis.values.filter { $0.isReady && !counts(kind, on: $0, limits, now) }
            let count = leaving.reduce(0) { $0 + $1.blockCount(kind) }
            let used = leaving.reduce(0) { $0 + $1.tally(of: kind).assigned }
            if count > 0 { notes.append("being given up: \(kind.words(count)); \(pods(used)) an address of them") }
        }
        return notes
    }

    private func pods(_ count: Int) -> String {
        switch count {
        case 0: "no pod has"
        case 1: "1 pod has"
        default: "\(count) pods have"
        }
    }

    /// The number of ADDs that wait.
    public var waiterCount: Int { waiters.count }

    /// The attachments whose ADD waits, in order of arrival.
    public var waitingIDs: [AttachmentID] { waiters.map(\.request.id) }

    /// The addresses that are on their way from the provider.
    public func incomingCount(_ now: Instant) -> Int { census(now).incoming }

    /// The cause of a shortage: limits first, because no waiting helps against them, then the provider's troubles,
    /// then what only takes time.
    ///
    /// - Parameter ahead: how many pods wait before the one in question.
    func shortage(_ now: Instant, ahead: Int = 0) -> Cause {
        guard let limits else {
            return trouble.map(cause(of:)) ?? .starting(since: startedAt)
        }
        if let impossibility { return impossibility }
        let limit = addressLimit(limits)
        let census = census(now)
        if attachments.count + ahead >= limit {
            return limitCause(limits)
        }
        if census.held >= limit && census.incoming <= ahead, let cooling = coolingCause { return cooling }
        if isOutOfSlots(limits, now), census.incoming + census.leaving == 0 {
            return coolingCause ?? .enisFull(enis: eniLimit(limits), addresses: census.held)
        }
        if let obstacle = growthObstacle(now) { return obstacle }
        for eni in enis.values {
            if case .attaching(let since) = eni.phase { return .attachPending(eni.id, since: since) }
        }
        if census.incoming <= ahead, let cooling = coolingCause { return cooling }
        return .refillPending(count: census.incoming + census.leaving)
    }

    /// Whether no ENI has a slot left, and none more may be attached.
    private func isOutOfSlots(_ limits: NodeLimits, _ now: Instant) -> Bool {
        configuration.families.hasIPv4 && !hasENIRoom(limits)
            && enis.values.allSatisfy { !takesPods($0) || $0.room(limits.podAddressesPerENI, now) == 0 }
    }

    private func limitCause(_ limits: NodeLimits) -> Cause {
        let limit = addressLimit(limits)
        return configuration.maxPods == limit
            ? .maxPodsReached(limit: limit)
            : .enisFull(enis: eniLimit(limits), addresses: limit)
    }

    private var coolingCause: Cause? {
        let cooling = enis.values.filter { $0.isServingOrComing && takesPods($0) }.flatMap { $0.cooling.map(\.until) }
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
