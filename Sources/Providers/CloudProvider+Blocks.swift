import Addressing
import Pool

/// Assigning and taking away by kind, as the pool asks for it.
extension CloudProvider {
    /// Assigns `count` more blocks of a kind, of the provider's choice, and returns them.
    public func assign(
        _ eni: ENIID, _ kind: BlockKind, count: Int, token: MutationToken
    ) async throws(ProviderError) -> [Block] {
        switch kind {
        case .address: try await assign(eni, count: count, token: token).map(Block.address)
        case .prefix: try await assignPrefixes(eni, count: count, token: token).map(Block.prefix)
        case .ipv6Prefix: try await assignIPv6Prefixes(eni, count: count, token: token).map(Block.ipv6Prefix)
        }
    }

    /// Takes blocks away, with one call for each kind; one that the interface does not have is no error.
    public func unassign(_ eni: ENIID, _ blocks: [Block]) async throws(ProviderError) {
        let (addresses, prefixes, ipv6Prefixes) = blocks.byKind
        if !addresses.isEmpty { try await unassign(eni, addresses: addresses) }
        if !prefixes.isEmpty { try await unassign(eni, prefixes: prefixes) }
        if !ipv6Prefixes.isEmpty { try await unassign(eni, ipv6Prefixes: ipv6Prefixes) }
    }
}
