/// The families in which pods have an address.
public enum IPFamilies: String, Hashable, Codable, Sendable, CaseIterable {
    case ipv4
    case ipv6
    case dualStack

    /// Whether pods have an IPv4 address.
    public var hasIPv4: Bool { self != .ipv6 }

    /// Whether pods have an IPv6 address.
    public var hasIPv6: Bool { self != .ipv4 }
}

/// The addresses of one pod interface: one of each of its families.
public enum PodAddresses: Hashable, Sendable {
    case ipv4(IPv4Address)
    case ipv6(IPv6Address)
    case dualStack(IPv4Address, IPv6Address)

    /// The addresses of either family; `nil` for none at all.
    public init?(ipv4: IPv4Address?, ipv6: IPv6Address?) {
        switch (ipv4, ipv6) {
        case (let ipv4?, let ipv6?): self = .dualStack(ipv4, ipv6)
        case (let ipv4?, nil): self = .ipv4(ipv4)
        case (nil, let ipv6?): self = .ipv6(ipv6)
        case (nil, nil): return nil
        }
    }

    /// The IPv4 address.
    public var ipv4: IPv4Address? {
        switch self {
        case .ipv4(let address), .dualStack(let address, _): address
        case .ipv6: nil
        }
    }

    /// The IPv6 address.
    public var ipv6: IPv6Address? {
        switch self {
        case .ipv6(let address), .dualStack(_, let address): address
        case .ipv4: nil
        }
    }

    /// The address that the pod is known by: that of IPv4, where it has one.
    public var primary: IPAddress {
        switch self {
        case .ipv4(let address), .dualStack(let address, _): .v4(address)
        case .ipv6(let address): .v6(address)
        }
    }

    /// All addresses, that of IPv4 first.
    public var all: [IPAddress] {
        [ipv4.map(IPAddress.v4), ipv6.map(IPAddress.v6)].compactMap(\.self)
    }

    /// The families of the addresses.
    public var families: IPFamilies {
        switch self {
        case .ipv4: .ipv4
        case .ipv6: .ipv6
        case .dualStack: .dualStack
        }
    }
}

extension PodAddresses: CustomStringConvertible {
    /// Such as `10.0.3.7` or `10.0.3.7, 2001:db8::7`.
    public var description: String { all.map(\.description).joined(separator: ", ") }
}

/// In encoded form an object with the members `ipv4` and `ipv6`, at least one of them.
extension PodAddresses: Codable {
    private enum Key: CodingKey {
        case ipv4, ipv6
    }

    public init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: Key.self)
        let addresses = PodAddresses(
            ipv4: try keys.decodeIfPresent(IPv4Address.self, forKey: .ipv4),
            ipv6: try keys.decodeIfPresent(IPv6Address.self, forKey: .ipv6))
        guard let addresses else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "neither ipv4 nor ipv6 is there"))
        }
        self = addresses
    }

    public func encode(to encoder: any Encoder) throws {
        var keys = encoder.container(keyedBy: Key.self)
        try keys.encodeIfPresent(ipv4, forKey: .ipv4)
        try keys.encodeIfPresent(ipv6, forKey: .ipv6)
    }
}
