import Addressing
import ModelVPC
import Pool

/// The one place in which the model's vocabulary becomes the pool's: for the mock provider, the virtual simulator and the
/// planner.

extension ProviderError {
    package init(_ failure: ModelVPC.Failure) {
        self =
            switch failure {
            case .addressLimitExceeded, .ipv6LimitExceeded: .limitReached(.addressesPerInterface)
            case .attachmentLimitExceeded: .limitReached(.interfaces)
            case .insufficientFreeAddresses(let subnet, _): .subnetExhausted(SubnetID(subnet))
            case .insufficientCIDRBlocks(let subnet): .noContiguousPrefix(SubnetID(subnet))
            case .requestLimitExceeded(let retryAfter): .throttled(retryAfter: retryAfter)
            case .interfaceNotFound(let id): .notFound("interface \(id)")
            case .subnetNotFound(let id): .notFound("subnet \(id)")
            case .attachmentNotFound(let id): .notFound("attachment \(id)")
            case .instanceNotFound(let id): .notFound("instance \(id)")
            case .addressInUse(let address): .conflict("\(address)")
            case .unauthorized: .permissionDenied("\(failure)")
            case .interfaceInUse, .incorrectState, .operationNotPermitted, .invalidParameter,
                .idempotentParameterMismatch, .tagLimitExceeded:
                .incorrectState("\(failure)")
            case .internalError: .transient(status: 500, "\(failure)")
            case .unavailable: .transient(status: 503, "\(failure)")
            case .noAnswer: .unreachable("\(failure)")
            }
    }
}

extension ENIID {
    package init(_ id: ModelVPC.InterfaceID) {
        self.init(id.description)
    }
}

extension SubnetID {
    package init(_ id: ModelVPC.SubnetID) {
        self.init(id.rawValue)
    }
}

extension ModelVPC.SubnetID {
    package init(_ id: SubnetID) {
        self.init(rawValue: id.description)
    }
}

extension ModelVPC.InterfaceID {
    /// The interface that an ENI is.
    ///
    /// - Throws: ``ProviderError/notFound(_:)`` for an id that this cloud can't have given.
    package init(_ id: ENIID) throws(ProviderError) {
        guard let known = ModelVPC.InterfaceID(id.description) else { throw .notFound("interface \(id)") }
        self = known
    }
}

extension InterfaceView {
    package init(_ interface: ModelVPC.InterfaceDescription) {
        let attachment: Attachment =
            switch (interface.attachment?.state, interface.attachment?.deviceIndex) {
            case (.attaching?, let index?): .attaching(deviceIndex: index)
            case (.attached?, let index?): .attached(deviceIndex: index)
            case (.detaching?, _): .detaching
            default: .detached
            }
        self.init(
            id: ENIID(interface.id), mac: interface.mac, subnet: SubnetID(interface.subnet),
            subnetCIDR: interface.subnetCIDR, attachment: attachment, primaryAddress: interface.primaryAddress,
            ipv6Address: interface.ipv6Address, secondaryAddresses: interface.secondaryAddresses,
            prefixes: interface.prefixes, ipv6Prefixes: interface.ipv6Prefixes, tags: interface.tags)
    }
}

extension SubnetView {
    package init(_ subnet: ModelVPC.SubnetDescription) {
        self.init(
            id: SubnetID(subnet.id), cidr: subnet.cidr, ipv6CIDR: subnet.ipv6CIDR, zone: subnet.zone,
            freeAddresses: subnet.freeAddresses, tags: subnet.tags)
    }
}

extension NodeView {
    package init(_ instance: ModelVPC.Instance, networks: [IPv4Network], ipv6Networks: [IPv6Network]) {
        self.init(
            instanceID: instance.id.rawValue, instanceType: instance.type, zone: instance.zone,
            primaryENI: ENIID(instance.primaryInterface),
            limits: NodeLimits(instance.limits), networks: networks, ipv6Networks: ipv6Networks)
    }
}

extension NodeLimits {
    package init(_ limits: ModelVPC.Limits) {
        self.init(
            enis: limits.interfaces, ipv4PerENI: limits.ipv4PerInterface, ipv6PerENI: limits.ipv6PerInterface,
            supportsPrefixes: limits.supportsPrefixes, vCPUs: limits.vCPUs)
    }
}

extension ModelVPC.Limits {
    package init(_ limits: NodeLimits) {
        self.init(
            interfaces: limits.enis, ipv4PerInterface: limits.ipv4PerENI, ipv6PerInterface: limits.ipv6PerENI,
            supportsPrefixes: limits.supportsPrefixes, vCPUs: limits.vCPUs)
    }
}
