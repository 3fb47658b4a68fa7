import Addressing
import Identity
import Timekeeping

extension Pool {
    /// Settles every disagreement between the pool, the provider's view and the kernel's pods, in the safe direction,
    /// and reports each as a ``Repair``.
    ///
    /// - Parameter takenAt: when the provider's view was asked for; what changed since then, or so shortly before
    ///   that the view may lag behind, is left for the next time.
    public mutating func reconcile(_ seen: Observation, takenAt: Instant, now: Instant) -> Outcome {
        node = seen.node
        limits = seen.node.limits
        subnets = seen.subnets
        findPlace()
        demand?.update(now)
        viewAnswered(now)
        exhausted = stillTroubled(exhausted)
        fragmented = stillTroubled(fragmented)
        scarce = stillTroubled(scarce)
        let own = seen.interfaces.filter { $0.tags[ENITag.noManage] != "true" || $0.isPrimary }
        let foreign = seen.interfaces.filter { $0.tags[ENITag.noManage] == "true" && !$0.isPrimary }
        foreignDevices = Set(foreign.filter { $0.networkCard == 0 }.compactMap(\.attachment.deviceIndex))
        for view in own.sorted(by: { ($0.attachment.deviceIndex ?? .max) < ($1.attachment.deviceIndex ?? .max) }) {
            if enis[view.id] != nil {
                compare(view, takenAt, now)
            } else {
                meet(view, now)
            }
        }
        let listed = Set(own.map(\.id))
        let takenOver = Set(foreign.map(\.id))
        for eni in enis.values where !listed.contains(eni.id) {
            if isSettled(eni, takenAt) || (eni.isReady && takenOver.contains(eni.id)) { lose(eni) }
        }
        dropCreationsInDoubt(takenAt)
        comparePods(seen.pods, now)
        readBackAt = isInDoubt ? now + configuration.backoff.longest / 10 : nil
        return settle(now)
    }

    /// A part of the provider's view was read: what kept the parts before it from being read is no reason to wait long for
    /// the next.
    public mutating func observationAdvanced() {
        if trouble?.concernsView == true { trouble?.attempts = 0 }
    }

    /// The provider's view could not be read; it is asked for again after a pause, and where that would only add to what
    /// the provider throttles, at the next interval.
    public mutating func observationFailed(_ error: ProviderError, jitter: Double, now: Instant) -> Outcome {
        if limits != nil, error.isThrottling {
            // The view that the pool has will do until the next interval, unless something is in doubt.
            let pause = configuration.backoff.pause(attempt: 6, jitter: jitter)
            readBackAt = isInDoubt ? now + pause : nil
        } else {
            let pause = configuration.backoff.pause(attempt: 4, jitter: jitter)
            readBackAt = note(error, concernsView: true, jitter, now) ?? now + pause
        }
        return settle(now)
    }

    /// Whether something was asked of the provider that it may have done or not.
    private var isInDoubt: Bool {
        creations.contains { $0.inDoubtSince != nil } || enis.values.contains(where: \.isInDoubt)
    }

    /// The view was read: what kept it from being read is over, and so is the provider's silence. That it does not do
    /// what it is asked is another matter.
    private mutating func viewAnswered(_ now: Instant) {
        if trouble?.concernsView == true { providerAnswered(now) }
        switch trouble?.error {
        case .unreachable, .suspended: trouble = nil
        default: break
        }
    }

    /// Takes in an ENI that was created by our doing; its addresses are free.
    mutating func welcome(_ view: InterfaceView, _ now: Instant) {
        var eni = ENI(view, phase: .created)
        eni.changedAt = now
        put(eni)
        for block in view.blocks { receive(block, on: view.id, now) }
    }

    /// Takes in an ENI that came from elsewhere; its addresses rest.
    private mutating func adopt(_ view: InterfaceView, phase: ENI.Phase, _ now: Instant) {
        put(ENI(view, phase: phase))
        for block in view.blocks { _ = adopt(block, on: view.id, now) }
    }

    /// Takes in a block that came from elsewhere, or what was missing of it.
    ///
    /// - Returns: whether anything of it was new.
    mutating func adopt(_ block: Block, on eni: ENIID, _ now: Instant) -> Bool {
        if case .ipv6Prefix(let prefix) = block {
            guard enis[eni]?.ipv6Prefix == nil else { return false }
            setIPv6Prefix(prefix, of: eni)
            return true
        }
        recover(block, of: eni)
        let new = block.addresses.map(IPAddress.v4).filter { addresses[$0] == nil }
        for address in new { adopt(address, of: block, on: eni, now) }
        return !new.isEmpty
    }

