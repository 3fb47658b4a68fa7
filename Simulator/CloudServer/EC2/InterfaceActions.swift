import Addressing
import ModelVPC

struct CreateNetworkInterface: EC2Action {
    struct Reply: Encodable {
        let networkInterface: NetworkInterfaceElement
        let clientToken: String?
    }

    private let new: ModelVPC.NewInterface
    private let token: String?

    init(_ form: inout QueryForm) throws(EC2Error) {
        var new = ModelVPC.NewInterface(in: .init(rawValue: try form.required("SubnetId")))
        new.primaryAddress = try form.value("PrivateIpAddress", "an IPv4 address")
        let given = try form.list("PrivateIpAddresses") { element throws(EC2Error) in
            let text = try element.required("PrivateIpAddress")
            guard let address = IPv4Address(text) else {
                throw .invalidValue(text, for: "PrivateIpAddress", "an IPv4 address")
            }
            return (address: address, isPrimary: try element.bool("Primary") ?? false)
        }
        let primaries = given.filter(\.isPrimary).map(\.address) + (new.primaryAddress.map { [$0] } ?? [])
        guard primaries.count <= 1 else { throw .combination("only one primary private IP address can be specified") }
        new.primaryAddress = primaries.first
        new.secondary = try form.selection(
            given: given.filter { !$0.isPrimary }.map(\.address), count: "SecondaryPrivateIpAddressCount")
        let prefixes = try form.list("Ipv4Prefix") { element throws(EC2Error) in
            let text = try element.required("Ipv4Prefix")
            guard let prefix = IPv4Network(text) else {
                throw EC2Error.invalidValue(text, for: "Ipv4Prefix", "a /28 network with host bits zero")
            }
            return prefix
        }
        new.prefixes = try form.selection(given: prefixes, count: "Ipv4PrefixCount")
        new.securityGroups = try form.list("SecurityGroupId") { group throws(EC2Error) in try group.text() }
        new.text = try form.string("Description", atMost: 255) ?? ""
        let specifications = try form.list("TagSpecification") { specification throws(EC2Error) in
            let type = try specification.required("ResourceType")
            guard type == "network-interface" else {
                throw .invalidValue(type, for: "ResourceType", "network-interface")
            }
            return try specification.tags()
        }
        new.tags = specifications.reduce(into: [:]) { $0.merge($1) { _, last in last } }
        token = try form.string("ClientToken", atMost: 64)
        self.new = new
    }

    func reply(in cloud: EC2Cloud) async throws -> Reply {
        guard case .interface(let interface) = try await cloud.ask(.createInterface(new, token: token)) else {
            throw UnexpectedReply()
        }
        return Reply(networkInterface: NetworkInterfaceElement(interface), clientToken: token)
    }
}

struct AttachNetworkInterface: EC2Action {
    struct Reply: Encodable {
        let attachmentId: String
        let networkCardIndex = 0
    }

    private let interface: ModelVPC.InterfaceID
    private let instance: ModelVPC.InstanceID
    private let deviceIndex: Int

    init(_ form: inout QueryForm) throws(EC2Error) {
        interface = try .init(ec2: try form.required("NetworkInterfaceId"))
        instance = .init(rawValue: try form.required("InstanceId"))
        guard let index = try form.integer("DeviceIndex", in: 0...255) else { throw .missingParameter("DeviceIndex") }
        deviceIndex = index
        // The limits are those of network card 0.
        _ = try form.integer("NetworkCardIndex", in: 0...0)
    }

    func reply(in cloud: EC2Cloud) async throws -> Reply {
        let request = ModelVPC.Request.attach(interface, to: instance, deviceIndex: deviceIndex)
        guard case .attachment(let attachment) = try await cloud.ask(request) else { throw UnexpectedReply() }
        return Reply(attachmentId: "\(attachment.id)")
    }
}

