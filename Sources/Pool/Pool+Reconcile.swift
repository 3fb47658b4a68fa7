import Addressing
import Identity
import Timekeeping

/// What the provider and the kernel say at one moment.
public struct Observation: Hashable, Sendable {
    /// A pod that the kernel routes an address to.
    public struct Pod: Hashable, Sendable {
        public var id: AttachmentID
        public var address: IPv4Address

        public init(id: AttachmentID, address: IPv4Address) {
            self.id = id
            self.address = address
        }
    }

    public var node: NodeView
    public var interfaces: [InterfaceView]
    public var subnets: [SubnetView]
    public var pods: [Pod]

    public init(node: NodeView, interfaces: [InterfaceView], subnets: [SubnetView], pods: [Pod]) {
        self.node = node
        self.interfaces = interfaces
        self.subnets = subnets
        self.pods = pods
    }
}

/// The tags that mean something to the pool.
public enum ENITag {
    /// The token of the creation, which finds an ENI whose creation was never answered.
    public static let token = "warmpool.dev/token"
    /// An ENI with this tag is left alone (source: AWS VPC CNI, which honours the same tag).
    public static let noManage = "node.k8s.amazonaws.com/no_manage"
}

extension Pool {
    /// Settles every disagreement between the pool, the provider's view and the kernel's pods, in the safe direction,
    /// and reports each as a ``Repair``.
    ///
    /// - Parameter takenAt: when the provider's view was asked for; what changed since then, or so shortly before
    ///   that the view may lag behind, is left for the next time.
    public mutating func reconcile(_ seen: Observation, takenAt: Instant, now: Instant) -> Outcome {
        limits = seen.node.limits
        providerAnswered()
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
        for eni in enis.values where !listed.contains(eni.id) && isSettled(eni, takenAt) { lose(eni) }
        dropCreationsInDoubt(takenAt)
        comparePods(seen.pods, now)
        let isInDoubt = !creations.isEmpty || enis.values.contains { $0.operation?.inDoubtSince != nil }
        readBackAt = isInDoubt ? now + configuration.maximumBackoff / 10 : nil
        return settle(now)
    }

    /// The provider's view could not be read.
    public mutating func observationFailed(_ error: ProviderError, jitter: Double, now: Instant) -> Outcome {
        note(error, jitter, now)
        return settle(now)
    }

    /// Takes an ENI in, with its addresses in the given state.
    mutating func adopt(_ view: InterfaceView, phase: ENI.Phase, addresses state: AddressState, _ now: Instant) {
        var eni = ENI(view, phase: phase)
        eni.changedAt = state == .free ? now : nil
        put(eni)
        for address in view.secondaryAddresses where addresses[address] == nil {
            set(address, of: view.id, to: state)
        }
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
                adopt(view, phase: .created, addresses: .free, now)
            } else {
                adopt(view, phase: .detached, addresses: .cooling(until: now + configuration.cooldown), now)
                outcome.repairs.append(.leakedENI(view.id))
            }
        case .attaching, .attached:
            adopt(view, phase: .created, addresses: .cooling(until: now + configuration.cooldown), now)
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
        case (.lost, .attached):
            enis[eni.id]?.phase = .created
            enis[eni.id]?.deviceIndex = view.attachment.deviceIndex
        default: break
        }
        compareAddresses(of: eni, view, takenAt, now)
    }

    /// Whether the provider's view of an ENI, asked for at `takenAt`, must show what the pool did to it.
    private func isSettled(_ eni: ENI, _ takenAt: Instant) -> Bool {
        guard eni.operation == nil, eni.changedAt.map({ takenAt >= $0 + configuration.consistencyWindow }) ?? true
        else { return false }
        return switch eni.phase {
        case .ready(let since): takenAt >= since
        case .created: true
        case .attaching, .detaching, .detached, .deleting, .lost: false
        }
    }

    /// Somebody took an ENI away. Pods that use it keep what they have; nothing of it is handed out again.
    private mutating func lose(_ eni: ENI) {
        for record in addresses.values where record.eni == eni.id { dropOrOrphan(record) }
        outcome.repairs.append(.lostENI(eni.id))
        enis[eni.id]?.phase = .lost
        enis[eni.id]?.operation = nil
        if enis[eni.id]?.orphanedCount == 0 { remove(eni.id) }
    }

    // MARK: Addresses

    private mutating func compareAddresses(
        of eni: ENI, _ view: InterfaceView, _ takenAt: Instant, _ now: Instant
    ) {
        let listed = Set(view.secondaryAddresses)
        let unknown = view.secondaryAddresses.filter { addresses[$0] == nil }
        if let operation = eni.operation {
            guard let doubt = operation.inDoubtSince, takenAt >= doubt else { return }
            // The answer was lost. What is there now was asked for; what is not there after a while never will be.
            for address in unknown { set(address, of: eni.id, to: .free) }
            if !unknown.isEmpty || takenAt >= doubt + configuration.consistencyWindow {
                enis[eni.id]?.operation = nil
                enis[eni.id]?.changedAt = now
            }
            return
        }
        guard eni.changedAt.map({ takenAt >= $0 + configuration.consistencyWindow }) ?? true else { return }
        for address in unknown {
            set(address, of: eni.id, to: .cooling(until: now + configuration.cooldown))
            outcome.repairs.append(.adoptedAddress(address, eni.id))
        }
        for record in addresses.values where record.eni == eni.id {
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
        creations.removeAll { creation in
            creation.inDoubtSince.map { takenAt >= $0 + configuration.consistencyWindow } ?? false
        }
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
        for pod in pods where attachments[pod.id]?.address != pod.address { meet(pod, now) }
    }

    /// A pod in the kernel that the pool does not know: after the loss of the store it keeps its address.
    private mutating func meet(_ pod: Observation.Pod, _ now: Instant) {
        guard attachments[pod.id] == nil, let record = addresses[pod.address], record.state.attachment == nil else {
            outcome.repairs.append(.strayPod(pod.id, pod.address))
            return
        }
        assign(
            Attachment(
                id: pod.id, pod: PodIdentity(), netns: "", address: pod.address, eni: record.eni, since: now))
        outcome.repairs.append(.adoptedAttachment(pod.id, pod.address))
    }
}