    /// Takes in an address that came from elsewhere. It rests as after a pod, and for as long as the view may show
    /// what the last run of the daemon has given back.
    mutating func adopt(_ address: IPAddress, of block: Block, on eni: ENIID, _ now: Instant) {
        let rest = max(configuration.cooldown, configuration.consistencyWindow)
        add(address, of: block, on: eni, as: .cooling(until: now + rest))
    }

    // MARK: ENIs

    /// An ENI that the pool does not know.
    private mutating func meet(_ view: InterfaceView, _ now: Instant) {
        let creation = creations.firstIndex { $0.token.description == view.tags[ENITag.token] }
        switch view.attachment {
        case .detached:
            if let creation {
                // Created without an answer. One whose answer is still expected is left alone.
                guard creations[creation].inDoubtSince != nil else { return }
                creations.remove(at: creation)
                welcome(view, now)
            } else {
                adopt(view, phase: .detached, now)
                outcome.repairs.append(.leakedENI(view.id))
            }
        case .attaching, .attached:
            adopt(view, phase: .created, now)
            if !view.isPrimary { outcome.repairs.append(.adoptedENI(view.id)) }
        case .detaching: break
        }
    }

    /// An ENI that both know.
    private mutating func compare(_ view: InterfaceView, _ takenAt: Instant, _ now: Instant) {
        guard let eni = enis[view.id] else { return }
        switch (eni.phase, view.attachment) {
        case (.ready, .detached), (.ready, .detaching):
            if isSettled(eni, takenAt) { return lose(eni) }
        case (.created, .attaching) where isStuck(eni, takenAt): return detach(eni.id, now)
        case (.created, .attached(let index)), (.created, .attaching(let index)): enis[eni.id]?.deviceIndex = index
        case (.created, .detached): enis[eni.id]?.deviceIndex = nil
        case (.lost, .attached(let index)):
            enis[eni.id]?.phase = .created
            enis[eni.id]?.deviceIndex = index
        case (.detached, .attached(let index)):
            // It looked like leaked, in a view that lagged behind.
            if hasShown(eni.changedAt, takenAt) {
                enis[eni.id]?.phase = .created
                enis[eni.id]?.deviceIndex = index
            }
        case (.detaching, .detached):
            if let doubt = eni.detachInDoubtSince, takenAt >= doubt { finishDetaching(eni.id, now) }
        case (.detaching, .attached):
            if isSettled(eni, takenAt) { cancelDetaching(eni.id, now) }
        default: break
        }
        // What leaves is not compared: it is gone soon.
        if let eni = enis[eni.id], eni.isServingOrComing { compareBlocks(of: eni, view, takenAt, now) }
    }

    /// Whether an ENI has been attaching for so long that it never will be attached: only by being detached does it come
    /// out of that state.
    private func isStuck(_ eni: ENI, _ takenAt: Instant) -> Bool {
        guard let failsSince = eni.failsSince, !eni.isPrimary, eni.assignedCount + eni.orphanedCount == 0 else {
            return false
        }
        return takenAt >= failsSince + max(Pool.longestAttaching, configuration.consistencyWindow)
    }

    /// No provider attaches an ENI for longer.
    private static let longestAttaching = Duration.seconds(120)

    /// Whether the provider's view of an ENI, asked for at `takenAt`, must show what the pool did to it.
    private func isSettled(_ eni: ENI, _ takenAt: Instant) -> Bool {
        if let operation = eni.operation {
            guard let doubt = operation.inDoubtSince, hasShown(doubt, takenAt) else { return false }
        }
        return switch eni.phase {
        case .ready, .created: hasShown(eni.changedAt, takenAt)
        case .detaching: eni.detachInDoubtSince.map { hasShown($0, takenAt) } ?? false
        case .attaching, .detached, .deleting, .lost: false
        }
    }

    /// Whether a view asked for at `takenAt` must show a change; `nil` is one before this run.
    func hasShown(_ change: Instant?, _ takenAt: Instant) -> Bool {
        change.map { takenAt >= $0 + configuration.consistencyWindow } ?? true
    }