struct DetachNetworkInterface: EC2Action {
    private let attachment: ModelVPC.AttachmentID

    init(_ form: inout QueryForm) throws(EC2Error) {
        attachment = try .init(ec2: try form.required("AttachmentId"))
        // The model detaches without the instance's help, so that there is nothing to force.
        _ = try form.bool("Force")
    }

    func reply(in cloud: EC2Cloud) async throws -> Done {
        _ = try await cloud.ask(.endAttachment(attachment))
        return Done()
    }
}

struct DeleteNetworkInterface: EC2Action {
    private let interface: ModelVPC.InterfaceID

    init(_ form: inout QueryForm) throws(EC2Error) {
        interface = try .init(ec2: try form.required("NetworkInterfaceId"))
    }

    func reply(in cloud: EC2Cloud) async throws -> Done {
        _ = try await cloud.ask(.delete(interface))
        return Done()
    }
}

/// Of the attributes, the one that matters to a pool of addresses.
struct ModifyNetworkInterfaceAttribute: EC2Action {
    private let interface: ModelVPC.InterfaceID
    private let attachment: ModelVPC.AttachmentID
    private let deleteOnTermination: Bool

    init(_ form: inout QueryForm) throws(EC2Error) {
        interface = try .init(ec2: try form.required("NetworkInterfaceId"))
        (attachment, deleteOnTermination) = try form.nested("Attachment") { change throws(EC2Error) in
            let id = try ModelVPC.AttachmentID(ec2: try change.required("AttachmentId"))
            guard let value = try change.bool("DeleteOnTermination") else {
                throw .missingParameter("Attachment.DeleteOnTermination")
            }
            return (id, value)
        }
    }

    func reply(in cloud: EC2Cloud) async throws -> Done {
        _ = try await cloud.ask(.setDeleteOnTermination(interface, deleteOnTermination, attachment: attachment))
        return Done()
    }
}

struct CreateTags: EC2Action {
    private let interfaces: [ModelVPC.InterfaceID]
    private let tags: [String: String]

    init(_ form: inout QueryForm) throws(EC2Error) {
        interfaces = try form.list("ResourceId") { id throws(EC2Error) in
            let text = try id.text()
            guard text.hasPrefix("eni-") else {
                throw EC2Error(code: "InvalidID", message: "The ID '\(text)' is not valid: only interfaces bear tags")
            }
            return try .init(ec2: text)
        }
        guard !interfaces.isEmpty else { throw .missingParameter("ResourceId") }
        tags = try form.tags()
        guard !tags.isEmpty else { throw .missingParameter("Tag") }
    }

    func reply(in cloud: EC2Cloud) async throws -> Done {
        _ = try await cloud.ask(.tag(interfaces, tags))
        return Done()
    }
}

extension QueryForm {
    /// The list `Tag.N`.
    fileprivate mutating func tags() throws(EC2Error) -> [String: String] {
        let tags = try list("Tag") { tag throws(EC2Error) in
            let key = try tag.required("Key")
            guard key.utf16.count <= 128, !key.hasPrefix("aws:") else {
                throw EC2Error.invalidValue(key, for: "Key", "at most 128 characters, not beginning with aws:")
            }
            let value = tag.string("Value") ?? ""
            guard value.utf16.count <= 256 else {
                throw EC2Error.invalidValue(value, for: "Value", "at most 256 characters")
            }
            return (key, value)
        }
        return Dictionary(tags) { _, last in last }
    }

    /// What is given, or a number of the cloud's choice, but not both.
    mutating func selection<Item>(
        given: [Item], count name: String
    ) throws(EC2Error) -> ModelVPC.Selection<Item> {
        let count = try integer(name, in: 0...Int(Int32.max))
        guard given.isEmpty || count == nil else {
            throw .combination("\(name) cannot be specified together with what it counts")
        }
        return given.isEmpty ? .count(count ?? 0) : .these(given)
    }
}
