import Addressing

/// How addresses and prefixes leave a subnet: all that a call needs, or none.
extension ModelVPC {
    /// Whether a call needs a primary address too.
    enum Primary: Hashable {
        case none
        /// One of the cloud's choice.
        case any
        case this(IPv4Address)
    }

    /// What a call took of a subnet.
    struct Taken {
        /// `nil` where none was needed.
        var primary: IPv4Address?
        var addresses: [IPv4Address]
        var prefixes: [IPv4Network]
    }

    /// Takes addresses and prefixes.
    ///
    /// - Parameter owner: what it has already is not taken again.
    /// - Throws: the failure, before anything has been taken.
    mutating func take(
        _ primary: Primary, _ addresses: Addresses, _ prefixes: Prefixes, in id: SubnetID, for owner: Interface? = nil
    ) throws(Failure) -> Taken {
        let given = addresses.given(besides: owner?.secondary.map(\.item))
        let givenBlocks = prefixes.given(besides: owner?.prefixes.map(\.item))
        var all = given
        if case .this(let address) = primary {
            guard !given.contains(address) else {
                throw .invalidParameter("\(address) is asked for as primary and as secondary address")
            }
            all.append(address)
        }
        try check(all, givenBlocks, in: id)
        try check(
            all, givenBlocks, andMore: addresses.chosenByCloud, prefixes.chosenByCloud,
            besides: primary == .any ? 1 : 0, in: id)

        for address in all { subnets[id]?.addresses.take(address) }
        for block in givenBlocks { subnets[id]?.addresses.take(block) }
        // Before single addresses, which might break the last free block.
        let blocks = (0..<prefixes.chosenByCloud).compactMap { _ in subnets[id]?.addresses.takeNextBlock() }
        let primaryAddress: IPv4Address? =
            switch primary {
            case .none: nil
            case .any: subnets[id]?.addresses.takeNext()
            case .this(let address): address
            }
        let others = (0..<addresses.chosenByCloud).compactMap { _ in subnets[id]?.addresses.takeNext() }
        return Taken(primary: primaryAddress, addresses: given + others, prefixes: givenBlocks + blocks)
    }

    /// Whether these addresses and blocks are free.
    private func check(_ addresses: [IPv4Address], _ blocks: [IPv4Network], in id: SubnetID) throws(Failure) {
        let subnet = try subnet(id)
        for address in addresses {
            guard subnet.cidr.contains(address), !AddressMap.isReserved(address, in: subnet.cidr) else {
                throw .invalidParameter("\(address) is no address that \(id) (\(subnet.cidr)) can give")
            }
            guard !subnet.addresses.isTaken(address), !blocks.contains(where: { $0.contains(address) }) else {
                throw .addressInUse(address)
            }
        }
        for block in blocks {
            guard block.prefixLength == AddressMap.blockPrefixLength, subnet.cidr.contains(block) else {
                throw .invalidParameter("\(block) is no /28 prefix of \(id) (\(subnet.cidr))")
            }
            guard ![block.base, block.last].contains(where: { AddressMap.isReserved($0, in: subnet.cidr) }) else {
                throw .invalidParameter("\(block) has addresses that the VPC keeps for itself")
            }
            if let taken = subnet.addresses.firstTaken(in: block) { throw .addressInUse(taken) }
        }
    }

    /// Whether beside free addresses and blocks, which are taken first, so many more are free.
    private func check(
        _ addresses: [IPv4Address], _ blocks: [IPv4Network], andMore count: Int, _ blockCount: Int, besides one: Int,
        in id: SubnetID
    ) throws(Failure) {
        guard count >= 0, blockCount >= 0 else {
            throw .invalidParameter("\(min(count, blockCount)) is no number of addresses or prefixes")
        }
        let map = try subnet(id).addresses
        let broken = Set(
            addresses.map { IPv4Network(containing: $0, prefixLength: AddressMap.blockPrefixLength) }
                .filter { map.firstTaken(in: $0) == nil })
        guard blockCount <= map.freeBlockCount - blocks.count - broken.count else { throw .insufficientCIDRBlocks(id) }
        let rest = map.freeCount - addresses.count - (blocks.count + blockCount) * AddressMap.blockSize - one
        guard count <= rest, rest >= 0 else { throw .insufficientFreeAddresses(id, free: map.freeCount) }
    }
}

extension ModelVPC.Selection {
    /// How many are of the cloud's choice.
    var chosenByCloud: Int {
        if case .count(let count) = self { count } else { 0 }
    }

    /// Those given, each once, without those that an interface has already.
    func given(besides owned: [Item]?) -> [Item] {
        guard case .these(let asked) = self else { return [] }
        var seen = Set(owned ?? [])
        return asked.filter { seen.insert($0).inserted }
    }
}
