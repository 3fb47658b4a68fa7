import Addressing
import ModelVPC

/// Assigns /80 prefixes: the one single IPv6 address that interfaces of this cloud have is that of their launch.
struct AssignIpv6Addresses: EC2Action {
    struct Reply: Encodable {
        let networkInterfaceId: String
        let assignedIpv6PrefixSet: ItemSet<String>
    }

    private let interface: ModelVPC.InterfaceID
    private let prefixes: ModelVPC.IPv6Prefixes

    init(_ form: inout QueryForm) throws(EC2Error) {
        interface = try .init(ec2: try form.required("NetworkInterfaceId"))
        guard try form.ipv6Addresses().isEmpty, try form.integer("Ipv6AddressCount", in: 0...Int(Int32.max)) ?? 0 == 0
        else { throw .singleIPv6Addresses }
        prefixes = try form.selection(given: try form.ipv6Prefixes(), count: "Ipv6PrefixCount")
        guard prefixes != .count(0) else { throw .missingParameter("Ipv6Prefix or Ipv6PrefixCount") }
    }

    func reply(in cloud: EC2Cloud) async throws -> Reply {
        guard
            case .ipv6Prefixes(let assigned) = try await cloud.ask(
                .assignIPv6Prefixes(interface, prefixes, token: nil))
        else { throw UnexpectedReply() }
        return Reply(
            networkInterfaceId: "\(interface)", assignedIpv6PrefixSet: ItemSet(assigned.map(\.description)))
    }
}

struct UnassignIpv6Addresses: EC2Action {
    struct Reply: Encodable {
        let networkInterfaceId: String
        let unassignedIpv6PrefixSet: ItemSet<String>
    }

    private let interface: ModelVPC.InterfaceID
    private let prefixes: [IPv6Network]

    init(_ form: inout QueryForm) throws(EC2Error) {
        interface = try .init(ec2: try form.required("NetworkInterfaceId"))
        guard try form.ipv6Addresses().isEmpty else { throw .singleIPv6Addresses }
        prefixes = try form.ipv6Prefixes()
        guard !prefixes.isEmpty else { throw .missingParameter("Ipv6Prefix") }
    }

    func reply(in cloud: EC2Cloud) async throws -> Reply {
        _ = try await cloud.ask(.unassignIPv6Prefixes(interface, prefixes, strictly: true))
        return Reply(
            networkInterfaceId: "\(interface)", unassignedIpv6PrefixSet: ItemSet(prefixes.map(\.description)))
    }
}

extension QueryForm {
    /// The list `Ipv6Prefix.N`.
    fileprivate mutating func ipv6Prefixes() throws(EC2Error) -> [IPv6Network] {
        try list("Ipv6Prefix") { element throws(EC2Error) in
            try element.element("a /80 network with host bits zero")
        }
    }

    /// The list `Ipv6Addresses.N`.
    fileprivate mutating func ipv6Addresses() throws(EC2Error) -> [String] {
        try list("Ipv6Addresses") { element throws(EC2Error) in try element.text() }
    }
}

extension EC2Error {
    fileprivate static let singleIPv6Addresses = EC2Error(
        code: "UnsupportedOperation",
        message: "This server assigns IPv6 prefixes (Ipv6Prefix, Ipv6PrefixCount), and no single IPv6 addresses")
}
