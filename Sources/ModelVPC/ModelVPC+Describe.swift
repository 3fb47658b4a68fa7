import Addressing
import Timekeeping

extension ModelVPC {
    func describeInstances(_ ids: [InstanceID]?) throws(Failure) -> [InstanceDescription] {
        var found: [InstanceDescription] = []
        for id in ids ?? instances.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            found.append(
                InstanceDescription(
                    instance: try instance(id), interfaces: try describeInterfaces(of: id, orTagged: nil)))
        }
        return found
    }

    /// The limits of the types that the instances have.
    var instanceTypes: [String: Limits] {
        Dictionary(instances.values.map { ($0.type, $0.limits) }) { first, _ in first }
    }

    func describeInterfaces(_ candidates: Candidates) -> [InterfaceDescription] {
        let ids: any Sequence<InterfaceID> =
            switch candidates {
            case .all: interfaces.keys
            case .attached(let owners): Set(owners.flatMap { instances[$0]?.interfaces ?? [] })
            case .tagged(let tags): Set(tags.flatMap { tagged[$0] ?? [] })
            }
        return describeVisible(ids)
    }

    func describeInterfaces(of id: InstanceID, orTagged tag: Tag?) throws(Failure) -> [InterfaceDescription] {
        var ids = try instance(id).interfaces
        for interface in tag.flatMap({ tagged[$0] }) ?? [] where interfaces[interface]?.attachment == nil {
            ids.append(interface)
        }
        return describeVisible(ids)
    }

    private func describeVisible(_ ids: some Sequence<InterfaceID>) -> [InterfaceDescription] {
        ids.sorted().compactMap { interfaces[$0] }.filter { $0.visible <= clock }.map { describe($0, at: clock) }
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
                id: $0.id, cidr: $0.cidr, ipv6CIDR: $0.ipv6?.network, zone: $0.zone,
                freeAddresses: $0.addresses.freeCount, tags: $0.tags)
        }
    }

    /// How many prefixes the free addresses of a subnet have room for: its aligned /28 networks without an address in use;
    /// 0 for an unknown subnet.
    public func freeBlockCount(in subnet: SubnetID) -> Int {
        subnets[subnet]?.addresses.freeBlockCount ?? 0
    }

    /// How many addresses of a subnet are free; 0 for an unknown subnet.
    public func freeAddressCount(in subnet: SubnetID) -> Int {
        subnets[subnet]?.addresses.freeCount ?? 0
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

    /// The instance to which an address belongs, as primary or secondary one or as part of a prefix; `nil` where it
    /// belongs to none.
    public func instance(owning address: IPv4Address) -> InstanceID? {
        instances.values.first { instance in
            instance.interfaces.compactMap { interfaces[$0] }.contains { interface in
                interface.primaryAddress == address || interface.secondary.contains { $0.item == address }
                    || interface.prefixes.contains { $0.item.contains(address) }
            }
        }?.id
    }

    /// An interface as it is at the latest time that the VPC has been told, which is neither late nor throttled; `nil` for
    /// one that does not exist.
    public func present(_ id: InterfaceID) -> InterfaceDescription? {
        interfaces[id].map { describe($0, at: .distantFuture) }
    }

    /// Every interface as it is, like ``present(_:)``, in the order of their ids.
    public var presentInterfaces: [InterfaceDescription] { interfaces.keys.sorted().compactMap(present) }

    /// The interface that was made last, whether it exists still or not; `nil` before the first.
    public var newestInterface: InterfaceID? { interfacesMade > 0 ? InterfaceID(rawValue: interfacesMade) : nil }

    /// Whether an interface of an instance has an address beside its own, as secondary one or as part of a prefix, visible
    /// or not.
    public func has(_ address: IPAddress, on id: InterfaceID, of instance: InstanceID) -> Bool {
        guard let interface = interfaces[id], interface.attachment?.instance == instance else { return false }
        return switch address {
        case .v4(let address):
            interface.secondary.contains { $0.item == address }
                || interface.prefixes.contains { $0.item.contains(address) }
        case .v6(let address): interface.ipv6Prefixes.contains { $0.item.contains(address) }
        }
    }

    /// The interface with the addresses and prefixes that are visible at `instant`.
    func describe(_ interface: Interface, at instant: Instant) -> InterfaceDescription {
        let subnet = subnets[interface.subnet]
        return InterfaceDescription(
            id: interface.id, mac: interface.mac, subnet: interface.subnet, subnetCIDR: subnet?.cidr ?? cidr,
            subnetIPv6CIDR: subnet?.ipv6?.network, zone: subnet?.zone ?? "", primaryAddress: interface.primaryAddress,
            ipv6Address: interface.ipv6Address,
            secondaryAddresses: interface.secondary.filter { $0.visible <= instant }.map(\.item),
            prefixes: interface.prefixes.filter { $0.visible <= instant }.map(\.item),
            ipv6Prefixes: interface.ipv6Prefixes.filter { $0.visible <= instant }.map(\.item),
            securityGroups: interface.securityGroups, text: interface.text, tags: interface.tags,
            attachment: interface.attachment?.description)
    }
}
