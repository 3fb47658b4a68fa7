import Addressing
import Timekeeping

extension ModelVPC {
    func describeInterfaces(of id: InstanceID, orTagged tag: Tag?) throws(Failure) -> [InterfaceDescription] {
        var ids = try instance(id).interfaces
        for interface in tag.flatMap({ tagged[$0] }) ?? [] where interfaces[interface]?.attachment == nil {
            ids.append(interface)
        }
        return ids.sorted().compactMap { interfaces[$0] }.filter { $0.visible <= clock }
            .map { describe($0, at: clock) }
    }

    func describeInterfaces(_ ids: [InterfaceID]) throws(Failure) -> [InterfaceDescription] {
        var found: [InterfaceDescription] = []
        for id in ids {
            let interface = try interface(id)
            guard interface.visible <= clock else { throw .interfaceNotFound(id) }
            found.append(describe(interface, at: clock))
        }
        return found
    }

    func describeSubnets() -> [SubnetDescription] {
        subnetOrder.compactMap { subnets[$0] }.map {
            SubnetDescription(
                id: $0.id, cidr: $0.cidr, zone: $0.zone, freeAddresses: $0.addresses.freeCount, tags: $0.tags)
        }
    }

    /// The interfaces that an instance sees at the latest time that the VPC has been told, with all their addresses, in
    /// the order of their device indices: what the network shows, which is neither late nor throttled.
    ///
    /// Attached interfaces whose time to appear has come; none for an unknown instance.
    public func interfacesInSight(of instance: InstanceID) -> [InterfaceDescription] {
        let all = (instances[instance]?.interfaces ?? []).compactMap { interfaces[$0] }
        return all.filter {
            guard case .attached(let appears) = $0.attachment?.state else { return false }
            return appears <= clock
        }
        .map { describe($0, at: .distantFuture) }
        .sorted { ($0.attachment?.deviceIndex ?? 0) < ($1.attachment?.deviceIndex ?? 0) }
    }

    /// The interface with the addresses that are visible at `instant`.
    func describe(_ interface: Interface, at instant: Instant) -> InterfaceDescription {
        InterfaceDescription(
            id: interface.id, mac: interface.mac, subnet: interface.subnet,
            subnetCIDR: subnets[interface.subnet]?.cidr ?? cidr, primaryAddress: interface.primaryAddress,
            secondaryAddresses: interface.secondary.filter { $0.visible <= instant }.map(\.address),
            tags: interface.tags, attachment: interface.attachment?.description)
    }
}
