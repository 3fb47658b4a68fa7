import Addressing
import ModelVPC
import Pool

/// What the pool's actions ask of the model.

extension ModelVPC.NewInterface {
    /// An interface as the pool wants it.
    package init(_ eni: NewENI, tags: [String: String] = [:]) {
        self.init(
            in: .init(eni.subnet), secondary: .count(eni.kind == .address ? eni.count : 0),
            prefixes: .count(eni.kind == .prefix ? eni.count : 0), securityGroups: eni.securityGroups, tags: tags)
    }
}

extension ModelVPC.Request {
    /// Assigns so many blocks of a kind.
    package static func assigning(
        _ kind: BlockKind, count: Int, to interface: ModelVPC.InterfaceID, token: String?
    ) -> ModelVPC.Request {
        switch kind {
        case .address: .assign(interface, .count(count), token: token)
        case .prefix: .assignPrefixes(interface, .count(count), token: token)
        case .ipv6Prefix: .assignIPv6Prefixes(interface, .count(count), token: token)
        }
    }

    /// Takes blocks of one kind away.
    package static func taking(_ blocks: [Block], from interface: ModelVPC.InterfaceID) -> ModelVPC.Request {
        let (addresses, prefixes, ipv6Prefixes) = blocks.byKind
        return ipv6Prefixes.isEmpty
            ? .unassign(interface, addresses, prefixes: prefixes) : .unassignIPv6Prefixes(interface, ipv6Prefixes)
    }
}
