import ControlProtocol
import Glibc
import Identity
import PodNetwork
import Pool
import Providers
import RateLimiting
import Store
import Timekeeping

/// What an operator asks.
extension NodeAgent {
    var overview: Overview {
        let now = BootClock.now
        let states = pool.addresses.values.map(\.state)
        let limits = pool.limits ?? NodeLimits(enis: 0, ipv4PerENI: 1)
        return Overview(
            version: warmpoolVersion, pid: getpid(), uptimeSeconds: (now - startedAt).inSeconds,
            instanceID: node?.instanceID, instanceType: node?.instanceType, zone: node?.zone,
            provider: configuration.provider.name, calls: Overview.Calls(provider.state, now),
            target: pool.configuration.target.text, mode: pool.configuration.mode(pool.limits),
            isReady: pool.isReady, enis: pool.enis.count, eniLimit: pool.eniLimit(limits),
            addresses: Overview.Addresses(
                total: states.count, assigned: states.count { $0.attachment != nil },
                free: states.count { $0 == .free }, cooling: states.count { $0.coolingUntil != nil },
                incoming: pool.incomingCount(now), limit: bounded(pool.addressLimit(limits))),
            prefixes: prefixes, pods: pool.attachments.count, waiting: pool.waiterCount,
            lastReconcileSeconds: lastObservation.map { (now - $0).inSeconds }, repairs: repairCount,
            obstacle: obstacle(now),
            growthObstacle: pool.growthObstacle(now).map { Obstacle($0, now) }, notes: pool.notes(now))
    }

    var interfaceRows: [InterfaceRow] {
        let now = BootClock.now
        let ipv6Addresses = pool.attachments.values.compactMap(\.addresses.ipv6)
        return pool.enis.values.map { eni in
            let addresses = pool.addresses.values.filter { $0.eni == eni.id }.sorted { $0.address < $1.address }
            return InterfaceRow(
                id: eni.id.description, deviceIndex: eni.deviceIndex, isPrimary: eni.isPrimary,
                servesPods: pool.takesPods(eni), phase: eni.phase.name, mac: eni.mac,
                subnet: eni.subnet.description, primaryAddress: eni.primaryAddress,
                routingTable: routingTable(of: eni.id),
                prefixes: eni.prefixes.sorted { $0.key.base < $1.key.base }.map { prefix, tally in
                    InterfaceRow.Prefix(
                        prefix: prefix, assigned: tally.assigned, cooling: tally.cooling, free: tally.free.count)
                },
                ipv6Prefix: eni.ipv6Prefix, ipv6Pods: ipv6Addresses.count { eni.ipv6Prefix?.contains($0) == true },
                addresses: addresses.map { record in
                    InterfaceRow.Address(
                        address: record.address, state: record.state.name,
                        attachment: record.state.attachment?.description, coolingSeconds: record.state.coolingLeft(now))
                })
        }
    }

    var podRows: [PodRow] {
        let now = BootClock.now
        return pool.attachments.values.sorted { $0.addresses.primary < $1.addresses.primary }.map { attachment in
            PodRow(
                namespace: attachment.pod.namespace, name: attachment.pod.name, uid: attachment.pod.uid,
                network: attachment.id.network, containerID: attachment.id.containerID, ifname: attachment.id.ifname,
                addresses: attachment.addresses, eni: attachment.eni.description,
                hostInterface: hostInterface(of: attachment.id), netns: attachment.netns,
                ageSeconds: (now - attachment.since).inSeconds)
        }
    }

    var maxPods: Reply {
        guard let limits = pool.limits, let node else {
            return .failure(.init(.failed, "the node's limits are not known yet: the provider has not answered"))
        }
        return .success(
            MaxPodsReport(
                instanceType: node.instanceType, mode: pool.configuration.mode(limits), enis: limits.enis,
                ipv4PerENI: limits.ipv4PerENI,
                podAddressesPerENI: bounded(pool.configuration.addressesPerENI(limits)),
                reservedENIs: pool.configuration.reservedENIs, eniLimit: pool.podENILimit(limits),
                podAddresses: bounded(pool.addressLimit(limits)), recommendedCap: recommendedCap(limits),
                kubeletMaxPods: pool.kubeletMaxPods(limits),
                isConfigured: pool.configuration.maxPods != nil))
    }

    /// How many pods a machine of this size should have, where its addresses are enough for more.
    private func recommendedCap(_ limits: NodeLimits) -> Int? {
        let hasMany = pool.configuration.usesPrefixes(limits) || !pool.configuration.families.hasIPv4
        return hasMany && limits.vCPUs != nil ? limits.recommendedMaxPods : nil
    }

    /// A number of addresses; `nil` where they are as good as endless.
    private func bounded(_ count: Int) -> Int? {
        count < PoolConfiguration.unlimited ? count : nil
    }

    /// The prefixes of all ENIs, where the node has some or wants some.
    private var prefixes: Overview.Prefixes? {
        let tallies = pool.enis.values.flatMap(\.prefixes.values)
        if tallies.isEmpty {
            guard let limits = pool.limits, pool.configuration.usesPrefixes(limits) else { return nil }
        }
        return Overview.Prefixes(
            total: tallies.count, free: tallies.count(where: \.isWhollyFree),
            partlyUsed: tallies.count { !$0.free.isEmpty && !$0.isWhollyFree })
    }

