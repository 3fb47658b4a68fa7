/// An IPv4 network in CIDR notation; host bits are always zero.
///
/// ```swift
/// let subnet = IPv4Network("10.0.3.0/24")!
/// subnet.contains(IPv4Address("10.0.3.7")!)   // true
/// subnet[1]                                    // 10.0.3.1
/// subnet.count                                 // 256
/// ```
public struct IPv4Network: Hashable, Sendable {
    /// The lowest address of the network.
    public let base: IPv4Address
    /// The number of leading bits that all its addresses share, 0 to 32.
    public let prefixLength: Int

    /// The network of `prefixLength` bits that holds `address`; host bits of `address` are dropped.
    ///
    /// - Precondition: `prefixLength` is from 0 to 32.
    public init(containing address: IPv4Address, prefixLength: Int) {
        precondition((0...32).contains(prefixLength), "a prefix length of \(prefixLength) is not from 0 to 32")
        self.prefixLength = prefixLength
        base = IPv4Address(bits: address.bits & IPv4Network.mask(prefixLength))
    }

    /// Every address there is, `0.0.0.0/0`: the destination of a default route.
    public static let everything = IPv4Network(containing: IPv4Address(bits: 0), prefixLength: 0)

    /// The number of addresses, 1 to 2³².
    public var count: Int { 1 << (32 - prefixLength) }

    /// The highest address of the network.
    public var last: IPv4Address { IPv4Address(bits: base.bits | ~IPv4Network.mask(prefixLength)) }

    /// The address at an offset from ``base``.
    ///
    /// - Precondition: `offset` is from 0 up to, but not including, ``count``.
    public subscript(offset: Int) -> IPv4Address {
        precondition((0..<count).contains(offset), "\(self) has no address number \(offset)")
        return base.advanced(by: offset)
    }

    /// The offset of an address from ``base``; `nil` where the network does not contain it.
    public func offset(of address: IPv4Address) -> Int? {
        contains(address) ? Int(address.bits - base.bits) : nil
    }

    /// Whether an address is one of the network.
    public func contains(_ address: IPv4Address) -> Bool {
        address.bits & IPv4Network.mask(prefixLength) == base.bits
    }

    /// Whether every address of another network is one of this.
    public func contains(_ other: IPv4Network) -> Bool {
        other.prefixLength >= prefixLength && contains(other.base)
    }

    /// Whether the two have an address in common.
    public func overlaps(_ other: IPv4Network) -> Bool {
        contains(other.base) || other.contains(base)
    }

    private static func mask(_ prefixLength: Int) -> UInt32 {
        prefixLength == 0 ? 0 : ~0 << (32 - UInt32(prefixLength))
    }
}

extension IPv4Network: LosslessStringConvertible {
    /// Reads `address/length`. Host bits must be zero: `10.0.3.7/24` is refused, because it is more often a slip than
    /// a network.
    public init?(_ text: some StringProtocol) {
        guard let slash = text.lastIndex(of: "/"), let address = IPv4Address(text[..<slash]),
            let length = decimal(text[text.index(after: slash)...].utf8, upTo: 32)
        else { return nil }
        self.init(containing: address, prefixLength: Int(length))
        guard base == address else { return nil }
    }

    public var description: String { "\(base)/\(prefixLength)" }
}
