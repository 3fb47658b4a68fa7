import Addressing
import Timekeeping

/// The life of an interface from its creation to its deletion.
extension ModelVPC {
    /// How many tags an interface can have. Source: EC2 user guide, "Tag restrictions".
    private static let maximumTags = 50

    mutating func createInterface(_ new: NewInterface) throws(Failure) -> InterfaceDescription {
        let visible = clock + settings.consistencyDelay.drawn(from: &random)
        let id = try makeInterface(new, visible: visible)
        return describe(try interface(id), at: .distantFuture)
    }

    mutating func makeInterface(_ new: NewInterface, visible: Instant) throws(Failure) -> InterfaceID {
        try checkCount(of: new.tags)
        let taken = try take(
            new.primaryAddress.map { .this($0) } ?? .any, new.secondary, new.prefixes, in: new.subnet)
        guard let primary = taken.primary else { throw .subnetNotFound(new.subnet) }
        interfacesMade += 1
        let id = InterfaceID(rawValue: interfacesMade)
        interfaces[id] = Interface(
            id: id, subnet: new.subnet, primaryAddress: primary, visible: visible,
            securityGroups: new.securityGroups, text: new.text,
            secondary: taken.addresses.map { Interface.Assigned(item: $0, visible: visible) },
            prefixes: taken.prefixes.map { Interface.Assigned(item: $0, visible: visible) }, tags: new.tags)
        for (key, value) in new.tags { tagged[Tag(key: key, value: value), default: []].insert(id) }
        return id
    }

    mutating func delete(_ id: InterfaceID) throws(Failure) {
        guard try interface(id).attachment == nil else { throw .interfaceInUse(id) }
        remove(id)
    }

    mutating func setDeleteOnTermination(
        _ id: InterfaceID, _ enabled: Bool, attachment: AttachmentID?
    ) throws(Failure) {
        guard let present = try interface(id).attachment else {
            throw .incorrectState("\(id) is attached to no instance with which it could be deleted")
        }
        if let attachment, attachment != present.id { throw .attachmentNotFound(attachment) }
        interfaces[id]?.attachment?.deleteOnTermination = enabled
    }

    mutating func tag(_ ids: [InterfaceID], _ tags: [String: String]) throws(Failure) {
        for id in ids { try checkCount(of: try interface(id).tags.merging(tags) { $1 }) }
        for id in ids {
            for (key, value) in try interface(id).tags where tags[key] != nil {
                untag(id, Tag(key: key, value: value))
            }
            for (key, value) in tags {
                interfaces[id]?.tags[key] = value
                tagged[Tag(key: key, value: value), default: []].insert(id)
            }
        }
    }

    /// Removes an interface that is not attached, and frees its addresses and prefixes.
    mutating func remove(_ id: InterfaceID) {
        guard let interface = interfaces.removeValue(forKey: id) else { return }
        subnets[interface.subnet]?.addresses.release(interface.primaryAddress)
        for address in interface.secondary { subnets[interface.subnet]?.addresses.release(address.item) }
        for prefix in interface.prefixes { subnets[interface.subnet]?.addresses.release(prefix.item) }
        for prefix in interface.ipv6Prefixes { subnets[interface.subnet]?.ipv6?.release(prefix.item) }
        for (key, value) in interface.tags { untag(id, Tag(key: key, value: value)) }
    }

    private func checkCount(of tags: [String: String]) throws(Failure) {
        guard tags.count <= ModelVPC.maximumTags else { throw .tagLimitExceeded(limit: ModelVPC.maximumTags) }
    }

    private mutating func untag(_ id: InterfaceID, _ tag: Tag) {
        tagged[tag]?.remove(id)
        if tagged[tag]?.isEmpty == true { tagged[tag] = nil }
    }
}
