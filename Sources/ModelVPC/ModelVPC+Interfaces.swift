import Addressing
import Timekeeping

/// The life of an interface from its creation to its deletion.
extension ModelVPC {
    mutating func createInterface(
        in subnet: SubnetID, secondary: Addresses, tags: [String: String]
    ) throws(Failure) -> InterfaceDescription {
        let visible = clock + settings.consistencyDelay.drawn(from: &random)
        let id = try makeInterface(in: subnet, secondary: secondary, tags: tags, visible: visible)
        return describe(try interface(id), at: .distantFuture)
    }

    mutating func makeInterface(
        in subnetID: SubnetID, secondary: Addresses, tags: [String: String], visible: Instant
    ) throws(Failure) -> InterfaceID {
        let (count, wanted) = try check(secondary, in: subnetID, besides: 1, owned: [])
        // The given addresses are taken first, so that none of them becomes the primary address.
        for address in wanted { subnets[subnetID]?.addresses.take(address) }
        guard let primary = subnets[subnetID]?.addresses.takeNext() else { throw .subnetNotFound(subnetID) }
        let addresses = wanted + takeAddresses(count, in: subnetID)
        interfacesMade += 1
        let id = InterfaceID(rawValue: interfacesMade)
        interfaces[id] = Interface(
            id: id, subnet: subnetID, primaryAddress: primary, visible: visible,
            secondary: addresses.map { Interface.SecondaryAddress(address: $0, visible: visible) }, tags: tags)
        for (key, value) in tags { tagged[Tag(key: key, value: value), default: []].insert(id) }
        return id
    }

    mutating func delete(_ id: InterfaceID) throws(Failure) {
        guard try interface(id).attachment == nil else { throw .interfaceInUse(id) }
        remove(id)
    }

    mutating func setDeleteOnTermination(_ id: InterfaceID, _ enabled: Bool) throws(Failure) {
        guard try interface(id).attachment != nil else {
            throw .incorrectState("\(id) is attached to no instance with which it could be deleted")
        }
        interfaces[id]?.attachment?.deleteOnTermination = enabled
    }

    mutating func tag(_ id: InterfaceID, _ tags: [String: String]) throws(Failure) {
        for (key, value) in try interface(id).tags where tags[key] != nil {
            untag(id, Tag(key: key, value: value))
        }
        for (key, value) in tags {
            interfaces[id]?.tags[key] = value
            tagged[Tag(key: key, value: value), default: []].insert(id)
        }
    }

    /// Removes an interface, and frees its addresses.
    mutating func remove(_ id: InterfaceID) {
        guard let interface = interfaces.removeValue(forKey: id) else { return }
        subnets[interface.subnet]?.addresses.release(interface.primaryAddress)
        for secondary in interface.secondary { subnets[interface.subnet]?.addresses.release(secondary.address) }
        for (key, value) in interface.tags { untag(id, Tag(key: key, value: value)) }
    }

    private mutating func untag(_ id: InterfaceID, _ tag: Tag) {
        tagged[tag]?.remove(id)
        if tagged[tag]?.isEmpty == true { tagged[tag] = nil }
    }
}
