import Addressing
import JSON
import ModelVPC

/// What the cloud shows, as the API's JSON.

extension JSONValue {
    init(_ instance: ModelVPC.Instance, in vpc: ModelVPC) {
        var limits: JSONObject = [
            "enis": .integer(Int64(instance.limits.interfaces)),
            "ipv4PerENI": .integer(Int64(instance.limits.ipv4PerInterface)),
            "ipv6PerENI": .integer(Int64(instance.limits.ipv6PerInterface)),
            "supportsPrefixes": .bool(instance.limits.supportsPrefixes),
        ]
        limits["vCPUs"] = instance.limits.vCPUs.map { .integer(Int64($0)) }
        self = [
            "id": .string(instance.id.rawValue), "type": .string(instance.type), "zone": .string(instance.zone),
            "primaryInterface": .string("\(instance.primaryInterface)"),
            "limits": .object(limits), "networks": [.string("\(vpc.cidr)")],
            "ipv6Networks": JSONValue(list: vpc.ipv6Networks),
        ]
    }

    init(_ interface: ModelVPC.InterfaceDescription) {
        var object: JSONObject = [
            "id": .string("\(interface.id)"), "mac": .string("\(interface.mac)"),
            "subnet": .string(interface.subnet.rawValue), "subnetCIDR": .string("\(interface.subnetCIDR)"),
            "primaryAddress": .string("\(interface.primaryAddress)"),
            "secondaryAddresses": JSONValue(list: interface.secondaryAddresses),
            "prefixes": JSONValue(list: interface.prefixes),
            "ipv6Prefixes": JSONValue(list: interface.ipv6Prefixes),
            "securityGroups": JSONValue(list: interface.securityGroups), "tags": JSONValue(tags: interface.tags),
        ]
        object["ipv6Address"] = interface.ipv6Address.map { .string("\($0)") }
        object["attachment"] = interface.attachment.map { JSONValue($0) }
        self = .object(object)
    }

    init(_ attachment: ModelVPC.AttachmentDescription) {
        self = [
            "instance": .string(attachment.instance.rawValue),
            "deviceIndex": .integer(Int64(attachment.deviceIndex)), "networkCard": 0,
            "state": .string(attachment.state.rawValue),
            "deleteOnTermination": .bool(attachment.deleteOnTermination),
        ]
    }

    init(_ subnet: ModelVPC.SubnetDescription) {
        var object: JSONObject = [
            "id": .string(subnet.id.rawValue), "cidr": .string("\(subnet.cidr)"), "zone": .string(subnet.zone),
            "freeAddresses": .integer(Int64(subnet.freeAddresses)), "tags": JSONValue(tags: subnet.tags),
        ]
        object["ipv6CIDR"] = subnet.ipv6CIDR.map { .string("\($0)") }
        self = .object(object)
    }

    init(list items: [some CustomStringConvertible]) {
        self = .array(items.map { .string($0.description) })
    }

    private init(tags: [String: String]) {
        self = .object(JSONObject(tags.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    }
}
