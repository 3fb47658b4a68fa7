import Addressing
import Timekeeping

@testable import ModelVPC

typealias Failure = ModelVPC.Failure

/// A VPC with two subnets in zone a, one in zone b, and one node with 3 interfaces of 4 addresses, driven by a clock
/// that the test moves.
final class TestCloud {
    static let subnet = ModelVPC.SubnetID(rawValue: "subnet-a")
    /// A /28: 11 addresses can be given.
    static let tiny = ModelVPC.SubnetID(rawValue: "subnet-tiny")
    static let elsewhere = ModelVPC.SubnetID(rawValue: "subnet-b")
    static let node = ModelVPC.InstanceID(rawValue: "i-1")

    var vpc: ModelVPC
    var now: Instant = .origin

    init(
        _ settings: ModelVPC.Settings = .init(), throttling: ModelVPC.Throttling = .init(),
        faults: [ModelVPC.FaultRule] = [], seed: UInt64 = 1
    ) throws {
        vpc = ModelVPC(
            cidr: IPv4Network("10.0.0.0/16")!, settings: settings, throttling: throttling, faults: faults, seed: seed)
        try vpc.addSubnet(
            TestCloud.subnet, cidr: IPv4Network("10.0.1.0/24")!, ipv6CIDR: IPv6Network("2001:db8:0:1::/64")!, zone: "a")
        try vpc.addSubnet(TestCloud.tiny, cidr: IPv4Network("10.0.2.0/28")!, zone: "a")
        try vpc.addSubnet(TestCloud.elsewhere, cidr: IPv4Network("10.0.3.0/24")!, zone: "b")
        try vpc.launch(
            TestCloud.node, type: "t3.small", limits: .init(interfaces: 3, ipv4PerInterface: 4, ipv6PerInterface: 3),
            in: TestCloud.subnet, at: now)
    }

    /// The node's primary interface.
    var primary: ModelVPC.InterfaceID { get throws { try vpc.instance(TestCloud.node).primaryInterface } }

    func respond(
        _ request: ModelVPC.Request, from caller: ModelVPC.InstanceID = TestCloud.node
    ) -> ModelVPC.Response {
        vpc.handle(request, from: caller, at: now)
    }

    @discardableResult
    func ask(_ request: ModelVPC.Request) throws(Failure) -> ModelVPC.Reply {
        try respond(request).result.get()
    }

    @discardableResult
    func create(
        in subnet: ModelVPC.SubnetID = TestCloud.subnet, _ secondary: ModelVPC.Addresses = .count(0),
        prefixes: ModelVPC.Prefixes = .count(0), tags: [String: String] = [:], token: String? = nil
    ) throws -> ModelVPC.InterfaceDescription {
        guard
            case .interface(let interface) = try ask(
                .createInterface(.init(in: subnet, secondary: secondary, prefixes: prefixes, tags: tags), token: token))
        else { throw OtherReply() }
        return interface
    }

    @discardableResult
    func assign(
        _ interface: ModelVPC.InterfaceID, _ addresses: ModelVPC.Addresses, token: String? = nil
    ) throws -> [IPv4Address] {
        guard case .addresses(let assigned) = try ask(.assign(interface, addresses, token: token)) else {
            throw OtherReply()
        }
        return assigned
    }

    @discardableResult
    func assignPrefixes(
        _ interface: ModelVPC.InterfaceID, _ prefixes: ModelVPC.Prefixes, token: String? = nil
    ) throws -> [IPv4Network] {
        guard case .prefixes(let assigned) = try ask(.assignPrefixes(interface, prefixes, token: token)) else {
            throw OtherReply()
        }
        return assigned
    }

    @discardableResult
    func assignIPv6Prefixes(
        _ interface: ModelVPC.InterfaceID, _ prefixes: ModelVPC.IPv6Prefixes, token: String? = nil
    ) throws -> [IPv6Network] {
        guard case .ipv6Prefixes(let assigned) = try ask(.assignIPv6Prefixes(interface, prefixes, token: token)) else {
            throw OtherReply()
        }
        return assigned
    }

    @discardableResult
    func attach(_ interface: ModelVPC.InterfaceID, deviceIndex: Int) throws -> ModelVPC.AttachmentID {
        let request = ModelVPC.Request.attach(interface, to: TestCloud.node, deviceIndex: deviceIndex)
        guard case .attachment(let attachment) = try ask(request) else { throw OtherReply() }
        return attachment.id
    }

    func describe(_ ids: ModelVPC.InterfaceID...) throws -> [ModelVPC.InterfaceDescription] {
        guard case .interfaces(let interfaces) = try ask(.describeInterfaces(ids)) else { throw OtherReply() }
        return interfaces
    }

    func interfaces(orTagged tag: ModelVPC.Tag? = nil) throws -> [ModelVPC.InterfaceDescription] {
        guard case .interfaces(let interfaces) = try ask(.describeInterfacesOf(TestCloud.node, orTagged: tag)) else {
            throw OtherReply()
        }
        return interfaces
    }

    func freeAddresses(in subnet: ModelVPC.SubnetID = TestCloud.subnet) throws -> Int? {
        guard case .subnets(let subnets) = try ask(.describeSubnets) else { throw OtherReply() }
        return subnets.first { $0.id == subnet }?.freeAddresses
    }

    struct OtherReply: Error {}
}
