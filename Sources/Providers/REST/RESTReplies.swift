import Addressing
import Pool

/// The replies of the API, as `Config/openapi.yaml` describes them: members that are not named here are ignored.
enum RESTReplies {
    struct Instance: Decodable, Sendable {
        struct Limits: Decodable, Sendable {
            let enis: Int
            let ipv4PerENI: Int
            let ipv6PerENI: Int
            let supportsPrefixes: Bool
            let vCPUs: Int?
        }

        let id: String
        let type: String
        let zone: String
        let primaryInterface: ENIID
        let limits: Limits
        let networks: [IPv4Network]
        /// A cloud without IPv6 need not have the member.
        let ipv6Networks: [IPv6Network]?
    }

    struct Attachment: Decodable, Sendable {
        enum State: String, Decodable, Sendable {
            case attaching, attached, detaching
        }

        let instance: String
        let deviceIndex: Int
        let networkCard: Int
        let state: State
        let deleteOnTermination: Bool
    }

    struct Interface: Decodable, Sendable {
        let id: ENIID
        let mac: MACAddress
        let subnet: SubnetID
        let subnetCIDR: IPv4Network
        let primaryAddress: IPv4Address
        let ipv6Address: IPv6Address?
        let secondaryAddresses: [IPv4Address]
        let prefixes: [IPv4Network]
        /// A cloud without IPv6 need not have the member.
        let ipv6Prefixes: [IPv6Network]?
        let tags: [String: String]
        let attachment: Attachment?
    }

    struct Subnet: Decodable, Sendable {
        let id: SubnetID
        let cidr: IPv4Network
        let ipv6CIDR: IPv6Network?
        let zone: String
        let freeAddresses: Int
        let tags: [String: String]
    }

    struct Page<Item: Decodable & Sendable>: Decodable, Sendable {
        let items: [Item]
        let nextCursor: String?
    }

    struct Addresses: Decodable, Sendable {
        let addresses: [IPv4Address]
    }

    struct Prefixes: Decodable, Sendable {
        let prefixes: [IPv4Network]
    }

    struct IPv6Prefixes: Decodable, Sendable {
        let ipv6Prefixes: [IPv6Network]
    }
}

extension NodeView {
    init(_ instance: RESTReplies.Instance) {
        self.init(
            instanceID: instance.id, instanceType: instance.type, zone: instance.zone,
            primaryENI: instance.primaryInterface,
            limits: NodeLimits(
                enis: instance.limits.enis, ipv4PerENI: instance.limits.ipv4PerENI,
                ipv6PerENI: instance.limits.ipv6PerENI, supportsPrefixes: instance.limits.supportsPrefixes,
                vCPUs: instance.limits.vCPUs),
            networks: instance.networks, ipv6Networks: instance.ipv6Networks ?? [])
    }
}

extension InterfaceView {
    init(_ interface: RESTReplies.Interface) {
        let attachment: Attachment =
            switch interface.attachment.map({ ($0.state, $0.deviceIndex) }) {
            case nil: .detached
            case (.attaching, let index)?: .attaching(deviceIndex: index)
            case (.attached, let index)?: .attached(deviceIndex: index)
            case (.detaching, _)?: .detaching
            }
        self.init(
            id: interface.id, mac: interface.mac, subnet: interface.subnet, subnetCIDR: interface.subnetCIDR,
            attachment: attachment, networkCard: interface.attachment?.networkCard ?? 0,
            primaryAddress: interface.primaryAddress, ipv6Address: interface.ipv6Address,
            secondaryAddresses: interface.secondaryAddresses, prefixes: interface.prefixes,
            ipv6Prefixes: interface.ipv6Prefixes ?? [], tags: interface.tags)
    }
}

extension SubnetView {
    init(_ subnet: RESTReplies.Subnet) {
        self.init(
            id: subnet.id, cidr: subnet.cidr, ipv6CIDR: subnet.ipv6CIDR, zone: subnet.zone,
            freeAddresses: subnet.freeAddresses, tags: subnet.tags)
    }
}
