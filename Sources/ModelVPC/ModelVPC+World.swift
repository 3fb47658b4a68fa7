import Addressing
import Timekeeping

/// What happens to the cloud by other ways than its API: no latency, no throttling, no faults.
extension ModelVPC {
    /// Adds a subnet with all its addresses free but the five that a VPC keeps for itself.
    ///
    /// - Parameter ipv6CIDR: the subnet's IPv6 network, a /64; `nil` for none.
    /// - Throws: ``Failure/invalidParameter(_:)`` for a network that is outside the VPC, smaller than a /28, or overlaps
    ///   another subnet, for an IPv6 network that is no /64 or another subnet's, and for an id that is taken. Source of
    ///   the sizes: Amazon VPC user guide, "Subnet CIDR blocks".
    public mutating func addSubnet(
        _ id: SubnetID, cidr network: IPv4Network, ipv6CIDR: IPv6Network? = nil, zone: String,
        tags: [String: String] = [:]
    ) throws(Failure) {
        guard subnets[id] == nil else { throw .invalidParameter("there is a subnet \(id) already") }
        guard cidr.contains(network) else { throw .invalidParameter("\(network) of \(id) is not in the VPC's \(cidr)") }
        guard network.prefixLength <= 28 else {
            throw .invalidParameter("\(network) of \(id) is too small: a subnet has at least a /28")
        }
        for other in subnetOrder.compactMap({ subnets[$0] }) where other.cidr.overlaps(network) {
            throw .invalidParameter("\(network) of \(id) overlaps \(other.cidr) of \(other.id)")
        }
        if let ipv6CIDR {
            guard ipv6CIDR.prefixLength == IPv6PrefixMap.networkLength else {
                throw .invalidParameter("\(ipv6CIDR) of \(id) is no /64, as the IPv6 network of a subnet is")
            }
            if let other = subnetOrder.compactMap({ subnets[$0] }).first(where: { $0.ipv6?.network == ipv6CIDR }) {
                throw .invalidParameter("\(ipv6CIDR) of \(id) is the IPv6 network of \(other.id)")
            }
        }
        subnets[id] = Subnet(
            id: id, zone: zone, tags: tags, addresses: AddressMap(network), ipv6: ipv6CIDR.map(IPv6PrefixMap.init))
        subnetOrder.append(id)
    }

    /// What others than the API's callers have of a subnet, the five addresses that the VPC itself keeps not counted.
    public enum Occupancy: Hashable, Codable, Sendable {
        /// So many addresses, taken from the low end without a gap.
        case addresses(Int)
        /// These networks, down to single addresses (/32): a map of the subnet's fragmentation.
        case networks([IPv4Network])
    }

    /// Lets others than the API's callers have a part of a subnet, for ever.
    ///
    /// - Throws: as ``occupy(_:addresses:)`` and ``occupy(_:network:)`` do.
    public mutating func occupy(_ id: SubnetID, _ use: Occupancy) throws(Failure) {
        switch use {
        case .addresses(let count): try occupy(id, addresses: count)
        case .networks(let networks): for network in networks { try occupy(id, network: network) }
        }
    }

    /// Lets others than the API's callers take the next free addresses of a subnet, until they give them back.
    ///
    /// - Returns: what they took, for ``vacate(_:addresses:)``.
    /// - Throws: ``Failure/subnetNotFound(_:)``, ``Failure/insufficientFreeAddresses(_:free:)``.
    @discardableResult
    public mutating func occupy(_ id: SubnetID, addresses count: Int) throws(Failure) -> [IPv4Address] {
        let free = try subnet(id).addresses.freeCount
        guard count <= free else { throw .insufficientFreeAddresses(id, free: free) }
        return (0..<count).compactMap { _ in subnets[id]?.addresses.takeNext() }
    }

    /// Lets others give back what they took by ``occupy(_:addresses:)``.
    public mutating func vacate(_ id: SubnetID, addresses: [IPv4Address]) {
        for address in addresses { subnets[id]?.addresses.release(address) }
    }

    /// Leaves an interface that is attached to nothing, as a caller does that dies after having created it.
    ///
    /// - Throws: as ``Request/createInterface(_:token:)`` fails.
    @discardableResult
    public mutating func leaveInterface(_ new: NewInterface, at now: Instant) throws(Failure) -> InterfaceID {
        advance(to: now)
        return try makeInterface(new, visible: clock)
    }

    /// Lets others than the API's callers take all addresses of a network that are free in a subnet, for ever.
    ///
    /// - Throws: ``Failure/subnetNotFound(_:)``, and ``Failure/invalidParameter(_:)`` for a network outside the subnet.
    public mutating func occupy(_ id: SubnetID, network: IPv4Network) throws(Failure) {
        let cidr = try subnet(id).cidr
        guard cidr.contains(network) else { throw .invalidParameter("\(network) is not in the \(cidr) of \(id)") }
        for offset in 0..<network.count { subnets[id]?.addresses.take(network[offset]) }
    }

    /// Launches an instance with its primary interface, which is attached as device 0 and in sight at once. It has an
    /// IPv6 address of its own if its subnet has IPv6 and the type too.
    ///
    /// - Throws: ``Failure/invalidParameter(_:)`` for an id that is taken and for impossible limits,
    ///   ``Failure/subnetNotFound(_:)``, ``Failure/insufficientFreeAddresses(_:free:)``.
    @discardableResult
    public mutating func launch(
        _ id: InstanceID, type: String, limits: Limits, in subnetID: SubnetID, at now: Instant
    ) throws(Failure) -> Instance {
        advance(to: now)
        guard instances[id] == nil else { throw .invalidParameter("there is an instance \(id) already") }
        guard limits.interfaces >= 1, limits.ipv4PerInterface >= 1 else {
            throw .invalidParameter("\(id) needs at least one interface with one address")
        }
        let zone = try subnet(subnetID).zone
        let primary = try makeInterface(NewInterface(in: subnetID), visible: clock)
        if limits.ipv6PerInterface > 0 {
            let address = ownIPv6Address(of: try interface(primary))
            interfaces[primary]?.ipv6Address = address
        }
        _ = link(primary, to: id, deviceIndex: 0, deleteOnTermination: true, state: .attached(appears: clock))
        let instance = Instance(
            id: id, type: type, zone: zone, limits: limits, primaryInterface: primary, interfaces: [primary])
        instances[id] = instance
        return instance
    }

    /// Terminates an instance: its interfaces are deleted or detached, as each was told to be.
    ///
    /// - Throws: ``Failure/instanceNotFound(_:)``.
    public mutating func terminate(_ id: InstanceID, at now: Instant) throws(Failure) {
        advance(to: now)
        for interface in try instance(id).interfaces {
            let goes = interfaces[interface]?.attachment?.deleteOnTermination == true
            unlink(interface)
            if goes { remove(interface) }
        }
        instances[id] = nil
    }
}
