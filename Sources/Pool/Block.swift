import Addressing

/// What takes one of an ENI's slots for pods' addresses: an address, or a prefix with many.
public enum Block: Hashable, Sendable {
    /// One secondary address.
    case address(IPv4Address)
    /// A /28, all of whose 16 addresses are for pods.
    case prefix(IPv4Network)
    /// A /80, out of which pods get addresses of IPv6.
    case ipv6Prefix(IPv6Network)

    /// What kind of block it is.
    public var kind: BlockKind {
        switch self {
        case .address: .address
        case .prefix: .prefix
        case .ipv6Prefix: .ipv6Prefix
        }
    }

    /// The block's IPv4 addresses, in order; none for a /80, whose addresses are made when pods want them.
    public var addresses: [IPv4Address] {
        switch self {
        case .address(let address): [address]
        case .prefix(let network): (0..<network.count).map { network[$0] }
        case .ipv6Prefix: []
        }
    }

    /// Whether an address is one of the block's.
    public func contains(_ address: IPAddress) -> Bool {
        switch (self, address) {
        case (.address(let own), .v4(let other)): own == other
        case (.prefix(let network), .v4(let other)): network.contains(other)
        case (.ipv6Prefix(let network), .v6(let other)): network.contains(other)
        default: false
        }
    }
}

extension Block: Comparable {
    /// Addresses, then prefixes, then those of IPv6.
    public static func < (left: Block, right: Block) -> Bool {
        switch (left, right) {
        case (.address(let left), .address(let right)): left < right
        case (.prefix(let left), .prefix(let right)): left.base < right.base
        case (.ipv6Prefix(let left), .ipv6Prefix(let right)): left.base < right.base
        default: left.kind < right.kind
        }
    }
}

extension Block: LosslessStringConvertible {
    /// Reads `10.0.3.7`, `10.0.3.16/28` or `2001:db8:0:3:1::/80`.
    public init?(_ text: String) {
        if let address = IPv4Address(text) {
            self = .address(address)
        } else if let network = IPv4Network(text), network.prefixLength == Block.prefixLength {
            self = .prefix(network)
        } else if let network = IPv6Network(text), network.prefixLength == Block.ipv6PrefixLength {
            self = .ipv6Prefix(network)
        } else {
            return nil
        }
    }

    public var description: String {
        switch self {
        case .address(let address): address.description
        case .prefix(let network): network.description
        case .ipv6Prefix(let network): network.description
        }
    }

    /// Source: Amazon EC2 user guide, "Prefix delegation for Amazon EC2 network interfaces".
    private static let prefixLength = 28
    private static let ipv6PrefixLength = 80
}

/// The kinds of blocks.
public enum BlockKind: Int, Hashable, Comparable, Sendable {
    case address
    case prefix
    case ipv6Prefix

    /// How many IPv4 addresses of pods one block has.
    public var size: Int {
        switch self {
        case .address: 1
        case .prefix: 16
        case .ipv6Prefix: 0
        }
    }

    /// How many blocks have at least so many addresses.
    public func blocks(for addresses: Int) -> Int {
        size == 0 ? 0 : (addresses + size - 1) / size
    }

    public static func < (left: BlockKind, right: BlockKind) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension BlockKind {
    /// So many of the kind, such as `1 secondary address` or `3 /28 prefixes`.
    public func words(_ count: Int) -> String {
        switch self {
        case .address: "\(count) secondary \(count == 1 ? "address" : "addresses")"
        case .prefix: "\(count) /28 \(count == 1 ? "prefix" : "prefixes")"
        case .ipv6Prefix: "\(count) IPv6 /80 \(count == 1 ? "prefix" : "prefixes")"
        }
    }
}

extension [Block] {
    /// The blocks of each kind, as a provider's calls want them, in their order.
    public var byKind: (addresses: [IPv4Address], prefixes: [IPv4Network], ipv6Prefixes: [IPv6Network]) {
        var (addresses, prefixes, ipv6Prefixes): ([IPv4Address], [IPv4Network], [IPv6Network]) = ([], [], [])
        for block in self {
            switch block {
            case .address(let address): addresses.append(address)
            case .prefix(let prefix): prefixes.append(prefix)
            case .ipv6Prefix(let prefix): ipv6Prefixes.append(prefix)
            }
        }
        return (addresses, prefixes, ipv6Prefixes)
    }
}

extension InterfaceView {
    /// Everything that takes a slot for pods' addresses.
    public var blocks: [Block] {
        secondaryAddresses.map(Block.address) + prefixes.map(Block.prefix) + ipv6Prefixes.map(Block.ipv6Prefix)
    }
}
