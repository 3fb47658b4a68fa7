import Addressing
import Timekeeping

extension ModelVPC {
    mutating func assign(_ addresses: Addresses, to id: InterfaceID) throws(Failure) -> [IPv4Address] {
        let interface = try interface(id)
        if case .these(let asked) = addresses, asked.contains(interface.primaryAddress) {
            throw .invalidParameter("\(interface.primaryAddress) is the primary address of \(id)")
        }
        if addresses == .count(0) { throw .invalidParameter("no address to assign to \(id)") }
        try checkSlots(addresses.newCount(besides: interface.secondary.map(\.item)), of: interface)
        let taken = try take(.none, addresses, .count(0), in: interface.subnet, for: interface).addresses
        let visible = clock + settings.consistencyDelay.drawn(from: &random)
        interfaces[id]?.secondary += taken.map { Interface.Assigned(item: $0, visible: visible) }
        switch addresses {
        case .count: return taken
        case .these(let asked): return asked
        }
    }

    mutating func assignPrefixes(_ prefixes: Prefixes, to id: InterfaceID) throws(Failure) -> [IPv4Network] {
        let interface = try interface(id)
        if prefixes == .count(0) { throw .invalidParameter("no prefix to assign to \(id)") }
        if let instance = interface.attachment.flatMap({ instances[$0.instance] }), !instance.limits.supportsPrefixes {
            throw .prefixesUnsupported(by: instance)
        }
        try checkSlots(prefixes.newCount(besides: interface.prefixes.map(\.item)), of: interface)
        let taken = try take(.none, .count(0), prefixes, in: interface.subnet, for: interface).prefixes
        let visible = clock + settings.consistencyDelay.drawn(from: &random)
        interfaces[id]?.prefixes += taken.map { Interface.Assigned(item: $0, visible: visible) }
        switch prefixes {
        case .count: return taken
        case .these(let asked): return asked
        }
    }

    /// Whether an interface may have so many addresses or prefixes more; one that is attached to nothing may.
    private func checkSlots(_ more: Int, of interface: Interface) throws(Failure) {
        guard let limits = interface.attachment.flatMap({ instances[$0.instance]?.limits }) else { return }
        guard more <= limits.ipv4PerInterface - interface.slots else {
            throw .addressLimitExceeded(interface.id, limit: limits.ipv4PerInterface)
        }
    }

    mutating func unassign(
        _ addresses: [IPv4Address], _ prefixes: [IPv4Network], from id: InterfaceID, strictly: Bool
    ) throws(Failure) {
        let interface = try interface(id)
        guard !addresses.contains(interface.primaryAddress) else {
            throw .invalidParameter("\(interface.primaryAddress) is the primary address of \(id)")
        }
        let goneAddresses = Set(addresses).intersection(interface.secondary.map(\.item))
        let gonePrefixes = Set(prefixes).intersection(interface.prefixes.map(\.item))
        if strictly {
            let missing =
                Set(addresses).subtracting(goneAddresses).sorted().map(\.description)
                + Set(prefixes).subtracting(gonePrefixes).map(\.description).sorted()
            guard missing.isEmpty else {
                throw .invalidParameter("not assigned to \(id): \(missing.joined(separator: ", "))")
            }
        }
        for address in goneAddresses { subnets[interface.subnet]?.addresses.release(address) }
        for prefix in gonePrefixes { subnets[interface.subnet]?.addresses.release(prefix) }
        interfaces[id]?.secondary.removeAll { goneAddresses.contains($0.item) }
        interfaces[id]?.prefixes.removeAll { gonePrefixes.contains($0.item) }
    }
}

extension ModelVPC.Failure {
    static func prefixesUnsupported(by instance: ModelVPC.Instance) -> ModelVPC.Failure {
        .invalidParameter("\(instance.id) is of type \(instance.type), whose interfaces cannot have prefixes")
    }
}
