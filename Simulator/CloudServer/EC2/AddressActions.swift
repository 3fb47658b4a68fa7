import Addressing
import ModelVPC

/// Assigns addresses or prefixes, of which a call can have one kind.
struct AssignPrivateIpAddresses: EC2Action {
    struct Assigned: Encodable {
        let privateIpAddress: String
    }

    struct Reply: Encodable {
        let networkInterfaceId: String
        let assignedPrivateIpAddressesSet: ItemSet<Assigned>?
        let assignedIpv4PrefixSet: ItemSet<PrefixElement>?
        let `return` = true
    }

    private let interface: ModelVPC.InterfaceID
    private let request: ModelVPC.Request

    init(_ form: inout QueryForm) throws(EC2Error) {
        interface = try .init(ec2: try form.required("NetworkInterfaceId"))
        let addresses: ModelVPC.Addresses = try form.selection(
            given: try form.addresses(), count: "SecondaryPrivateIpAddressCount")
        let prefixes: ModelVPC.Prefixes = try form.selection(given: try form.prefixes(), count: "Ipv4PrefixCount")
        guard try form.bool("AllowReassignment") != true else {
            throw .invalidValue("true", for: "AllowReassignment", "this server moves no addresses between interfaces")
        }
        switch (addresses, prefixes) {
        case (.count(0), .count(0)):
            throw .missingParameter("PrivateIpAddress, SecondaryPrivateIpAddressCount, Ipv4Prefix or Ipv4PrefixCount")
        case (_, .count(0)): request = .assign(interface, addresses, token: nil)
        case (.count(0), _): request = .assignPrefixes(interface, prefixes, token: nil)
        default: throw .combination("addresses and prefixes cannot be assigned by the same call")
        }
    }

    func reply(in cloud: EC2Cloud) async throws -> Reply {
        switch try await cloud.ask(request) {
        case .addresses(let addresses):
            Reply(
                networkInterfaceId: "\(interface)",
                assignedPrivateIpAddressesSet: ItemSet(addresses.map { Assigned(privateIpAddress: "\($0)") }),
                assignedIpv4PrefixSet: nil)
        case .prefixes(let prefixes):
            Reply(
                networkInterfaceId: "\(interface)", assignedPrivateIpAddressesSet: nil,
                assignedIpv4PrefixSet: ItemSet(prefixes.map { PrefixElement(ipv4Prefix: "\($0)") }))
        default: throw UnexpectedReply()
        }
    }
}

struct UnassignPrivateIpAddresses: EC2Action {
    private let interface: ModelVPC.InterfaceID
    private let addresses: [IPv4Address]
    private let prefixes: [IPv4Network]

    init(_ form: inout QueryForm) throws(EC2Error) {
        interface = try .init(ec2: try form.required("NetworkInterfaceId"))
        addresses = try form.addresses()
        prefixes = try form.prefixes()
        guard !addresses.isEmpty || !prefixes.isEmpty else { throw .missingParameter("PrivateIpAddress or Ipv4Prefix") }
    }

    func reply(in cloud: EC2Cloud) async throws -> Done {
        _ = try await cloud.ask(.unassign(interface, addresses, prefixes: prefixes, strictly: true))
        return Done()
    }
}

extension QueryForm {
    /// The list `PrivateIpAddress.N`.
    fileprivate mutating func addresses() throws(EC2Error) -> [IPv4Address] {
        try list("PrivateIpAddress") { element throws(EC2Error) in try element.element("an IPv4 address") }
    }

    /// The list `Ipv4Prefix.N`.
    fileprivate mutating func prefixes() throws(EC2Error) -> [IPv4Network] {
        try list("Ipv4Prefix") { element throws(EC2Error) in
            try element.element("a /28 network with host bits zero")
        }
    }
}
