import Addressing

/// Which /80 prefixes of a subnet's IPv6 network are taken: the lowest free one is handed out first. Most of the 65,536
/// never are, so that the map holds only those that are.
struct IPv6PrefixMap: Hashable, Codable, Sendable {
    /// The prefix length of what interfaces get. Source: EC2 user guide, "Prefix delegation for Amazon EC2 network
    /// interfaces".
    static let prefixLength = 80
    /// The prefix length of a subnet's network, which leaves 16 bits to number the prefixes.
    static let networkLength = 64

    let network: IPv6Network
    /// The numbers of those taken, in ascending order.
    private var taken: [UInt16]

    /// A map of a /64 in which only the first prefix is taken, whose addresses the VPC keeps for itself.
    init(_ network: IPv6Network) {
        self.network = network
        taken = [0]
    }

    var freeCount: Int { 1 << (IPv6PrefixMap.prefixLength - IPv6PrefixMap.networkLength) - taken.count }

    /// Whether a /80 of the network is that which the VPC keeps.
    func isReserved(_ prefix: IPv6Network) -> Bool { number(of: prefix) == 0 }

    /// Whether a /80 of the network is taken or reserved.
    func isTaken(_ prefix: IPv6Network) -> Bool {
        let number = number(of: prefix)
        let place = place(of: number)
        return place < taken.count && taken[place] == number
    }

    /// Takes the lowest free prefix; `nil` where there is none.
    mutating func takeNext() -> IPv6Network? {
        guard freeCount > 0 else { return nil }
        // Below the first gap each number stands at its own place.
        let number = UInt16(firstPlace { taken[$0] != $0 })
        taken.insert(number, at: Int(number))
        let base = network.base.advanced(by: UInt128(number) << IPv6PrefixMap.hostBits)
        return IPv6Network(containing: base, prefixLength: IPv6PrefixMap.prefixLength)
    }

    /// Takes a /80 of the network that is free.
    mutating func take(_ prefix: IPv6Network) {
        guard !isTaken(prefix) else { return }
        let number = number(of: prefix)
        taken.insert(number, at: place(of: number))
    }

    /// Gives a prefix back that was taken.
    mutating func release(_ prefix: IPv6Network) {
        guard isTaken(prefix), !isReserved(prefix) else { return }
        taken.remove(at: place(of: number(of: prefix)))
    }

    private static let hostBits = 128 - prefixLength

    private func number(of prefix: IPv6Network) -> UInt16 {
        UInt16(truncatingIfNeeded: prefix.base.bits >> IPv6PrefixMap.hostBits)
    }

    /// Where a number is, or would be.
    private func place(of number: UInt16) -> Int {
        firstPlace { taken[$0] >= number }
    }

    /// The first place for which a condition holds that, once it does, holds for all that follow.
    private func firstPlace(where isReached: (Int) -> Bool) -> Int {
        var (low, high) = (0, taken.count)
        while low < high {
            let middle = (low + high) / 2
            if isReached(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
