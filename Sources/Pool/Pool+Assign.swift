import Addressing
import Collections
import Identity
import Timekeeping

/// An ADD: a pod interface wants an address.
public struct AddRequest: Hashable, Sendable {
    /// What CNI names the interface by.
    public var id: AttachmentID
    /// Kubernetes' names for the pod.
    public var pod: PodIdentity
    /// The path of the pod's network namespace.
    public var netns: String
    /// The address that the runtime asks for; any, if `nil`.
    public var requested: IPv4Address?
    /// Until when the ADD may wait.
    public var deadline: Instant

    public init(
        id: AttachmentID, pod: PodIdentity = PodIdentity(), netns: String, requested: IPv4Address? = nil,
        deadline: Instant
    ) {
        self.id = id
        self.pod = pod
        self.netns = netns
        self.requested = requested
        self.deadline = deadline
    }
}

extension Pool {
    /// ADD. Answers through ``Action/grant(_:_:)`` or ``Action/refuse(_:_:)``, at once or at a later event. The same
    /// attachment gets the same address again.
    public mutating func add(_ request: AddRequest, waiter: WaiterID, now: Instant) -> Outcome {
        if let known = attachments[request.id] {
            outcome.actions.append(.grant(waiter, Grant(attachment: known, isRepeat: true)))
        } else {
            demand?.podArrived(now)
            waiters.append(Waiter(id: waiter, request: request))
        }
        return settle(now)
    }

    /// The caller of an ADD no longer waits for the answer.
    public mutating func cancel(_ waiter: WaiterID, now: Instant) -> Outcome {
        waiters.removeAll { $0.id == waiter }
        return settle(now)
    }

    /// DEL: the interface is gone, and its address begins to cool. An unknown attachment is no error.
    public mutating func release(_ id: AttachmentID, now: Instant) -> Outcome {
        withdrawWaiters(of: id)
        if !strays.isEmpty { strays = strays.filter { $0.value != id } }
        coolDown(id, now)
        return settle(now)
    }

    /// GC: the attachments of a network that the runtime does not list as living; their interfaces are to be removed
    /// and then each is to be released.
    public func stale(in network: String, valid: Set<AttachmentID>) -> [Attachment] {
        attachments.values
            .filter { $0.id.network == network && !valid.contains($0.id) }
            .sorted { $0.address < $1.address }
    }

    // MARK: Rules

    /// Serves those who wait, in order of arrival, as long as there are free addresses and max-pods allows it. Who
    /// wants a particular address gets it at once or not at all.
    mutating func serveWaiters(_ now: Instant) {
        guard !waiters.isEmpty, let limits else { return }
        let podLimit = addressLimit(limits)
        var unserved = Deque<Waiter>()
        while let waiter = waiters.popFirst() {
            if let known = attachments[waiter.request.id] {
                outcome.actions.append(.grant(waiter.id, Grant(attachment: known, isRepeat: true)))
            } else if let wanted = waiter.request.requested, let obstacle = unavailability(of: wanted) {
                outcome.actions.append(.refuse(waiter.id, .requestedAddressUnavailable(wanted, obstacle)))
            } else if waiter.request.deadline > now, attachments.count < podLimit,
                let (address, eni) = choose(for: waiter.request)
            {
                let attachment = Attachment(
                    id: waiter.request.id, pod: waiter.request.pod, netns: waiter.request.netns, address: address,
                    eni: eni, since: now)
                assign(attachment)
                outcome.actions.append(.grant(waiter.id, Grant(attachment: attachment, isRepeat: false)))
            } else {
                unserved.append(waiter)
            }
        }
        waiters = unserved
    }

    /// Which address a pod gets: one of the ENI with most pods, so that the others can become empty; of that ENI the
    /// one that rests longest.
    private func choose(for request: AddRequest) -> (IPv4Address, ENIID)? {
        if let wanted = request.requested {
            return addresses[wanted].map { (wanted, $0.eni) }
        }
        let fullest = enis.values.lazy.filter { $0.isReady && !$0.free.isEmpty }.max { $0.isLessFull(than: $1) }
        return fullest.flatMap { eni in eni.free.first.map { ($0, eni.id) } }
    }

    /// Why a particular address cannot be handed out; `nil` when it can.
    private func unavailability(of address: IPv4Address) -> Cause.Unavailability? {
        guard let record = addresses[address], let eni = enis[record.eni] else { return .unknown }
        return switch record.state {
        case .free: eni.isReady ? nil : .notReady
        case .assigned(let id), .orphaned(let id): .inUse(id)
        case .cooling(let until): .cooling(until: until)
        case .releasing: .notReady
        }
    }

    mutating func assign(_ attachment: Attachment) {
        attachments[attachment.id] = attachment
        outcome.changes.append(.putAttachment(attachment))
        set(attachment.address, of: attachment.eni, to: .assigned(attachment.id))
    }

    /// Ends an attachment: its address cools, or is gone where the provider has it no longer.
    mutating func coolDown(_ id: AttachmentID, _ now: Instant) {
        guard let attachment = attachments.removeValue(forKey: id) else { return }
        outcome.changes.append(.removeAttachment(id))
        let address = attachment.address
        guard let record = addresses[address], record.state.attachment == id else { return }
        if case .orphaned = record.state {
            set(address, of: record.eni, to: nil)
        } else {
            set(address, of: record.eni, to: .cooling(until: now + configuration.cooldown))
        }
        if enis[record.eni]?.phase == .lost, enis[record.eni]?.orphanedCount == 0 {
            remove(record.eni)
        }
    }

    private mutating func withdrawWaiters(of id: AttachmentID) {
        for waiter in waiters where waiter.request.id == id {
            outcome.actions.append(.refuse(waiter.id, .withdrawn))
        }
        waiters.removeAll { $0.request.id == id }
    }

    /// Tells those who cannot be served before their deadline why, at once: kubelet tries again by itself, and
    /// whoever looks at the pod sees the reason instead of a time-out.
    mutating func refuseHopeless(_ now: Instant) {
        guard !waiters.isEmpty else { return }
        let supply = Supply(self, now)
        var kept = Deque<Waiter>()
        for waiter in waiters {
            let deadline = waiter.request.deadline
            if deadline > now, kept.count < supply.addresses(by: deadline) {
                kept.append(waiter)
            } else {
                outcome.actions.append(.refuse(waiter.id, shortage(now, ahead: kept.count)))
            }
        }
        waiters = kept
    }
}

extension ENI {
    /// The order of filling: fewer pods come later, the younger device later among equals.
    func isLessFull(than other: ENI) -> Bool {
        (assignedCount, -(deviceIndex ?? .max)) < (other.assignedCount, -(other.deviceIndex ?? .max))
    }
}
