import Addressing
import Pool

extension EC2Provider {
    public func assign(
        _ eni: ENIID, count: Int, token: MutationToken
    ) async throws(ProviderError) -> [IPv4Address] {
        let mutation = CompletedMutations.Mutation.assign(eni, count: count)
        if case .addresses(let addresses)? = try memory.result(of: token, for: mutation) { return addresses }
        var request = assignment("AssignPrivateIpAddresses", to: eni)
        request.set("SecondaryPrivateIpAddressCount", count)
        let before = memory.addresses(of: eni)
        let reply = try await assign(request, returning: AssignAddressesReply.self)
        let new = try newAddresses(in: reply, of: eni, count: count, before: before)
        memory.learn(new, assignedTo: eni)
        memory.complete(token, mutation, with: .addresses(new))
        return new
    }

    public func assign(_ eni: ENIID, addresses: [IPv4Address]) async throws(ProviderError) {
        var request = assignment("AssignPrivateIpAddresses", to: eni)
        request.subject.addresses = addresses
        request.set("PrivateIpAddress", list: addresses)
        request.set("AllowReassignment", false)
        // With the addresses given, twice is once.
        _ = try await assign(request, .free, returning: AssignAddressesReply.self)
        memory.learn(addresses, assignedTo: eni)
    }

    public func assignPrefixes(
        _ eni: ENIID, count: Int, token: MutationToken
    ) async throws(ProviderError) -> [IPv4Network] {
        let mutation = CompletedMutations.Mutation.assignPrefixes(eni, count: count)
        if case .prefixes(let prefixes)? = try memory.result(of: token, for: mutation) { return prefixes }
        var request = assignment("AssignPrivateIpAddresses", to: eni)
        request.set("Ipv4PrefixCount", count)
        let reply = try await assign(request, returning: AssignAddressesReply.self)
        let new = try prefixes(reply.assignedIpv4PrefixSet)
        guard new.count == count else {
            throw .malformedReply("EC2 says that it assigned \(new.count) instead of \(count) prefixes to \(eni)")
        }
        memory.complete(token, mutation, with: .prefixes(new))
        return new
    }

    public func unassign(_ eni: ENIID, addresses: [IPv4Address]) async throws(ProviderError) {
        try await unassign(eni, addresses, by: "UnassignPrivateIpAddresses", as: "PrivateIpAddress") {
            (seen) throws(ProviderError) in try seen.secondaryAddresses()
        }
        memory.learn(addresses, unassignedFrom: eni)
    }

    public func unassign(_ eni: ENIID, prefixes: [IPv4Network]) async throws(ProviderError) {
        try await unassign(eni, prefixes, by: "UnassignPrivateIpAddresses", as: "Ipv4Prefix") {
            (seen) throws(ProviderError) in try Providers.prefixes(seen.ipv4PrefixSet)
        }
    }

    func assignment(_ action: String, to eni: ENIID) -> EC2Request {
        var request = EC2Request(action, about: .init(interface: eni, subnet: memory.subnet(of: eni)))
        request.set("NetworkInterfaceId", eni)
        return request
    }

    func assign<Reply: Decodable & Sendable>(
        _ request: EC2Request, _ repetition: Repetition = .onlyUnsent, returning: Reply.Type
    ) async throws(ProviderError) -> Reply {
        let deadline = deadline
        do throws(CallFailure) {
            return try await call(request, repetition, until: deadline, reply: Reply.self)
        } catch {
            var request = request
            if request.subject.subnet == nil, error.concernsSubnet, let eni = request.subject.interface {
                request.subject.subnet = try await find(eni, until: deadline).map { SubnetID($0.subnetId) }
            }
            throw ProviderError(error, to: request)
        }
    }

    /// The addresses that came with a reply. EC2 lists the new ones; other implementations list all that the interface
    /// has now, the primary one included, which must never reach a pod.
    ///
    /// - Parameter before: what the interface had before, as far as this process has seen.
    /// - Throws: ``ProviderError/malformedReply(_:)`` where it cannot be told which are new, so that the caller looks.
    private func newAddresses(
        in reply: AssignAddressesReply, of eni: ENIID, count: Int, before: Set<IPv4Address>?
    ) throws(ProviderError) -> [IPv4Address] {
        let listed = try addresses(reply.assignedPrivateIpAddressesSet)
        let new = listed.count == count ? listed : listed.filter { before?.contains($0) != true }
        guard new.count == count else {
            throw .malformedReply(
                "EC2 says that it assigned \(listed.count) instead of \(count) addresses to \(eni)")
        }
        return new
    }

    /// Takes away what the interface still has of these. EC2 refuses a request with anything that it does not have, and
    /// then nothing of it is done; so, as after a failure in doubt, a look decides what is left to do.
    func unassign<Item: Hashable & CustomStringConvertible>(
        _ eni: ENIID, _ items: [Item], by action: String, as parameter: String,
        present: (EC2Interface) throws(ProviderError) -> [Item]
    ) async throws(ProviderError) {
        var attempts = Attempts(connection.retry)
        var left = items
        var doubt: CallFailure?
        while true {
            attempts.begin()
            var failure: (error: ProviderError, leavesDoubt: Bool)?
            if !left.isEmpty {
                var request = EC2Request(action, about: .init(interface: eni))
                request.set("NetworkInterfaceId", eni)
                request.set(parameter, list: left)
                do throws(CallFailure) {
                    _ = try await call(request, .onlyUnsent, until: attempts.deadline, reply: Done.self)
                    return
                } catch {
                    if error.leavesDoubt { doubt = doubt ?? error }
                    let reason = ProviderError(error.after(doubt), to: request)
                    failure = (reason, error.leavesDoubt)
                    guard error.leavesDoubt || error.isAboutValue, !Task.isCancelled else { throw reason }
                }
            }
            let seen: EC2Interface?
            do throws(ProviderError) {
                seen = try await find(eni, until: attempts.deadline)
            } catch {
                throw doubt == nil ? error : failure?.error ?? error
            }
            guard let seen else { throw .notFound("interface \(eni)") }
            let before = left
            left = try present(seen).filter(Set(left).contains)
            guard let failure, !left.isEmpty else { return }
            // The same once more only where it was in doubt whether EC2 has got it.
            guard failure.leavesDoubt || left.count < before.count, await attempts.pauseForNext() else {
                throw failure.error
            }
        }
    }
}

extension CallFailure {
    fileprivate var concernsSubnet: Bool {
        switch self {
        case .refused(let error): error.meaning == .subnetExhausted || error.meaning == .noContiguousPrefix
        case .unanswered: false
        }
    }

    fileprivate var isAboutValue: Bool {
        switch self {
        case .refused(let error): error.meaning == .invalidValue
        case .unanswered: false
        }
    }
}
