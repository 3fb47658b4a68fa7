import Addressing
import Pool

/// What EC2 answers, as far as this provider reads it. Names as in the replies' XML.
/// Source: EC2 API reference, version 2016-11-15, and the response shapes of its service model.

/// Any reply: the request's id, and the content beside it.
struct EC2Reply<Content: Decodable & Sendable>: Decodable, Sendable {
    let requestID: String?
    let content: Content

    private enum CodingKeys: String, CodingKey {
        case requestID = "requestId"
    }

    init(from decoder: any Decoder) throws {
        requestID = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(String.self, forKey: .requestID)
        content = try Content(from: decoder)
    }
}

/// The content of a reply that says no more than that it was done.
struct Done: Decodable, Sendable {
    init(from decoder: any Decoder) throws {}
}

/// A list, whose elements are all called `item`.
struct Items<Item: Decodable & Sendable>: Decodable, Sendable {
    let items: [Item]

    private enum CodingKeys: String, CodingKey {
        case items = "item"
    }

    init(from decoder: any Decoder) throws {
        items = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent([Item].self, forKey: .items) ?? []
    }
}

/// A reply that can continue on another page.
protocol Page: Decodable, Sendable {
    associatedtype Element: Sendable
    var elements: [Element] { get }
    var nextToken: String? { get }
}

struct DescribeInterfacesPage: Page {
    let networkInterfaceSet: Items<EC2Interface>?
    let nextToken: String?

    var elements: [EC2Interface] { networkInterfaceSet?.items ?? [] }
}

struct DescribeSubnetsPage: Page {
    let subnetSet: Items<EC2Subnet>?
    let nextToken: String?

    var elements: [EC2Subnet] { subnetSet?.items ?? [] }
}

struct DescribeInstancesReply: Decodable, Sendable {
    struct Reservation: Decodable, Sendable {
        let instancesSet: Items<EC2Instance>?
    }

    let reservationSet: Items<Reservation>?

    var instances: [EC2Instance] { (reservationSet?.items ?? []).flatMap { $0.instancesSet?.items ?? [] } }
}

struct DescribeInstanceTypesReply: Decodable, Sendable {
    let instanceTypeSet: Items<EC2InstanceType>?
}

struct CreateInterfaceReply: Decodable, Sendable {
    let networkInterface: EC2Interface
}

struct AssignAddressesReply: Decodable, Sendable {
    let assignedPrivateIpAddressesSet: Items<EC2Address>?
    let assignedIpv4PrefixSet: Items<EC2Prefix>?
}

struct AssignIPv6AddressesReply: Decodable, Sendable {
    let assignedIpv6PrefixSet: Items<String>?
}

struct EC2Tag: Decodable, Sendable {
    let key: String
    let value: String?
}

struct EC2Address: Decodable, Sendable {
    let privateIpAddress: String
    let primary: Bool?
}

struct EC2Prefix: Decodable, Sendable {
    let ipv4Prefix: String
}

struct EC2IPv6Address: Decodable, Sendable {
    let ipv6Address: String
    let isPrimaryIpv6: Bool?
}

struct EC2IPv6Prefix: Decodable, Sendable {
    let ipv6Prefix: String
}

struct EC2SecurityGroup: Decodable, Sendable {
    let groupId: String
}

struct EC2Interface: Decodable, Sendable {
    struct Attachment: Decodable, Sendable {
        let attachmentId: String
        let instanceId: String?
        let deviceIndex: Int?
        let networkCardIndex: Int?
        let status: String?
    }

    let networkInterfaceId: String
    let subnetId: String
    let macAddress: String
    /// An interface for IPv6 or EFA alone has none.
    let privateIpAddress: String?
    let privateIpAddressesSet: Items<EC2Address>?
    let ipv4PrefixSet: Items<EC2Prefix>?
    let ipv6AddressesSet: Items<EC2IPv6Address>?
    let ipv6PrefixSet: Items<EC2IPv6Prefix>?
    let groupSet: Items<EC2SecurityGroup>?
    let tagSet: Items<EC2Tag>?
    let attachment: Attachment?

    var id: ENIID { ENIID(networkInterfaceId) }
}

struct EC2Subnet: Decodable, Sendable {
    struct IPv6Block: Decodable, Sendable {
        struct State: Decodable, Sendable {
            let state: String
        }

        let ipv6CidrBlock: String
        let ipv6CidrBlockState: State?
    }

    let subnetId: String
    let cidrBlock: String
    let ipv6CidrBlockAssociationSet: Items<IPv6Block>?
    let availabilityZone: String
    let availableIpAddressCount: Int
    let tagSet: Items<EC2Tag>?
}

struct EC2Instance: Decodable, Sendable {
    struct Placement: Decodable, Sendable {
        let availabilityZone: String
    }

    struct Interface: Decodable, Sendable {
        struct Attachment: Decodable, Sendable {
            let deviceIndex: Int
            let networkCardIndex: Int?
        }

        let networkInterfaceId: String
        let attachment: Attachment
        let groupSet: Items<EC2SecurityGroup>?
    }

    let instanceId: String
    let instanceType: String
    let placement: Placement
    /// A terminated instance is in none.
    let vpcId: String?
    let networkInterfaceSet: Items<Interface>?

    /// The first device on card 0.
    var primaryInterface: Interface? {
        networkInterfaceSet?.items.first {
            $0.attachment.deviceIndex == 0 && $0.attachment.networkCardIndex ?? 0 == 0
        }
    }
}

struct EC2InstanceType: Decodable, Sendable {
    struct Processors: Decodable, Sendable {
        let defaultVCpus: Int?
    }

    struct NetworkInfo: Decodable, Sendable {
        let maximumNetworkInterfaces: Int
        let ipv4AddressesPerInterface: Int
        let ipv6AddressesPerInterface: Int?
        let networkCards: Items<NetworkCard>?
    }

    struct NetworkCard: Decodable, Sendable {
        let networkCardIndex: Int
        let maximumNetworkInterfaces: Int
    }

    let instanceType: String
    let vCpuInfo: Processors?
    let hypervisor: String?
    let bareMetal: Bool?
    let networkInfo: NetworkInfo
}
