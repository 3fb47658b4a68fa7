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

        let obstacle: Cause.Unavailability

        init(_ address: IPAddress, _ obstacle: Cause.Unavailability) {
            cause = .requestedAddressUnavailable(address, obstacle)
            self.obstacle = obstacle
        }

        /// The refusal in terms of the address that was asked for.
        func naming(_ address: IPAddress) -> Refusal { Refusal(address, obstacle) }
    }

    /// The addresses that the pod had before, where they are kept for it; otherwise of the ENI with most pods, so that
    /// the others can become empty, and rather of a block that counts, so that the others can go.
    ///
    /// - Parameter isEmpty: that there is nothing but what is kept was found out already.
    mutating func choose(
        for pod: PodIdentity, _ isEmpty: Bool, _ limits: NodeLimits, _ now: Instant
    ) -> Place? {
        if let place = keptPlace(for: pod) { return place }
        if isEmpty { return nil }
        let serving = enis.values.filter { serves($0) }
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
        guard !kept.isEmpty, let name = PodName(returning: pod), let address = kept[name]?.address,
            let record = addresses[address], let eni = enis[record.eni], serves(eni)
        else { return nil }
        switch address {
        case .v4(let address): return configuration.families.hasIPv4 ? place(of: address) : nil
        case .v6(let address):
            let isMeant = !configuration.families.hasIPv4
            return isMeant ? Place(addresses: .ipv6(address), block: record.block, eni: eni.id) : nil
        }
    }

    /// An address that is kept for another pod and has rested: better than none at all.
    func borrowedPlace(_ now: Instant) -> Place? {
        let rested = kept.values.filter { $0.restsUntil <= now }.sorted { $0.address < $1.address }
        for keeping in rested {
            guard let record = addresses[keeping.address], let eni = enis[record.eni], serves(eni) else { continue }
            switch keeping.address {
            case .v4(let address) where configuration.families.hasIPv4: return place(of: address)
            case .v4, .v6: continue
            }
        }
        return nil
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
            findCompanion(address, of: wanted.ipv4)
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

    /// An IPv6 address goes with one IPv4 address, which decides.
    private func findCompanion(_ address: IPv6Address, of ipv4: IPv4Address?) -> Result<Place, Refusal> {
        guard let eni = enis.values.first(where: { $0.ipv6Prefix?.contains(address) == true }),
            let prefix = eni.ipv6Prefix, let companion = prefix.companion(of: address),
            ipv4 ?? companion == companion, let record = addresses[.v4(companion)], record.eni == eni.id
        else { return .failure(Refusal(.v6(address), .unknown)) }
        return findHeld(companion).mapError { $0.naming(.v6(address)) }
    }

    /// Where a requested address is of pods that have no other. One of the form that goes with an IPv4 address is none
    /// of these: a pod of both families may have it.
    private func findOfPrefix(_ address: IPv6Address) -> Result<Place, Refusal> {
        guard let eni = enis.values.first(where: { $0.ipv6Prefix?.contains(address) == true }),
            let prefix = eni.ipv6Prefix, prefix.isNumbered(address)
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

/// The addresses of a /80, told apart by the 16 bits before the last 32: 0 for those that go with an IPv4 address, 1 for
/// those of pods that have no other.
extension IPv6Network {
    /// The address of a pod whose IPv4 address is given: its 32 bits end it. No two pods of a VPC share one, and its life
    /// is the IPv4 address's.
    public func companion(of address: IPv4Address) -> IPv6Address {
        IPv6Address(bits: base.bits | UInt128(address.bits))
    }

    /// The IPv4 address that one of ours goes with; `nil` for one of another form.
    func companion(of address: IPv6Address) -> IPv4Address? {
        form(of: address) == 0 ? IPv4Address(bits: UInt32(truncatingIfNeeded: address.bits)) : nil
    }

    /// The address of a pod without an IPv4 address.
    func address(number: UInt32) -> IPv6Address {
        IPv6Address(bits: base.bits | 1 << 32 | UInt128(number))
    }

    /// Whether one of ours is of the form of ``address(number:)``.
    func isNumbered(_ address: IPv6Address) -> Bool { form(of: address) == 1 }

    private func form(of address: IPv6Address) -> UInt16 { UInt16(truncatingIfNeeded: address.bits >> 32) }
}
