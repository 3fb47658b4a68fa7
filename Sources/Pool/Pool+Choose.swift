import Addressing
import Identity
import Timekeeping

/// Which addresses a pod gets.
extension Pool {
    /// Addresses that a pod can have, and where they are.
    struct Place: Hashable {
        let addresses: PodAddresses
        let block: Block
        let eni: ENIID
    }

    /// Why requested addresses cannot be had.
    struct Refusal: Error {
        let cause: Cause

        init(_ address: IPAddress, _ obstacle: Cause.Unavailability) {
            cause = .requestedAddressUnavailable(address, obstacle)
        }
    }

    /// The addresses that the pod had before, where they are kept for it; otherwise of the ENI with most pods, so that
    /// the others can become empty, and rather of a block that counts, so that the others can go.
    mutating func choose(for pod: PodIdentity, _ limits: NodeLimits, _ now: Instant) -> Place? {
        if let place = keptPlace(for: pod) { return place }
        let serving = enis.values.filter(serves)
        guard configuration.families.hasIPv4 else {
            return serving.max { $0.isLessFull(than: $1) }.flatMap { nextIPv6Place(on: $0) }
        }
        let options = serving.flatMap { eni in
            [BlockKind.address, .prefix].compactMap { kind in
                eni.nextFree(kind).map { (eni: eni, address: $0, counts: counts(kind, on: eni, limits, now)) }
            }
        }
        let best = options.max { left, right in
            left.counts == right.counts ? left.eni.isLessFull(than: right.eni) : right.counts
        }
        return best.flatMap { place(of: $0.address) }
    }

    private func keptPlace(for pod: PodIdentity) -> Place? {
        guard !kept.isEmpty, let name = PodName(returning: pod), let address = kept[name],
            let record = addresses[address], let eni = enis[record.eni], serves(eni)
        else { return nil }
        switch address {
        case .v4(let address): return configuration.families.hasIPv4 ? place(of: address) : nil
        case .v6(let address):
            let isMeant = !configuration.families.hasIPv4
            return isMeant ? Place(addresses: .ipv6(address), block: record.block, eni: eni.id) : nil
        }
    }

    /// A held IPv4 address with the IPv6 address that goes with it.
    private func place(of address: IPv4Address) -> Place? {
        guard let record = addresses[.v4(address)], let eni = enis[record.eni] else { return nil }
        let ipv6 = configuration.families.hasIPv6 ? eni.ipv6Prefix?.companion(of: address) : nil
        let addresses = ipv6.map { PodAddresses.dualStack(address, $0) } ?? .ipv4(address)
        return Place(addresses: addresses, block: record.block, eni: record.eni)
    }

    /// The next address of an ENI's /80 that nobody has or had lately.
    private mutating func nextIPv6Place(on eni: ENI) -> Place? {
        guard let prefix = eni.ipv6Prefix else { return nil }
        repeat { lastIPv6Number &+= 1 } while addresses[.v6(prefix.address(number: lastIPv6Number))] != nil
        let address = prefix.address(number: lastIPv6Number)
        return Place(addresses: .ipv6(address), block: .ipv6Prefix(prefix), eni: eni.id)
    }

    /// Where requested addresses are, which must be of the pods' families and belong together.
    func find(_ wanted: PodAddresses) -> Result<Place, Refusal> {
        switch (configuration.families, wanted) {
        case (.ipv4, .ipv4(let address)): findHeld(address)
        case (.ipv6, .ipv6(let address)): findOfPrefix(address)
        case (.dualStack, .ipv4(let address)): findHeld(address)
        case (.dualStack, .ipv6(let address)), (.dualStack, .dualStack(_, let address)):
            findHeld(IPv4Address(bits: UInt32(truncatingIfNeeded: address.bits))).flatMap { place in
                let isMeant =
                    place.addresses.ipv6 == address && (wanted.ipv4 ?? place.addresses.ipv4) == place.addresses.ipv4
                return isMeant ? .success(place) : .failure(Refusal(.v6(address), .unknown))
            }
        case (.ipv4, .ipv6(let address)), (.ipv4, .dualStack(_, let address)):
            .failure(Refusal(.v6(address), .otherFamily))
        case (.ipv6, .ipv4(let address)), (.ipv6, .dualStack(let address, _)):
            .failure(Refusal(.v4(address), .otherFamily))
        }
    }

    private func findHeld(_ address: IPv4Address) -> Result<Place, Refusal> {
        guard let record = addresses[.v4(address)], let eni = enis[record.eni], let place = place(of: address) else {
            return .failure(Refusal(.v4(address), .unknown))
        }
        if let obstacle = record.state.unavailability { return .failure(Refusal(.v4(address), obstacle)) }
        return serves(eni) ? .success(place) : .failure(Refusal(.v4(address), .notReady))
    }

    private func findOfPrefix(_ address: IPv6Address) -> Result<Place, Refusal> {
        guard let eni = enis.values.first(where: { $0.ipv6Prefix?.contains(address) == true }),
            let prefix = eni.ipv6Prefix, address != eni.ipv6Address
        else { return .failure(Refusal(.v6(address), .unknown)) }
        if let obstacle = addresses[.v6(address)]?.state.unavailability {
            return .failure(Refusal(.v6(address), obstacle))
        }
        guard serves(eni) else { return .failure(Refusal(.v6(address), .notReady)) }
        return .success(Place(addresses: .ipv6(address), block: .ipv6Prefix(prefix), eni: eni.id))
    }
}

extension AddressState {
    /// Why an address in this state cannot be handed out; `nil` where it can.
    fileprivate var unavailability: Cause.Unavailability? {
        switch self {
        case .free: nil
        case .assigned(let id), .orphaned(let id): .inUse(id)
        case .cooling(let until, _): .cooling(until: until)
        case .releasing: .notReady
        }
    }
}

extension IPv6Network {
    /// The address of a pod whose IPv4 address is given: its 32 bits end it. No two pods of a VPC share one, and its life
    /// is the IPv4 address's.
    public func companion(of address: IPv4Address) -> IPv6Address {
        IPv6Address(bits: base.bits | UInt128(address.bits))
    }

    /// The address of a pod without an IPv4 address; never a ``companion(of:)``.
    fileprivate func address(number: UInt32) -> IPv6Address {
        IPv6Address(bits: base.bits | 1 << 32 | UInt128(number))
    }
}
