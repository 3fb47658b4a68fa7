import Addressing

/// An interface's address together with the length of its subnet's prefix, such as `10.0.3.7/24` or `2001:db8::7/64`.
public struct InterfaceAddress: Hashable, Sendable {
    /// The address itself, host bits included.
    public let address: IPAddress
    /// From 0 to 32, for IPv6 to 128.
    public let prefixLength: Int

    /// An address that shares its network with no other: a /32 or a /128, as pods have it.
    public init(alone address: IPAddress) {
        self.address = address
        prefixLength = address.host.prefixLength
    }
}

extension InterfaceAddress: LosslessStringConvertible {
    /// Reads `address/length`; unlike a network, it may have host bits.
    public init?(_ text: String) {
        guard let slash = text.lastIndex(of: "/"), let address = IPAddress(text[..<slash]),
            let mask = IPNetwork(address.unspecified + text[slash...])
        else { return nil }
        self.address = address
        prefixLength = mask.prefixLength
    }

    /// `10.0.3.7/24`.
    public var description: String { "\(address)/\(prefixLength)" }
}

extension IPAddress {
    /// The address of the same family without any bit, which every prefix length fits.
    fileprivate var unspecified: String {
        switch self {
        case .v4: "0.0.0.0"
        case .v6: "::"
        }
    }
}
