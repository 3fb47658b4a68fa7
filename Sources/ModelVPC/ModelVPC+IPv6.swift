import Addressing
import Timekeeping

/// The IPv6 address of an interface, and its prefixes: all that a call asks for, or none.
extension ModelVPC {
    /// The networks of the subnets that have IPv6, in the order in which the subnets were added: the VPC has no other.
    public var ipv6Networks: [IPv6Network] { subnetOrder.compactMap { subnets[$0]?.ipv6?.network } }

    /// The address that an interface gets as its own; `nil` in a subnet without IPv6.
    ///
    /// EC2 chooses any; here it is in the /80 of which no interface gets a prefix, with the primary IPv4 address in the
    /// low 32 bits. So it is as unique as that one, and never the gateway's, which is the first host address.
    func ownIPv6Address(of interface: Interface) -> IPv6Address? {
        subnets[interface.subnet]?.ipv6?.network.base.advanced(by: UInt128(interface.primaryAddress.bits))
    }

    mutating func assignIPv6Prefixes(_ prefixes: IPv6Prefixes, to id: InterfaceID) throws(Failure) -> [IPv6Network] {
        let interface = try interface(id)
        if prefixes == .count(0) { throw .invalidParameter("no IPv6 prefix to assign to \(id)") }
        let owned = interface.ipv6Prefixes.map(\.item)
        if let instance = interface.attachment.flatMap({ instances[$0.instance] }) {
            try checkIPv6(of: interface, andMore: prefixes.newCount(besides: owned), on: instance)
        }
        let taken = try take(prefixes, in: interface.subnet, besides: owned)
        let visible = clock + settings.consistencyDelay.drawn(from: &random)
        interfaces[id]?.ipv6Prefixes += taken.map { Interface.Assigned(item: $0, visible: visible) }
        switch prefixes {
        case .count: return taken
        case .these(let asked): return asked
        }
    }

    /// Whether an interface may have its IPv6 address and prefixes, and so many prefixes more, on an instance.
    func checkIPv6(of interface: Interface, andMore more: Int = 0, on instance: Instance) throws(Failure) {
        let hasPrefixes = !interface.ipv6Prefixes.isEmpty || more > 0
        guard !hasPrefixes || instance.limits.supportsPrefixes else { throw .prefixesUnsupported(by: instance) }
        guard more <= instance.limits.ipv6PerInterface - interface.ipv6Slots else {
            throw .ipv6LimitExceeded(interface.id, limit: instance.limits.ipv6PerInterface)
        }
    }

    mutating func unassignIPv6Prefixes(
        _ prefixes: [IPv6Network], from id: InterfaceID, strictly: Bool
    ) throws(Failure) {
        let interface = try interface(id)
        let gone = Set(prefixes).intersection(interface.ipv6Prefixes.map(\.item))
        let missing = Set(prefixes).subtracting(gone).map(\.description).sorted()
        guard missing.isEmpty || !strictly else {
            throw .invalidParameter("not assigned to \(id): \(missing.joined(separator: ", "))")
        }
        for prefix in gone { subnets[interface.subnet]?.ipv6?.release(prefix) }
        interfaces[id]?.ipv6Prefixes.removeAll { gone.contains($0.item) }
    }

    private mutating func take(
        _ prefixes: IPv6Prefixes, in id: SubnetID, besides owned: [IPv6Network]
    ) throws(Failure) -> [IPv6Network] {
        guard let map = try subnet(id).ipv6 else {
            throw .incorrectState("\(id) has no IPv6 CIDR, of which interfaces could have prefixes")
        }
        let given = prefixes.given(besides: owned)
        for prefix in given {
            guard prefix.prefixLength == IPv6PrefixMap.prefixLength, map.network.contains(prefix) else {
                throw .invalidParameter("\(prefix) is no /80 prefix of \(id) (\(map.network))")
            }
            guard !map.isReserved(prefix) else {
                throw .invalidParameter("\(prefix) has addresses that the VPC keeps for itself")
            }
            guard !map.isTaken(prefix) else { throw .invalidParameter("\(prefix) is assigned to another interface") }
        }
        let count = prefixes.chosenByCloud
        guard count >= 0 else { throw .invalidParameter("\(count) is no number of prefixes") }
        guard count <= map.freeCount else { throw .insufficientCIDRBlocks(id) }
        for prefix in given { subnets[id]?.ipv6?.take(prefix) }
        return given + (0..<count).compactMap { _ in subnets[id]?.ipv6?.takeNext() }
    }
}
