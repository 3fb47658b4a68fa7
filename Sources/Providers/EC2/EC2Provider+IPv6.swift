import Addressing
import Pool

extension EC2Provider {
    /// EC2 has no token for this action: what was done is remembered, and a request that may have been is not repeated.
    public func assignIPv6Prefixes(
        _ eni: ENIID, count: Int, token: MutationToken
    ) async throws(ProviderError) -> [IPv6Network] {
        let mutation = CompletedMutations.Mutation.assignIPv6Prefixes(eni, count: count)
        if case .ipv6Prefixes(let prefixes)? = try memory.result(of: token, for: mutation) { return prefixes }
        var request = assignment("AssignIpv6Addresses", to: eni)
        request.set("Ipv6PrefixCount", count)
        let reply = try await assign(request, returning: AssignIPv6AddressesReply.self)
        let new = try ipv6Prefixes(reply.assignedIpv6PrefixSet?.items ?? [])
        guard new.count == count else {
            throw .malformedReply("EC2 says that it assigned \(new.count) instead of \(count) IPv6 prefixes to \(eni)")
        }
        memory.complete(token, mutation, with: .ipv6Prefixes(new))
        return new
    }

    public func unassign(_ eni: ENIID, ipv6Prefixes: [IPv6Network]) async throws(ProviderError) {
        try await unassign(eni, ipv6Prefixes, by: "UnassignIpv6Addresses", as: "Ipv6Prefix") {
            (seen) throws(ProviderError) in try seen.ipv6Prefixes()
        }
    }
}