    /// Why a pod has, or has not, what it wants; without a subject, what the next pod would get.
    func explain(_ subject: String?) -> Reply {
        let now = BootClock.now
        guard let subject else { return .success(nodeExplanations(now)) }
        let found = pool.attachments.values.filter { $0.matches(subject) }
            .sorted { $0.addresses.primary < $1.addresses.primary }
        let waiting = pool.waitingIDs.filter { $0.containerID.hasPrefix(subject) }
        if found.isEmpty && waiting.isEmpty {
            return .failure(
                .init(
                    .unknownAttachment,
                    "no pod on this node has the name, address or container id '\(subject)'; `warmpoolctl pods` lists "
                        + "them"))
        }
        let obstacle = obstacle(now)
        return .success(
            found.map { Explanation(subject: $0.title, sentence: sentence(for: $0, now)) }
                + waiting.map { id in
                    Explanation(
                        subject: id.description,
                        sentence: "waits for an address: " + (obstacle?.sentence ?? "it is about to be served"),
                        cause: obstacle?.cause, retryAfter: obstacle?.retryAfter)
                })
    }

    private func nodeExplanations(_ now: Instant) -> [Explanation] {
        let obstacle = obstacle(now)
        var explanations = [
            Explanation(
                subject: "next pod", sentence: obstacle?.sentence ?? "gets an address at once", cause: obstacle?.cause,
                retryAfter: obstacle?.retryAfter)
        ]
        if let growth = pool.growthObstacle(now), growth != pool.obstacle(now) {
            explanations.append(
                Explanation(
                    subject: "warm pool", sentence: "does not grow: " + growth.sentence(now), cause: growth.code,
                    retryAfter: growth.retryAfter(now)?.inSeconds))
        }
        return explanations
    }

    /// Why a pod that came now would get no address: before all else because the store takes no grant.
    func obstacle(_ now: Instant) -> Obstacle? {
        (storeTrouble.map { cause(of: $0, now) } ?? pool.obstacle(now)).map { Obstacle($0, now) }
    }

    func cause(of error: StoreError, _ now: Instant) -> Cause {
        .storeFailing(error.description, retryAt: now + NodeAgent.storeRetry)
    }

    private func sentence(for attachment: Attachment, _ now: Instant) -> String {
        let age = (now - attachment.since).rounded
        let addresses = attachment.addresses
        if case .orphaned? = pool.addresses[addresses.primary]?.state {
            return "has \(addresses) since \(age), but the provider no longer assigns it to this node: the "
                + "pod cannot be reached; restart it to get another address"
        }
        let prefix = pool.enis[attachment.eni]?.ipv6Prefix
        if let ipv6 = addresses.ipv6, prefix?.contains(ipv6) != true {
            return "has \(addresses) of \(attachment.eni) since \(age), but the provider no longer assigns the prefix "
                + "of \(ipv6) to this node: the pod cannot be reached by it; restart it to get another"
        }
        return "has \(addresses) of \(attachment.eni) since \(age)"
    }

    /// Compares kernel, store and provider, and reports every disagreement without repairing it.
    func verify() async -> Reply {
        do {
            let interfaces = try await call { provider throws(ProviderError) in try await provider.interfaces() }
            let verification = Verification(
                pool: pool, stored: try storedSnapshot(), interfaces: interfaces, pods: try host.pods())
            let host = try await host.differences(from: networkPurpose)
            let now = BootClock.now
            let idle = pool.isReady ? nil : pool.obstacle(now).map { "daemon: not ready: \($0.sentence(now))" }
            return .success(
                VerifyReport(
                    pods: pool.attachments.count, addresses: pool.addresses.count, enis: pool.enis.count,
                    differences: [idle].compactMap(\.self) + verification.differences + host))
        } catch {
            return .failure(.init(.failed, "kernel, store and provider cannot be compared: \(error)"))
        }
    }

    // MARK: Names

    func hostInterface(of id: AttachmentID) -> String {
        AttachmentName(id).hostInterface
    }

    func routingTable(of eni: ENIID) -> UInt32? {
        pool.enis[eni].flatMap(configuration.layout.table)
    }
}

extension Overview.Calls {
    fileprivate init(_ governor: CallGovernor, _ now: Instant) {
        let (breaker, openSeconds): (String, Double?) =
            switch governor.breaker.state {
            case .closed: ("closed", nil)
            case .open(let until, _): ("open", max(until - now, .zero).inSeconds)
            case .halfOpen: ("half-open", nil)
            }
        self.init(
            breaker: breaker, breakerOpenSeconds: openSeconds,
            slowed: governor.slowed(at: now).map { slowed in
                Slowed(
                    call: slowed.call.rawValue, perSecond: slowed.perSecond,
                    closedSeconds: slowed.closedUntil.map { ($0 - now).inSeconds })
            })
    }
}

extension Attachment {
    /// How people call the pod.
    fileprivate var title: String {
        pod.name.isEmpty ? id.description : "\(pod.namespace)/\(pod.name)"
    }

    fileprivate func matches(_ subject: String) -> Bool {
        addresses.all.contains { $0.description == subject } || id.containerID.hasPrefix(subject) || pod.name == subject
            || "\(pod.namespace)/\(pod.name)" == subject
    }
}

extension Obstacle {
    init(_ cause: Cause, _ now: Instant) {
        self.init(
            cause: cause.code, sentence: cause.sentence(now), retryAfter: cause.retryAfter(now)?.inSeconds)
    }
}

extension AddressState {
    fileprivate func coolingLeft(_ now: Instant) -> Double? {
        coolingUntil.map { max($0 - now, .zero).inSeconds }
    }
}
