import Addressing
import ModelVPC

// The elements that replies are made of; the names are those of the API.

/// What the API has and the model has not.
enum Account {
    static let id = "000000000000"
    static let vpc = "vpc-00000000000000001"
}

struct TagElement: Encodable {
    let key: String
    let value: String

    static func set(_ tags: [String: String]) -> ItemSet<TagElement> {
        ItemSet(tags.sorted { $0.key < $1.key }.map { TagElement(key: $0.key, value: $0.value) })
    }
}

struct GroupElement: Encodable {
    let groupId: String
    let groupName: String
}

struct PrefixElement: Encodable {
    let ipv4Prefix: String
}

struct IPv6AddressElement: Encodable {
    let ipv6Address: String
    let isPrimaryIpv6 = true
}

struct IPv6PrefixElement: Encodable {
    let ipv6Prefix: String
}

struct AddressElement: Encodable {
    let privateIpAddress: String
    let primary: Bool
}

struct AttachmentElement: Encodable {
    let attachmentId: String
    let instanceId: String
    let instanceOwnerId = Account.id
    let deviceIndex: Int
    let networkCardIndex = 0
    let status: String
    let deleteOnTermination: Bool

    init(_ attachment: ModelVPC.AttachmentDescription) {
        attachmentId = "\(attachment.id)"
        instanceId = attachment.instance.rawValue
        deviceIndex = attachment.deviceIndex
        status = attachment.state.rawValue
        deleteOnTermination = attachment.deleteOnTermination
    }
}

struct NetworkInterfaceElement: Encodable {
    let networkInterfaceId: String
    let subnetId: String
    let vpcId = Account.vpc
    let availabilityZone: String
    let description: String
    let ownerId = Account.id
    let requesterManaged = false
    let status: String
    let macAddress: String
    let privateIpAddress: String
    let sourceDestCheck = true
    let interfaceType = "interface"
    let groupSet: ItemSet<GroupElement>
    let attachment: AttachmentElement?
    let privateIpAddressesSet: ItemSet<AddressElement>
    let ipv4PrefixSet: ItemSet<PrefixElement>?
    let ipv6AddressesSet: ItemSet<IPv6AddressElement>
    let ipv6PrefixSet: ItemSet<IPv6PrefixElement>?
    let tagSet: ItemSet<TagElement>

    init(_ interface: ModelVPC.InterfaceDescription) {
        networkInterfaceId = "\(interface.id)"
        subnetId = interface.subnet.rawValue
        availabilityZone = interface.zone
        description = interface.text
        status = interface.status
        macAddress = "\(interface.mac)"
        privateIpAddress = "\(interface.primaryAddress)"
        groupSet = ItemSet(interface.securityGroups.map { GroupElement(groupId: $0, groupName: $0) })
        attachment = interface.attachment.map { AttachmentElement($0) }
        let secondary = interface.secondaryAddresses.map { AddressElement(privateIpAddress: "\($0)", primary: false) }
        privateIpAddressesSet = ItemSet(
            [AddressElement(privateIpAddress: "\(interface.primaryAddress)", primary: true)] + secondary)
        ipv4PrefixSet =
            interface.prefixes.isEmpty ? nil : ItemSet(interface.prefixes.map { PrefixElement(ipv4Prefix: "\($0)") })
        ipv6AddressesSet = ItemSet(interface.ipv6Address.map { [IPv6AddressElement(ipv6Address: "\($0)")] } ?? [])
        ipv6PrefixSet =
            interface.ipv6Prefixes.isEmpty
            ? nil : ItemSet(interface.ipv6Prefixes.map { IPv6PrefixElement(ipv6Prefix: "\($0)") })
        tagSet = TagElement.set(interface.tags)
    }
}

extension ModelVPC.InterfaceDescription {
    var status: String { attachment == nil ? "available" : "in-use" }
}

// MARK: Parameters

extension EC2Error {
    static func notFound(interface text: String) -> EC2Error {
        EC2Error(
            code: "InvalidNetworkInterfaceID.NotFound", message: "The networkInterface ID '\(text)' does not exist")
    }
}

extension ModelVPC.InterfaceID {
    /// - Throws: ``EC2Error`` for text that is no interface's id, and for one that this cloud can't have given.
    init(ec2 text: String) throws(EC2Error) {
        if let id = ModelVPC.InterfaceID(text) {
            self = id
            return
        }
        guard text.isID("eni-") else {
            throw EC2Error(
                code: "InvalidNetworkInterfaceID.Malformed", message: "The networkInterface ID '\(text)' is malformed")
        }
        throw .notFound(interface: text)
    }
}

extension ModelVPC.AttachmentID {
    /// - Throws: ``EC2Error`` for text that is no attachment's id, and for one that this cloud can't have given.
    init(ec2 text: String) throws(EC2Error) {
        if let id = ModelVPC.AttachmentID(text) {
            self = id
            return
        }
        guard text.isID("eni-attach-") else {
            throw .invalidValue(text, for: "AttachmentId", "eni-attach- and 17 hexadecimal digits")
        }
        throw EC2Error(
            code: "InvalidAttachmentID.NotFound", message: "The attachment ID '\(text)' does not exist")
    }
}

extension String {
    /// Whether this is a prefix with 8 or 17 hexadecimal digits.
    func isID(_ prefix: String) -> Bool {
        let digits = dropFirst(prefix.count)
        return hasPrefix(prefix) && [8, 17].contains(digits.count)
            && digits.allSatisfy { $0.isHexDigit && $0.isASCII && !$0.isUppercase }
    }
}
