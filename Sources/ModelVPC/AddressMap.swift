import Addressing

/// Which addresses of a network are taken: one bit each.
///
/// Free ones are handed out in ascending order from where the last one was found, and from the start again after the
/// end, so that an address given back is not handed out again at once, as in a real VPC.
struct AddressMap: Hashable, Codable, Sendable {
    let network: IPv4Network
    private(set) var freeCount: Int
    private var words: [UInt64]
    /// The offset at which the search for a free address begins.
    private var next: Int

    /// A map of a network of at least 8 addresses, in which the five that a VPC keeps for itself are taken: the first
    /// four and the last. Source: Amazon VPC user guide, "Subnet CIDR blocks".
    init(_ network: IPv4Network) {
        self.network = network
        words = Array(repeating: 0, count: (network.count + 63) / 64)
        freeCount = network.count
        next = 4
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

    /// Takes an address of the network that is free.
    mutating func take(_ address: IPv4Address) {
        guard let offset = network.offset(of: address), !isTaken(address) else { return }
        mark(offset)
    }

    /// Gives an address back that was taken.
    mutating func release(_ address: IPv4Address) {
        guard let offset = network.offset(of: address), isTaken(address) else { return }
        words[offset / 64] &= ~(1 << UInt64(offset % 64))
        freeCount += 1
    }

    private mutating func mark(_ offset: Int) {
        words[offset / 64] |= 1 << UInt64(offset % 64)
        freeCount -= 1
    }
}
