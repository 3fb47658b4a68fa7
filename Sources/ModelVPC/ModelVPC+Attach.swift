import Timekeeping

/// Attachments, which change by themselves as time goes on.
extension ModelVPC {
    /// Lets everything happen that happens by itself until an instant.
    public mutating func advance(to now: Instant) {
        clock = max(clock, now)
        while let change = changes.first, change.at <= clock {
            changes.removeFirst()
            settle(change.interface)
        }
        while let expiry = expiries.first, expiry.at <= clock {
            expiries.removeFirst()
            completed[expiry.token] = nil
        }
    }

    /// The earliest time after an instant at which an attachment changes by itself: an interface becomes attached,
    /// comes into sight or becomes detached; `nil` when none does.
    ///
    /// - Parameter instance: the one whose interfaces count; `nil`: those of every instance.
    public func nextChange(after instant: Instant, of instance: InstanceID? = nil) -> Instant? {
        guard let instance else {
            return changes[firstChange(after: instant)...].first { interfaces[$0.interface]?.attachment != nil }?.at
        }
        let states = (instances[instance]?.interfaces ?? []).compactMap { interfaces[$0]?.attachment?.state }
        return states.flatMap(\.changes).filter { $0 > instant && $0 != .distantFuture }.min()
    }

    mutating func attach(
        _ id: InterfaceID, to instanceID: InstanceID, deviceIndex: Int, stuck: Bool
    ) throws(Failure) -> AttachmentDescription {
        let interface = try interface(id)
        let instance = try instance(instanceID)
        guard interface.attachment == nil else { throw .interfaceInUse(id) }
        guard deviceIndex >= 0 else { throw .invalidParameter("\(deviceIndex) is no device index") }
        guard instance.interfaces.allSatisfy({ interfaces[$0]?.attachment?.deviceIndex != deviceIndex }) else {
            throw .invalidParameter("\(instanceID) has an interface with device index \(deviceIndex) already")
        }
        let zone = try subnet(interface.subnet).zone
        guard zone == instance.zone else {
            throw .invalidParameter("\(id) is in zone \(zone), \(instanceID) in \(instance.zone)")
        }
        guard instance.interfaces.count < instance.limits.interfaces else {
            throw .attachmentLimitExceeded(instanceID, limit: instance.limits.interfaces)
        }
        guard interface.slots <= instance.limits.ipv4PerInterface else {
            throw .addressLimitExceeded(id, limit: instance.limits.ipv4PerInterface)
        }
        guard interface.prefixes.isEmpty || instance.limits.supportsPrefixes else {
            throw .prefixesUnsupported(by: instance)
        }
        try checkIPv6(of: interface, on: instance)
        let until = stuck ? Instant.distantFuture : clock + settings.attachDelay.drawn(from: &random)
        let appears = until + settings.appearDelay.drawn(from: &random)
        let made = link(
            id, to: instanceID, deviceIndex: deviceIndex, deleteOnTermination: false,
            state: .attaching(until: until, appears: appears))
        instances[instanceID]?.interfaces.append(id)
        schedule(id, at: until)
        if appears != until { schedule(id, at: appears) }
        // Without delays, it is attached by now.
        return (interfaces[id]?.attachment ?? made).description
    }

    /// Gives an interface an attachment with a name of its own.
    mutating func link(
        _ id: InterfaceID, to instance: InstanceID, deviceIndex: Int, deleteOnTermination: Bool,
        state: Attachment.State
    ) -> Attachment {
        attachmentsMade += 1
        let attachment = Attachment(
            id: AttachmentID(rawValue: attachmentsMade), instance: instance, deviceIndex: deviceIndex,
            deleteOnTermination: deleteOnTermination, state: state)
        attachments[attachment.id] = id
        interfaces[id]?.attachment = attachment
        return attachment
    }

    /// Takes an interface's attachment away.
    mutating func unlink(_ id: InterfaceID) {
        guard let attachment = interfaces[id]?.attachment else { return }
        attachments[attachment.id] = nil
        interfaces[id]?.attachment = nil
    }

    mutating func detach(_ id: InterfaceID) throws(Failure) {
        guard let attachment = try interface(id).attachment else {
            throw .incorrectState("\(id) is attached to no instance")
        }
        guard instances[attachment.instance]?.primaryInterface != id else {
            throw .operationNotPermitted("\(id) is the primary interface of \(attachment.instance), which stays")
        }
        if case .detaching = attachment.state { throw .incorrectState("\(id) is being detached already") }
        let until = clock + settings.detachDelay.drawn(from: &random)
        interfaces[id]?.attachment?.state = .detaching(until: until)
        schedule(id, at: until)
    }

    /// Brings an attachment into the state that it has at the present.
    private mutating func settle(_ id: InterfaceID) {
        guard let attachment = interfaces[id]?.attachment else { return }
        switch attachment.state {
        case .attaching(let until, let appears) where until <= clock:
            interfaces[id]?.attachment?.state = .attached(appears: appears)
        case .detaching(let until) where until <= clock:
            unlink(id)
            instances[attachment.instance]?.interfaces.removeAll { $0 == id }
        case .attaching, .attached, .detaching: break
        }
    }

    private mutating func schedule(_ id: InterfaceID, at instant: Instant) {
        if instant <= clock {
            settle(id)
        } else if instant != .distantFuture {
            changes.insert(Change(at: instant, interface: id), at: firstChange(after: instant))
        }
    }

    /// The index of the first change that is later than an instant.
    private func firstChange(after instant: Instant) -> Int {
        var low = changes.startIndex
        var high = changes.endIndex
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].at <= instant { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
