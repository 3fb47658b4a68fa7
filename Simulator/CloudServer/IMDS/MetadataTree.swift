import FoundationEssentials
import JSON
import ModelVPC
import Timekeeping

/// What the metadata service tells an instance: texts at the leaves of a tree of paths.
///
/// Source of the paths: EC2 user guide, "Access instance metadata for an EC2 instance".
struct MetadataTree {
    private var leaves: [[String]: String] = [:]

    /// - Returns: `nil` where there is no such instance.
    init?(of id: ModelVPC.InstanceID, in state: CloudState) async throws {
        let found = try await state.look { vpc in
            (try? vpc.instance(id)).map { ($0, vpc.interfacesInSight(of: id), vpc) }
        }
        guard let (instance, interfaces, vpc) = found else { return nil }
        let region = state.configuration.region
        let primary = interfaces.first { $0.id == instance.primaryInterface }
        add("meta-data/instance-id", id.rawValue)
        add("meta-data/instance-type", instance.type)
        add("meta-data/placement/availability-zone", instance.zone)
        add("meta-data/placement/region", region)
        add("meta-data/mac", primary.map { "\($0.mac)" })
        add("meta-data/local-ipv4", primary.map { "\($0.primaryAddress)" })
        for interface in interfaces {
            add(interface, in: vpc)
        }
        if let role = state.keys.role, let key = state.keys.roleKey(of: id), let expires = key.expires {
            let path = "meta-data/iam/security-credentials/\(role.name)"
            let issued = expires.addingTimeInterval(-role.lifetime.inSeconds)
            add(path, MetadataTree.document(of: key.credential, issued: issued, expires: expires))
        }
        let document: JSONValue = [
            "accountId": .string(Account.id), "architecture": "x86_64", "availabilityZone": .string(instance.zone),
            "instanceId": .string(id.rawValue), "instanceType": .string(instance.type),
            "privateIp": primary.map { .string("\($0.primaryAddress)") } ?? .null, "region": .string(region),
            "version": "2017-09-30",
        ]
        add("dynamic/instance-identity/document", document.text())
    }

    private mutating func add(_ path: String, _ text: String?) {
        leaves[path.split(separator: "/").map(String.init)] = text
    }

    private mutating func add(_ interface: ModelVPC.InterfaceDescription, in vpc: ModelVPC) {
        func lines(_ values: [any CustomStringConvertible]) -> String {
            values.map(\.description).joined(separator: "\n")
        }
        let base = "meta-data/network/interfaces/macs/\(interface.mac)/"
        add(base + "device-number", interface.attachment.map { "\($0.deviceIndex)" })
        add(base + "interface-id", "\(interface.id)")
        add(base + "local-ipv4s", lines([interface.primaryAddress] + interface.secondaryAddresses))
        add(base + "mac", "\(interface.mac)")
        add(base + "owner-id", Account.id)
        add(base + "subnet-id", interface.subnet.rawValue)
        add(base + "subnet-ipv4-cidr-block", "\(interface.subnetCIDR)")
        add(base + "vpc-id", Account.vpc)
        add(base + "vpc-ipv4-cidr-block", "\(vpc.cidr)")
        add(base + "vpc-ipv4-cidr-blocks", "\(vpc.cidr)")
        let lists: [(name: String, values: [any CustomStringConvertible])] = [
            ("ipv4-prefix", interface.prefixes), ("ipv6-prefix", interface.ipv6Prefixes),
            ("ipv6s", interface.ipv6Address.map { [$0] } ?? []), ("security-group-ids", interface.securityGroups),
            ("subnet-ipv6-cidr-blocks", interface.subnetIPv6CIDR.map { [$0] } ?? []),
            ("vpc-ipv6-cidr-blocks", vpc.ipv6Networks),
        ]
        // What there is none of has no path.
        for list in lists where !list.values.isEmpty { add(base + list.name, lines(list.values)) }
    }

    private static func document(
        of credential: CloudConfiguration.Credential, issued: Date, expires: Date
    ) -> String {
        let document: JSONValue = [
            "Code": "Success", "LastUpdated": .string(issued.formatted(.iso8601)), "Type": "AWS-HMAC",
            "AccessKeyId": .string(credential.accessKeyID), "SecretAccessKey": .string(credential.secretAccessKey),
            "Token": .string(credential.sessionToken ?? ""), "Expiration": .string(expires.formatted(.iso8601)),
        ]
        return document.text()
    }

    /// The text at a path. For one with more below it: their names, a line each, directories with a slash.
    ///
    /// - Parameter isListing: the path ends with a slash, so it must have more below it.
    /// - Returns: `nil` where there is nothing.
    func value(at path: [String], isListing: Bool) -> String? {
        if !isListing, let text = leaves[path] { return text }
        var names: Set<String> = []
        for leaf in leaves.keys where leaf.count > path.count && leaf.starts(with: path) {
            names.insert(leaf[path.count] + (leaf.count > path.count + 1 ? "/" : ""))
        }
        return names.isEmpty ? nil : names.sorted().joined(separator: "\n")
    }
}
