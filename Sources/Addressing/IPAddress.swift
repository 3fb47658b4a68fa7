/// An address of either family. Those of IPv4 come before those of IPv6.
public enum IPAddress: Hashable, Comparable, Sendable {
    case v4(IPv4Address)
    case v6(IPv6Address)

    /// The network that has this address alone: a /32 or a /128.
    public var host: IPNetwork {
        switch self {
        case .v4(let address): .v4(IPv4Network(containing: address, prefixLength: 32))
        case .v6(let address): .v6(IPv6Network(containing: address, prefixLength: 128))
        }
    }

    /// The network of all addresses of its family, the destination of a default route: `0.0.0.0/0` or `::/0`.
    public var everything: IPNetwork {
        switch self {
        case .v4: .v4(.everything)
        case .v6: .v6(.everything)
        }
    }

    /// The address, where it is one of IPv4.
    public var v4: IPv4Address? {
        if case .v4(let address) = self { address } else { nil }
    }

    /// The address, where it is one of IPv6.
    public var v6: IPv6Address? {
        if case .v6(let address) = self { address } else { nil }
    }
}

extension IPAddress: LosslessStringConvertible {
    /// Reads what either family writes.
    public init?(_ text: some StringProtocol) {
        if let address = IPv4Address(text) {
            self = .v4(address)
        } else if let address = IPv6Address(text) {
            self = .v6(address)
        } else {
            return nil
        }
    }

    public var description: String {
        switch self {
        case .v4(let address): address.description
        case .v6(let address): address.description
        }
    }
}

/// A network of either family, in CIDR notation.
public enum IPNetwork: Hashable, Sendable {
    case v4(IPv4Network)
    case v6(IPv6Network)

    /// The number of leading bits that all its addresses share.
    public var prefixLength: Int {
        switch self {
        case .v4(let network): network.prefixLength
        case .v6(let network): network.prefixLength
        }
    }

    /// The lowest address of the network.
    public var base: IPAddress {
        switch self {
        case .v4(let network): .v4(network.base)
        case .v6(let network): .v6(network.base)
        }
    }

    /// Whether every address of another network is one of this.
    public func contains(_ other: IPNetwork) -> Bool {
        switch (self, other) {
        case (.v4(let network), .v4(let other)): network.contains(other)
        case (.v6(let network), .v6(let other)): network.contains(other)
        case (.v4, .v6), (.v6, .v4): false
        }
    }

    /// The network, where it is one of IPv4.
    public var v4: IPv4Network? {
        if case .v4(let network) = self { network } else { nil }
    }

    /// The network, where it is one of IPv6.
    public var v6: IPv6Network? {
        if case .v6(let network) = self { network } else { nil }
    }

    /// Whether it is one address alone.
    public var isHost: Bool { self == base.host }
}

extension IPNetwork: LosslessStringConvertible {
    /// Reads what either family writes; host bits must be zero.
    public init?(_ text: some StringProtocol) {
        if let network = IPv4Network(text) {
            self = .v4(network)
        } else if let network = IPv6Network(text) {
            self = .v6(network)
        } else {
            return nil
        }
    }

    public var description: String {
        switch self {
        case .v4(let network): network.description
        case .v6(let network): network.description
        }
    }
}
