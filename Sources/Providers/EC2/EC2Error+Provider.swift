import Addressing
import Pool

extension ProviderError {
    /// What EC2's refusal of a request means to the pool.
    init(_ error: EC2Error, to request: EC2Request) {
        let subject = request.subject
        self =
            switch error.meaning {
            case .addressLimit: .limitReached(.addressesPerInterface)
            case .interfaceLimit: .limitReached(.interfaces)
            case .interfaceQuota: .incorrectState("the account's quota of network interfaces is used up: \(error.text)")
            case .subnetExhausted: .subnetExhausted(subject.subnet ?? SubnetID("the subnet"))
            case .noContiguousPrefix: .noContiguousPrefix(subject.subnet ?? SubnetID("the subnet"))
            case .throttled: .throttled(retryAfter: error.retryAfter)
            case .noInterface: .notFound(subject.interface.map { "interface \($0)" } ?? error.text)
            case .noSubnet: .notFound(subject.subnet.map { "subnet \($0)" } ?? error.text)
            case .noInstance: .notFound(subject.instance.map { "instance \($0)" } ?? error.text)
            case .noSecurityGroup:
                .notFound("one of the security groups \(subject.securityGroups.joined(separator: ", "))")
            case .noAttachment: .incorrectState("not attached any more: \(error.text)")
            case .addressInUse: .conflict(error.addressesInUse(of: subject.addresses))
            case .invalidValue where error.saysAddressInUse(of: subject.addresses):
                .conflict(error.addressesInUse(of: subject.addresses))
            case .invalidValue, .refused: .incorrectState("EC2 refuses \(request.action): \(error.text)")
            case .denied: .permissionDenied(error.text)
            case .notAuthenticated: .invalidCredentials(error.text)
            case .failed: .transient(status: error.status, error.text)
            case .foreign: .malformedReply("\(error.text); is there a proxy or another service at that address?")
            }
    }
}

extension EC2Error {
    /// Whether the words that come with a general code speak of an address in use: EC2 has no code of its own for it in
    /// every action.
    fileprivate func saysAddressInUse(of addresses: [IPv4Address]) -> Bool {
        ["in use", "already assigned"].contains { message.lowercased().contains($0) } && !named(of: addresses).isEmpty
    }

    /// Those that the words name; all that were asked for where they name none.
    fileprivate func addressesInUse(of addresses: [IPv4Address]) -> String {
        let named = named(of: addresses)
        return (named.isEmpty ? addresses : named).map(\.description).joined(separator: ", ")
    }

    private func named(of addresses: [IPv4Address]) -> [IPv4Address] {
        let words = Set(message.split { !$0.isNumber && $0 != "." }.map { $0.trimmingSuffix { $0 == "." } })
        return addresses.filter { words.contains(Substring($0.description)) }
    }
}

extension Substring {
    fileprivate func trimmingSuffix(_ isTrimmed: (Character) -> Bool) -> Substring {
        var rest = self
        while let last = rest.last, isTrimmed(last) { rest.removeLast() }
        return rest
    }
}
