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
            target: pool.configuration.target.text, isReady: pool.isReady,
            enis: pool.enis.count, eniLimit: pool.eniLimit(limits),
            addresses: Overview.Addresses(
                total: states.count, assigned: states.count { $0.attachment != nil },
                free: states.count { $0 == .free }, cooling: states.count(where: \.isCooling),
                incoming: pool.incomingCount, limit: pool.addressLimit(limits)),
            pods: pool.attachments.count, waiting: pool.waiterCount,
            lastReconcileSeconds: lastObservation.map { (now - $0).inSeconds }, repairs: repairCount,
            obstacle: obstacle(now),
            growthObstacle: pool.growthObstacle(now).map { Obstacle($0, now) })
    }

    var interfaceRows: [InterfaceRow] {
        let now = BootClock.now
        return pool.enis.values.map { eni in
            let addresses = pool.addresses.values.filter { $0.eni == eni.id }.sorted { $0.address < $1.address }
            return InterfaceRow(
                id: eni.id.description, deviceIndex: eni.deviceIndex, isPrimary: eni.isPrimary, phase: eni.phase.name,
                mac: eni.mac, subnet: eni.subnet.description, primaryAddress: eni.primaryAddress,
                routingTable: routingTable(of: eni.id),
                addresses: addresses.map { record in
                    InterfaceRow.Address(
                        address: record.address, state: record.state.name,
                        attachment: record.state.attachment?.description, coolingSeconds: record.state.coolingLeft(now))
                })
        }
    }

    var podRows: [PodRow] {
        let now = BootClock.now
        return pool.attachments.values.sorted { $0.address < $1.address }.map { attachment in
            PodRow(
                namespace: attachment.pod.namespace, name: attachment.pod.name, uid: attachment.pod.uid,
                network: attachment.id.network, containerID: attachment.id.containerID, ifname: attachment.id.ifname,
                address: attachment.address, eni: attachment.eni.description,
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
                instanceType: node.instanceType, enis: limits.enis, ipv4PerENI: limits.ipv4PerENI,
                eniLimit: pool.eniLimit(limits), podAddresses: pool.addressLimit(limits),
                kubeletMaxPods: pool.kubeletMaxPods(limits),
                isConfigured: pool.configuration.maxPods != nil))
    }

    /// Why a pod has, or has not, what it wants; without a subject, what the next pod would get.
    func explain(_ subject: String?) -> Reply {
        let now = BootClock.now
        guard let subject else { return .success(nodeExplanations(now)) }
        let found = pool.attachments.values.filter { $0.matches(subject) }.sorted { $0.address < $1.address }
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
        if case .orphaned? = pool.addresses[attachment.address]?.state {
            return "has \(attachment.address) since \(age), but the provider no longer assigns it to this node: the "
                + "pod cannot be reached; restart it to get another address"
        }
        return "has \(attachment.address) of \(attachment.eni) since \(age)"
    }

    /// Compares kernel, store and provider, and reports every disagreement without repairing it.
    func verify() async -> Reply {
        do {
            let interfaces = try await call { provider throws(ProviderError) in try await provider.interfaces() }
            let verification = Verification(
                pool: pool, stored: try storedSnapshot(), interfaces: interfaces, pods: try host.pods())
            let host = try await host.differences(from: pool.enis.values.filter(\.isServingOrComing))
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
        address.description == subject || id.containerID.hasPrefix(subject) || pod.name == subject
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
    fileprivate var isCooling: Bool {
        if case .cooling = self { true } else { false }
    }

    fileprivate func coolingLeft(_ now: Instant) -> Double? {
        if case .cooling(let until) = self { max(until - now, .zero).inSeconds } else { nil }
    }
}

extension WarmTarget {
    fileprivate var text: String {
        switch self {
        case .enis(let count): "\(count) warm \(count == 1 ? "ENI" : "ENIs")"
        case .addresses(let warm, let minimum): "\(warm) warm addresses, at least \(minimum) in all"
        case .adaptive(let goal):
            "adaptive: at most \(goal.wait.text) at p\(goal.percentile), at least \(goal.minimum) addresses in all"
        }
    }
}
