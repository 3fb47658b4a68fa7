import Addressing
import Pool

extension EC2Provider {
    /// The interface bears ``CloudTag/instance`` beside the tags asked for; without security groups it gets those of
    /// the instance's primary interface.
    public func createInterface(
        _ request: InterfaceRequest, token: MutationToken
    ) async throws(ProviderError) -> InterfaceView {
        let deadline = deadline
        let node = try await node(until: deadline)
        // Before the interface exists, so that a failure leaves none behind.
        let cidr = try await cidr(of: request.subnet, until: deadline)
        let groups = request.securityGroups.isEmpty ? node.securityGroups : request.securityGroups
        var call = EC2Request(
            "CreateNetworkInterface", about: .init(subnet: request.subnet, securityGroups: groups))
        call.set("SubnetId", request.subnet)
        call.set("Description", "warmpool of \(instanceID)")
        call.set("SecurityGroupId", list: groups)
        switch request.secondary {
        case .addresses(let count) where count > 0: call.set("SecondaryPrivateIpAddressCount", count)
        case .prefixes(let count) where count > 0: call.set("Ipv4PrefixCount", count)
        case .addresses, .prefixes: break
        }
        call.set(
            tags: request.tags.merging([CloudTag.instance: instanceID]) { _, own in own }, of: "network-interface")
        call.set("ClientToken", clientToken(token))
        let reply = try await repeatable(call, until: deadline, reply: CreateInterfaceReply.self)
        guard let view = try reply.networkInterface.view(subnetCIDR: cidr) else {
            throw .malformedReply("EC2 created \(reply.networkInterface.id) without an IPv4 address")
        }
        memory.learn(created: view)
        return view
    }

    public func attach(_ eni: ENIID, deviceIndex: Int) async throws(ProviderError) {
        var request = EC2Request("AttachNetworkInterface", about: .init(interface: eni, instance: instanceID))
        request.set("NetworkInterfaceId", eni)
        request.set("InstanceId", instanceID)
        request.set("DeviceIndex", deviceIndex)
        try await change(eni, by: request) { seen in
            seen?.attachment?.instanceId == instanceID && seen?.attachment?.deviceIndex == deviceIndex
                && seen?.attachment?.isLeaving == false
        }
    }

    public func detach(_ eni: ENIID) async throws(ProviderError) {
        let deadline = deadline
        let attachment = try await attachment(of: eni, until: deadline)
        if attachment.isLeaving { return }
        var request = EC2Request("DetachNetworkInterface", about: .init(interface: eni))
        request.set("AttachmentId", attachment.attachmentId)
        try await change(eni, by: request, until: deadline) { seen in
            seen?.attachment?.attachmentId != attachment.attachmentId || seen?.attachment?.isLeaving == true
        }
    }

    public func delete(_ eni: ENIID) async throws(ProviderError) {
        var request = EC2Request("DeleteNetworkInterface", about: .init(interface: eni))
        request.set("NetworkInterfaceId", eni)
        try await change(eni, by: request) { $0 == nil }
        memory.learn(deleted: eni)
    }

    public func setDeleteOnTermination(_ eni: ENIID, _ enabled: Bool) async throws(ProviderError) {
        let deadline = deadline
        let attachment = try await attachment(of: eni, until: deadline)
        var request = EC2Request("ModifyNetworkInterfaceAttribute", about: .init(interface: eni))
        request.set("NetworkInterfaceId", eni)
        request.set("Attachment.AttachmentId", attachment.attachmentId)
        request.set("Attachment.DeleteOnTermination", enabled)
        _ = try await repeatable(request, until: deadline, reply: Done.self)
    }

    /// The interface's attachment to this instance.
    private func attachment(
        of eni: ENIID, until deadline: ContinuousClock.Instant
    ) async throws(ProviderError) -> EC2Interface.Attachment {
        guard let interface = try await find(eni, until: deadline) else { throw .notFound("interface \(eni)") }
        guard let attachment = interface.attachment else { throw .incorrectState("\(eni) is attached to nothing") }
        guard attachment.instanceId == instanceID else {
            throw .incorrectState("\(eni) is attached to \(attachment.instanceId ?? "another instance")")
        }
        return attachment
    }

    /// Makes a change to an interface. After a failure in doubt a look at the interface decides whether it took place.
    private func change(
        _ eni: ENIID, by request: EC2Request, until deadline: ContinuousClock.Instant? = nil,
        isDone: (EC2Interface?) -> Bool
    ) async throws(ProviderError) {
        var attempts = Attempts(connection.retry, until: deadline)
        var doubt: CallFailure?
        while true {
            attempts.begin()
            let failure: CallFailure
            do throws(CallFailure) {
                _ = try await call(request, .onlyUnsent, until: attempts.deadline, reply: Done.self)
                return
            } catch {
                failure = error
            }
            // An attempt that took place after all is the reason why the next one is refused.
            if failure.leavesDoubt { doubt = doubt ?? failure }
            guard doubt != nil, !Task.isCancelled,
                // Where its absence is what is wanted, it is not waited for to appear.
                let seen = try? await find(eni, until: attempts.deadline, patiently: !isDone(nil)) as EC2Interface??
            else {
                throw ProviderError(failure.after(doubt), to: request)
            }
            if isDone(seen) { return }
            // The look may be late, so that what it does not show is still in doubt.
            guard failure.leavesDoubt, await attempts.pauseForNext() else {
                throw ProviderError(failure.after(doubt), to: request)
            }
        }
    }
}

extension EC2Interface.Attachment {
    /// On the way out, or out already.
    fileprivate var isLeaving: Bool { status == "detaching" || status == "detached" }
}
