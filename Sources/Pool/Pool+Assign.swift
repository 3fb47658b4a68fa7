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
    /// The addresses that the runtime asks for; any, if `nil`.
    public var requested: PodAddresses?
    /// Until when the ADD may wait.
    public var deadline: Instant

    public init(
        id: AttachmentID, pod: PodIdentity = PodIdentity(), netns: String, requested: PodAddresses? = nil,
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
    /// attachment gets the same addresses again.
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
        if !strays.isEmpty { strays = strays.filter { $0.value.id != id } }
        coolDown(id, now)
        return settle(now)
    }

    /// GC: the attachments of a network that the runtime does not list as living; their interfaces are to be removed
    /// and then each is to be released.
    public func stale(in network: String, valid: Set<AttachmentID>) -> [Attachment] {
        attachments.values
            .filter { $0.id.network == network && !valid.contains($0.id) }
            .sorted { $0.addresses.primary < $1.addresses.primary }
    }

    // MARK: Rules

    /// Serves those who wait, in order of arrival, as long as there are free addresses and max-pods allows it. Who
    /// wants a particular address gets it at once or not at all.
    mutating func serveWaiters(_ now: Instant) {
        guard !waiters.isEmpty, let limits else { return }
        let podLimit = addressLimit(limits)
        var unserved = Deque<Waiter>()
        // Once there is nothing for one, there is nothing for others that want anything.
        var isEmpty = false
        while let waiter = waiters.popFirst() {
            let request = waiter.request
            if let known = attachments[request.id] {
                outcome.actions.append(.grant(waiter.id, Grant(attachment: known, isRepeat: true)))
                continue
            }
            var chosen: Place?
            if let wanted = request.requested {
                switch find(wanted) {
                case .success(let place): chosen = place
                case .failure(let refusal):
                    outcome.actions.append(.refuse(waiter.id, refusal.cause))
                    continue
                }
            }
            let mayHave = request.deadline > now && attachments.count < podLimit
            let place = chosen ?? (mayHave ? choose(for: request.pod, isEmpty, limits, now) : nil)
            if mayHave, let place {
                grant(place, to: waiter, now)
            } else {
                isEmpty = isEmpty || mayHave
                unserved.append(waiter)
            }
        }
        waiters = unserved
    }

    private mutating func grant(_ place: Place, to waiter: Waiter, _ now: Instant) {
        let request = waiter.request
        let attachment = Attachment(
            id: request.id, pod: request.pod, netns: request.netns, addresses: place.addresses, eni: place.eni,
            since: now)
        assign(attachment, block: place.block)
        outcome.actions.append(.grant(waiter.id, Grant(attachment: attachment, isRepeat: false)))
    }

    mutating func assign(_ attachment: Attachment, block: Block) {
        attachments[attachment.id] = attachment
        outcome.changes.append(.putAttachment(attachment))
        add(attachment.addresses.primary, of: block, on: attachment.eni, as: .assigned(attachment.id))
    }

    /// Ends an attachment: its address cools, or is gone where the provider has it no longer.
    mutating func coolDown(_ id: AttachmentID, _ now: Instant) {
        guard let attachment = attachments.removeValue(forKey: id) else { return }
        outcome.changes.append(.removeAttachment(id))
        guard let record = addresses[attachment.addresses.primary], record.state.attachment == id else { return }
        if case .orphaned = record.state {
            set(record, to: nil)
        } else {
            cool(record, after: attachment.pod, now)
        }
        if let eni = enis[record.eni], eni.phase == .lost, eni.orphanedCount == 0 { remove(record.eni) }
    }

    /// An address rests after its pod, and longer where the pod may return under the same name.
    mutating func cool(_ record: AddressRecord, after pod: PodIdentity, _ now: Instant) {
        let rested = now + configuration.cooldown
        guard configuration.stickyFor > .zero, let name = PodName(returning: pod) else {
            return set(record, to: .cooling(until: rested))
        }
        // A pod has one address kept.
        if let other = kept[name], let record = addresses[other.address] {
            set(record, to: .cooling(until: max(other.restsUntil, now)))
        }
        set(record, to: .cooling(until: max(rested, now + configuration.stickyFor), keptFor: name))
        kept[name] = Keeping(address: record.address, restsUntil: rested)
    }

    /// So long before its deadline an ADD gets what is kept for another pod, if nothing else has come.
    static let lastMoment = Duration.seconds(1)

    /// Within this time kubelet has tried again to start a pod that was refused.
    private static let longestReturn = Duration.seconds(60)

    private mutating func withdrawWaiters(of id: AttachmentID) {
        for waiter in waiters where waiter.request.id == id {
            outcome.actions.append(.refuse(waiter.id, .withdrawn))
        }
        waiters.removeAll { $0.request.id == id }
    }

    /// Tells those who cannot be served before their deadline why, at once: kubelet tries again by itself, and
    /// whoever looks at the pod sees the reason instead of a time-out. Before that, they get what is kept for others.
    mutating func refuseHopeless(_ now: Instant) {
        guard !waiters.isEmpty else { return }
        var podLimit = 0
        if let limits { podLimit = addressLimit(limits) }
        let supply = Supply(self, now)
        var kept = Deque<Waiter>()
        for waiter in waiters {
            let deadline = waiter.request.deadline
            if let known = attachments[waiter.request.id] {
                outcome.actions.append(.grant(waiter.id, Grant(attachment: known, isRepeat: true)))
                continue
            }
            let mayHope = deadline > now && kept.count < supply.addresses(by: deadline)
            if mayHope, deadline > now + Pool.lastMoment {
                kept.append(waiter)
            } else if deadline > now, attachments.count + kept.count < podLimit, let place = borrowedPlace(now) {
                grant(place, to: waiter, now)
            } else if mayHope {
                kept.append(waiter)
            } else {
                outcome.actions.append(.refuse(waiter.id, shortage(now, ahead: kept.count)))
                returnsUntil = now + Pool.longestReturn
            }
        }
        waiters = kept
    }
}
