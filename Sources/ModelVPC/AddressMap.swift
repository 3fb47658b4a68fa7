import Addressing

/// Which addresses of a network are taken: one bit each.
///
/// Free ones are handed out in ascending order from where the last one was found, and from the start again after the
/// end, so that an address given back is not handed out again at once, as in a real VPC. Blocks, the /28 networks in
/// which all is free, are handed out in the same manner.
struct AddressMap: Hashable, Codable, Sendable {
    /// The number of addresses of a block.
    static let blockSize = 16
    /// The prefix length of a block.
    static let blockPrefixLength = 28

    let network: IPv4Network
    private(set) var freeCount: Int
    /// The number of blocks in which no address is taken.
    private(set) var freeBlockCount: Int
    private var words: [UInt64]
    /// The offset at which the search for a free address begins.
    private var next: Int
    /// The offset at which the search for a free block begins.
    private var nextBlock: Int

    /// A map of a network of at least 16 addresses, in which the five that a VPC keeps for itself are taken: the first
    /// four and the last. Source: Amazon VPC user guide, "Subnet CIDR blocks".
    init(_ network: IPv4Network) {
        self.network = network
        words = Array(repeating: 0, count: (network.count + 63) / 64)
        freeCount = network.count
        freeBlockCount = network.count / AddressMap.blockSize
        next = 4
        nextBlock = 0
        for offset in [0, 1, 2, 3, network.count - 1] { mark(offset) }
        if network.count % 64 != 0 {
            // Bits beyond the network count as taken, so that no search finds them.
            words[words.count - 1] |= ~0 << UInt64(network.count % 64)
        }
    }

    static func isReserved(_ address: IPv4Address, in network: IPv4Network) -> Bool {
        guard let offset = network.offset(of: address) else { return false }
        return offset < 4 || offset == network.count - 1
    }

    /// Whether an address of the network is taken or reserved.
    func isTaken(_ address: IPv4Address) -> Bool {
        guard let offset = network.offset(of: address) else { return false }
        return words[offset / 64] & 1 << UInt64(offset % 64) != 0
    }

    /// The first address of a block that is taken or reserved; `nil` where the whole block is free.
    func firstTaken(in block: IPv4Network) -> IPv4Address? {
        guard let offset = network.offset(of: block.base) else { return nil }
        let taken = lane(of: offset)
        return taken == 0 ? nil : block[taken.trailingZeroBitCount]
    }

    /// Takes the next free address; `nil` where there is none.
    mutating func takeNext() -> IPv4Address? {
        guard freeCount > 0 else { return nil }
        var word = next / 64
        var free = ~words[word] & ~0 << UInt64(next % 64)
        while free == 0 {
            word = (word + 1) % words.count
            free = ~words[word]
        }
        let offset = word * 64 + free.trailingZeroBitCount
        mark(offset)
        next = (offset + 1) % network.count
        return network[offset]
    }

    /// Takes the next free block; `nil` where there is none.
    mutating func takeNextBlock() -> IPv4Network? {
        guard freeBlockCount > 0 else { return nil }
        var word = nextBlock / 64
        // What lies before the place where the search begins counts as taken.
        var free = AddressMap.lowestFreeLane(words[word] | (1 << UInt64(nextBlock % 64) - 1))
        while free == nil {
            word = (word + 1) % words.count
            free = AddressMap.lowestFreeLane(words[word])
        }
        let offset = word * 64 + (free ?? 0)
        let block = IPv4Network(containing: network[offset], prefixLength: AddressMap.blockPrefixLength)
        take(block)
        nextBlock = (offset + AddressMap.blockSize) % network.count
        return block
    }

    /// Takes an address of the network that is free.
    mutating func take(_ address: IPv4Address) {
        guard let offset = network.offset(of: address), !isTaken(address) else { return }
        mark(offset)
    }

    /// Takes a block of the network that is free.
    mutating func take(_ block: IPv4Network) {
        guard let offset = network.offset(of: block.base), lane(of: offset) == 0 else { return }
        words[offset / 64] |= 0xffff << UInt64(offset % 64)
        freeCount -= AddressMap.blockSize
        freeBlockCount -= 1
    }

    /// Gives an address back that was taken.
    mutating func release(_ address: IPv4Address) {
        guard let offset = network.offset(of: address), isTaken(address) else { return }
        words[offset / 64] &= ~(1 << UInt64(offset % 64))
        freeCount += 1
        if lane(of: offset) == 0 { freeBlockCount += 1 }
    }

    /// Gives a block back that was taken as a whole.
    mutating func release(_ block: IPv4Network) {
        guard let offset = network.offset(of: block.base), lane(of: offset) == 0xffff else { return }
        words[offset / 64] &= ~(0xffff << UInt64(offset % 64))
        freeCount += AddressMap.blockSize
        freeBlockCount += 1
    }

    private mutating func mark(_ offset: Int) {
        if lane(of: offset) == 0 { freeBlockCount -= 1 }
        words[offset / 64] |= 1 << UInt64(offset % 64)
        freeCount -= 1
    }

    /// The bits of the block that holds an offset.
    private func lane(of offset: Int) -> UInt64 {
        words[offset / 64] >> UInt64(offset % 64 & ~0xf) & 0xffff
    }

    /// The offset in a word of the first of its four blocks in which no bit is set.
    ///
    /// Subtracting 1 from each block borrows into its top bit only where it was 0 or had that bit set; a borrow can
    /// mislead only above a block that is 0, so the lowest one found is right.
    private static func lowestFreeLane(_ word: UInt64) -> Int? {
        let zero = (word &- 0x0001_0001_0001_0001) & ~word & 0x8000_8000_8000_8000
        return zero == 0 ? nil : zero.trailingZeroBitCount / blockSize * blockSize
    }
}
