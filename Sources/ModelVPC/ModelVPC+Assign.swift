import Addressing
import Timekeeping

extension ModelVPC {
    mutating func assign(_ addresses: Addresses, to id: InterfaceID) throws(Failure) -> [IPv4Address] {
        let interface = try interface(id)
        let owned = interface.secondary.map(\.address)
        if addresses == .count(0) { throw .invalidParameter("no address to assign to \(id)") }
        if case .these(let asked) = addresses, asked.contains(interface.primaryAddress) {
            throw .invalidParameter("\(interface.primaryAddress) is the primary address of \(id)")
        }
        if let attachment = interface.attachment, let limits = instances[attachment.instance]?.limits,
            1 + owned.count + newCount(of: addresses, owned: owned) > limits.ipv4PerInterface
        {
            throw .addressLimitExceeded(id, limit: limits.ipv4PerInterface)
        }
        let (count, wanted) = try check(addresses, in: interface.subnet, besides: 0, owned: owned)
        for address in wanted { subnets[interface.subnet]?.addresses.take(address) }
        let new = wanted + takeAddresses(count, in: interface.subnet)
        let visible = clock + settings.consistencyDelay.drawn(from: &random)
        interfaces[id]?.secondary += new.map { Interface.SecondaryAddress(address: $0, visible: visible) }
        switch addresses {
        case .count: return new
        case .these(let asked): return asked
        }
    }

    mutating func unassign(_ addresses: [IPv4Address], from id: InterfaceID) throws(Failure) {
        let interface = try interface(id)
        guard !addresses.contains(interface.primaryAddress) else {
            throw .invalidParameter("\(interface.primaryAddress) is the primary address of \(id)")
        }
        let gone = Set(addresses).intersection(interface.secondary.map(\.address))
        for address in gone { subnets[interface.subnet]?.addresses.release(address) }
        interfaces[id]?.secondary.removeAll { gone.contains($0.address) }
    }

    /// Whether addresses can be taken in a subnet: how many of the cloud's choice, and which given ones.
    ///
    /// - Parameters:
    ///   - besides: so many more of the cloud's choice must be free.
    ///   - owned: given addresses that need not be taken.
    /// - Throws: the failure, before anything has been taken.
    func check(
        _ addresses: Addresses, in id: SubnetID, besides: Int, owned: [IPv4Address]
    ) throws(Failure) -> (count: Int, given: [IPv4Address]) {
        let subnet = try subnet(id)
        let needed = newCount(of: addresses, owned: owned)
        guard needed >= 0 else { throw .invalidParameter("\(needed) is no number of addresses") }
        var given: [IPv4Address] = []
        if case .these(let asked) = addresses {
            for address in asked where !owned.contains(address) && !given.contains(address) {
                guard subnet.cidr.contains(address), !AddressMap.isReserved(address, in: subnet.cidr) else {
                    throw .invalidParameter("\(address) is no address that \(id) (\(subnet.cidr)) can give")
                }
                guard !subnet.addresses.isTaken(address) else { throw .addressInUse(address) }
                given.append(address)
            }
        }
        guard subnet.addresses.freeCount >= needed + besides else {
            throw .insufficientFreeAddresses(id, free: subnet.addresses.freeCount)
        }
        return (needed - given.count, given)
    }

    /// Takes free addresses, of which ``check(_:in:besides:owned:)`` has said that there are so many.
    mutating func takeAddresses(_ count: Int, in id: SubnetID) -> [IPv4Address] {
        (0..<count).compactMap { _ in subnets[id]?.addresses.takeNext() }
    }

    private func newCount(of addresses: Addresses, owned: [IPv4Address]) -> Int {
        switch addresses {
        case .count(let count): count
        case .these(let asked): Set(asked).subtracting(owned).count
        }
    }
}
