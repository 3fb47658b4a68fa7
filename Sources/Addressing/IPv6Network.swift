/// An IPv6 network in CIDR notation; host bits are always zero.
///
/// ```swift
/// let subnet = IPv6Network("2001:db8:0:3::/64")!
/// subnet.contains(IPv6Address("2001:db8:0:3::7")!)   // true
/// subnet.last                                         // 2001:db8:0:3:ffff:ffff:ffff:ffff
/// ```
public struct IPv6Network: Hashable, Sendable {
    /// The lowest address of the network.
    public let base: IPv6Address
    /// The number of leading bits that all its addresses share, 0 to 128.
    public let prefixLength: Int

    /// The network of `prefixLength` bits that holds `address`; host bits of `address` are dropped.
    ///
    /// - Precondition: `prefixLength` is from 0 to 128.
    public init(containing address: IPv6Address, prefixLength: Int) {
        precondition((0...128).contains(prefixLength), "a prefix length of \(prefixLength) is not from 0 to 128")
        self.prefixLength = prefixLength
        base = IPv6Address(bits: address.bits & IPv6Network.mask(prefixLength))
    }

    /// Every address there is, `::/0`: the destination of a default route.
    public static let everything = IPv6Network(containing: IPv6Address(bits: 0), prefixLength: 0)

    /// The highest address of the network.
    public var last: IPv6Address { IPv6Address(bits: base.bits | ~IPv6Network.mask(prefixLength)) }

    /// Whether an address is one of the network.
    public func contains(_ address: IPv6Address) -> Bool {
        address.bits & IPv6Network.mask(prefixLength) == base.bits
    }

    /// Whether every address of another network is one of this.
    public func contains(_ other: IPv6Network) -> Bool {
        other.prefixLength >= prefixLength && contains(other.base)
    }

    /// Whether the two have an address in common.
    public func overlaps(_ other: IPv6Network) -> Bool {
        contains(other.base) || other.contains(base)
    }

    /// Shifting by all 128 bits leaves none.
    private static func mask(_ prefixLength: Int) -> UInt128 {
        ~0 << (128 - prefixLength)
    }
}

extension IPv6Network: LosslessStringConvertible {
    /// Reads `address/length`. Host bits must be zero: `2001:db8::7/64` is refused, because it is more often a slip than
    /// a network.
    public init?(_ text: some StringProtocol) {
        guard let slash = text.lastIndex(of: "/"), let address = IPv6Address(text[..<slash]),
            let length = decimal(text[text.index(after: slash)...].utf8, upTo: 128)
        else { return nil }
        self.init(containing: address, prefixLength: Int(length))
        guard base == address else { return nil }
    }

    public var description: String { "\(base)/\(prefixLength)" }
}
