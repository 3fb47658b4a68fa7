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
        limits = seen.node.limits
        demand?.update(now)
        viewAnswered()
        noteSubnets(seen.subnets)
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
        let isInDoubt = creations.contains { $0.inDoubtSince != nil } || enis.values.contains(where: \.isInDoubt)
        readBackAt = isInDoubt ? now + configuration.backoff.longest / 10 : nil
        return settle(now)
    }

    /// The provider's view could not be read; it is asked for again after a pause.
    public mutating func observationFailed(_ error: ProviderError, jitter: Double, now: Instant) -> Outcome {
        let pause = configuration.backoff.pause(attempt: 4, jitter: jitter)
        readBackAt = note(error, concernsView: true, jitter, now) ?? now + pause
        return settle(now)
    }

    /// The view was read: what kept it from being read is over, and so is the provider's silence. That it does not do
    /// what it is asked is another matter.
    private mutating func viewAnswered() {
        if trouble?.concernsView == true { trouble = nil }
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
        for address in view.secondaryAddresses where addresses[address] == nil { receive(address, on: view.id, now) }
    }

    /// Takes in an ENI that came from elsewhere; its addresses rest.
    private mutating func adopt(_ view: InterfaceView, phase: ENI.Phase, _ now: Instant) {
        put(ENI(view, phase: phase))
        for address in view.secondaryAddresses where addresses[address] == nil { adopt(address, on: view.id, now) }
    }

    /// Takes in an address that came from elsewhere. It rests as after a pod, and for as long as the view may show
    /// what the last run of the daemon has given back.
    mutating func adopt(_ address: IPv4Address, on eni: ENIID, _ now: Instant) {
        let rest = max(configuration.cooldown, configuration.consistencyWindow)
        set(address, of: eni, to: .cooling(until: now + rest))
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
        if let eni = enis[eni.id], eni.isServingOrComing { compareAddresses(of: eni, view, takenAt, now) }
    }

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
    private func hasShown(_ change: Instant?, _ takenAt: Instant) -> Bool {
        change.map { takenAt >= $0 + configuration.consistencyWindow } ?? true
    }

    /// Takes leave of an ENI that does not exist any more.
    mutating func forget(_ eni: ENIID) {
        guard let gone = enis[eni] else { return }
        if gone.assignedCount + gone.orphanedCount == 0 { remove(eni) } else { lose(gone) }
    }

    /// Somebody took an ENI away. Pods that use it keep what they have; nothing of it is handed out again.
    mutating func lose(_ eni: ENI) {
        for record in addresses.values where record.eni == eni.id { dropOrOrphan(record) }
        outcome.repairs.append(.lostENI(eni.id))
        enis[eni.id]?.phase = .lost
        enis[eni.id]?.operation = nil
        enis[eni.id]?.detachInDoubtSince = nil
        if enis[eni.id]?.orphanedCount == 0 { remove(eni.id) }
    }

    // MARK: Addresses

    private mutating func compareAddresses(
        of eni: ENI, _ view: InterfaceView, _ takenAt: Instant, _ now: Instant
    ) {
        let listed = Set(view.secondaryAddresses)
        let unsettled = eni.unsettled(window: configuration.consistencyWindow, takenAt)
        let unknown = view.secondaryAddresses.filter { addresses[$0] == nil && !unsettled.contains($0) }
        if let operation = eni.operation {
            guard let doubt = operation.inDoubtSince, takenAt >= doubt else { return }
            // The answer was lost. What is there now was asked for, unless it may be what the last run gave back; what
            // is not there after a while never will be.
            let isOurs = takenAt >= startedAt + configuration.consistencyWindow
            for address in unknown {
                if isOurs { receive(address, on: eni.id, now) } else { adopt(address, on: eni.id, now) }
            }
            if !unknown.isEmpty || hasShown(doubt, takenAt) {
                enis[eni.id]?.operation = nil
            }
            return
        }
        for address in unknown {
            adopt(address, on: eni.id, now)
            outcome.repairs.append(.adoptedAddress(address, eni.id))
        }
        for record in addresses.values where record.eni == eni.id && !unsettled.contains(record.address) {
            if case .orphaned(let id) = record.state, listed.contains(record.address) {
                set(record.address, of: eni.id, to: .assigned(id))
                outcome.repairs.append(.recoveredAddress(record.address, id))
            } else if !listed.contains(record.address) {
                dropOrOrphan(record)
            }
        }
    }

    private mutating func dropOrOrphan(_ record: AddressRecord) {
        switch record.state {
        case .assigned(let id):
            set(record.address, of: record.eni, to: .orphaned(id))
            outcome.repairs.append(.orphanedAddress(record.address, id))
        case .orphaned: break
        case .free, .cooling:
            set(record.address, of: record.eni, to: nil)
            outcome.repairs.append(.droppedAddress(record.address, record.eni))
        case .releasing:
            set(record.address, of: record.eni, to: nil)
        }
    }

    // MARK: Creations and subnets

    /// A creation that the view does not show after the time that the view may lag behind did not take place.
    private mutating func dropCreationsInDoubt(_ takenAt: Instant) {
        creations = creations.filter { $0.inDoubtSince.map { !hasShown($0, takenAt) } ?? true }
    }

    /// A subnet whose free count changes may have room again.
    private mutating func noteSubnets(_ subnets: [SubnetView]) {
        guard let known = subnetTrouble, let seen = subnets.first(where: { $0.id == known.subnet }) else { return }
        if let before = known.freeAddresses, before != seen.freeAddresses {
            subnetTrouble = nil
        } else {
            subnetTrouble?.freeAddresses = seen.freeAddresses
        }
    }

    // MARK: Pods

    private mutating func comparePods(_ pods: [Observation.Pod], _ now: Instant) {
        let living = Set(pods.map(\.id))
        let gone = attachments.values
            .filter { !living.contains($0.id) && $0.since + configuration.attachmentGrace <= now }
            .sorted { $0.address < $1.address }
        for attachment in gone {
            outcome.repairs.append(.releasedAttachment(attachment.id, attachment.address))
            coolDown(attachment.id, now)
        }
        strays = [:]
        for pod in pods where attachments[pod.id]?.address != pod.address { meet(pod, now) }
    }

    /// A pod in the kernel that the pool does not know: after the loss of the store it keeps its address, now or when
    /// the address comes.
    mutating func meet(_ pod: Observation.Pod, _ now: Instant) {
        guard attachments[pod.id] == nil, let record = addresses[pod.address], record.state.attachment == nil else {
            outcome.repairs.append(.strayPod(pod.id, pod.address))
            strays[pod.address] = pod.id
            return
        }
        assign(
            Attachment(
                id: pod.id, pod: PodIdentity(), netns: "", address: pod.address, eni: record.eni, since: now))
        if enis[record.eni]?.isServingOrComing == false {
            set(pod.address, of: record.eni, to: .orphaned(pod.id))
        }
        outcome.repairs.append(.adoptedAttachment(pod.id, pod.address))
    }
}