    /// Takes leave of an ENI that does not exist any more.
    mutating func forget(_ eni: ENIID) {
        guard let gone = enis[eni] else { return }
        if gone.assignedCount + gone.orphanedCount == 0 { remove(eni) } else { lose(gone) }
    }

    /// Somebody took an ENI away. Pods that use it keep what they have; nothing of it is handed out again.
    mutating func lose(_ eni: ENI) {
        for block in knownBlocks(of: eni).sorted() { drop(block, of: eni.id) }
        outcome.repairs.append(.lostENI(eni.id))
        enis[eni.id]?.phase = .lost
        enis[eni.id]?.operation = nil
        enis[eni.id]?.detachInDoubtSince = nil
        if enis[eni.id]?.orphanedCount == 0 { remove(eni.id) }
    }

    // MARK: Creations and subnets

    /// A creation that the view does not show after the time that the view may lag behind did not take place.
    private mutating func dropCreationsInDoubt(_ takenAt: Instant) {
        creations = creations.filter { $0.inDoubtSince.map { !hasShown($0, takenAt) } ?? true }
    }

    /// The troubled subnets whose free count has not changed: one that has may have room again.
    private func stillTroubled(_ troubles: [SubnetID: SubnetTrouble]) -> [SubnetID: SubnetTrouble] {
        var still = troubles
        for subnet in subnets {
            guard let known = troubles[subnet.id] else { continue }
            let hasChanged = known.freeAddresses.map { $0 != subnet.freeAddresses } ?? false
            still[subnet.id] = hasChanged ? nil : SubnetTrouble(until: known.until, freeAddresses: subnet.freeAddresses)
        }
        return still
    }

    // MARK: Pods

    private mutating func comparePods(_ pods: [Observation.Pod], _ now: Instant) {
        let living = Set(pods.map(\.id))
        let gone = attachments.values
            .filter { !living.contains($0.id) && $0.since + configuration.attachmentGrace <= now }
            .sorted { $0.addresses.primary < $1.addresses.primary }
        for attachment in gone {
            outcome.repairs.append(.releasedAttachment(attachment.id, attachment.addresses))
            coolDown(attachment.id, now)
        }
        strays = [:]
        for pod in pods where attachments[pod.id]?.addresses.primary != complete(pod.addresses).primary {
            meet(pod, now)
        }
    }

    /// A pod in the kernel that the pool does not know: after the loss of the store it keeps its addresses, now or when
    /// they come.
    mutating func meet(_ pod: Observation.Pod, _ now: Instant) {
        let addresses = complete(pod.addresses)
        guard attachments[pod.id] == nil, let (eni, block) = home(of: addresses.primary) else {
            outcome.repairs.append(.strayPod(pod.id, pod.addresses))
            strays[addresses.primary] = pod
            return
        }
        let isLeaving = self.addresses[addresses.primary]?.state == .releasing
        strays[addresses.primary] = nil
        assign(
            Attachment(id: pod.id, pod: PodIdentity(), netns: "", addresses: addresses, eni: eni, since: now),
            block: block)
        if isLeaving || enis[eni]?.isServingOrComing == false, let record = self.addresses[addresses.primary] {
            set(record, to: .orphaned(pod.id))
        }
        outcome.repairs.append(.adoptedAttachment(pod.id, addresses))
    }

    /// The addresses of a pod of both families, of whose routes only that of IPv6 is there.
    private func complete(_ addresses: PodAddresses) -> PodAddresses {
        guard case .ipv6(let address) = addresses,
            let prefix = enis.values.lazy.compactMap(\.ipv6Prefix).first(where: { $0.contains(address) }),
            let companion = prefix.companion(of: address)
        else { return addresses }
        return .dualStack(companion, address)
    }

    /// Which ENI has an address that no attachment uses.
    private func home(of address: IPAddress) -> (ENIID, Block)? {
        if let record = addresses[address] {
            return record.state.attachment == nil ? (record.eni, record.block) : nil
        }
        guard case .v6(let address) = address else { return nil }
        for eni in enis.values {
            if let prefix = eni.ipv6Prefix, prefix.contains(address), prefix.isNumbered(address) {
                return (eni.id, .ipv6Prefix(prefix))
            }
        }
        return nil
    }
}
