import Addressing

/// An interface's IPv4 address together with the length of its subnet's prefix, such as `10.0.3.7/24`.
public struct InterfaceAddress: Hashable, Sendable, LosslessStringConvertible {
    /// The address itself, host bits included.
    public let address: IPv4Address
    /// From 0 to 32.
    public let prefixLength: Int

    /// The address with this length.
    ///
    /// - Precondition: `prefixLength` is from 0 to 32.
    public init(_ address: IPv4Address, prefixLength: Int) {
        precondition((0...32).contains(prefixLength), "a prefix length of \(prefixLength) is not from 0 to 32")
        self.address = address
        self.prefixLength = prefixLength
    }

    /// Reads `address/length`; unlike a network, it may have host bits.
    public init?(_ text: String) {
        guard let slash = text.lastIndex(of: "/"), let address = IPv4Address(text[..<slash]),
            let mask = IPv4Network("0.0.0.0" + text[slash...])
        else { return nil }
        self.init(address, prefixLength: mask.prefixLength)
    }

    /// `10.0.3.7/24`.
    public var description: String { "\(address)/\(prefixLength)" }
}
