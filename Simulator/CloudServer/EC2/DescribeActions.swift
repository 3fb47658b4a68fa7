import InstanceLimits
import ModelVPC

struct DescribeNetworkInterfaces: EC2Action {
    struct Reply: Encodable {
        let networkInterfaceSet: ItemSet<NetworkInterfaceElement>
        let nextToken: String?
    }

    private let ids: [ModelVPC.InterfaceID]
    private let filters: Filters
    private let page: Page

    init(_ form: inout QueryForm) throws(EC2Error) {
        ids = try form.list("NetworkInterfaceId") { id throws(EC2Error) in try .init(ec2: try id.text()) }
        filters = try Filters(&form)
        page = try Page(&form, sizes: 5...1000, withIDs: !ids.isEmpty)
    }

    func reply(in cloud: EC2Cloud) async throws -> Reply {
        // What an index of the model can tell need not be searched.
        let request: ModelVPC.Request =
            if !ids.isEmpty {
                .describeInterfaces(ids)
            } else if let instances = filters.exactValues(of: "attachment.instance-id") {
                .searchInterfaces(.attached(to: instances.map(ModelVPC.InstanceID.init)))
            } else if let tag = filters.exactTag {
                .searchInterfaces(.tagged(tag.values.map { ModelVPC.Tag(key: tag.key, value: $0) }))
            } else {
                .searchInterfaces(.all)
            }
        guard case .interfaces(let candidates) = try await cloud.ask(request) else { throw UnexpectedReply() }
        let selected = try filters.select(candidates, DescribeNetworkInterfaces.property)
        let (interfaces, next) = page.cut(selected) { "\($0.id)" }
        return Reply(networkInterfaceSet: ItemSet(interfaces.map(NetworkInterfaceElement.init)), nextToken: next)
    }

    private static func property(_ name: String) -> ((ModelVPC.InterfaceDescription) -> [String])? {
        switch name {
        case "network-interface-id": { ["\($0.id)"] }
        case "status": { [$0.status] }
        case "subnet-id": { [$0.subnet.rawValue] }
        case "vpc-id": { _ in [Account.vpc] }
        case "availability-zone": { [$0.zone] }
        case "mac-address": { ["\($0.mac)"] }
        case "description": { [$0.text] }
        case "group-id": { $0.securityGroups }
        case "private-ip-address": { ["\($0.primaryAddress)"] }
        case "addresses.private-ip-address":
            { ([$0.primaryAddress] + $0.secondaryAddresses).map(\.description) }
        case "attachment.instance-id": { $0.attachment.map { [$0.instance.rawValue] } ?? [] }
        case "attachment.attachment-id": { $0.attachment.map { ["\($0.id)"] } ?? [] }
        case "attachment.status": { $0.attachment.map { [$0.state.rawValue] } ?? [] }
        case "attachment.device-index": { $0.attachment.map { ["\($0.deviceIndex)"] } ?? [] }
        default:
            Filters.tagProperty(name).map { values in { values($0.tags) } }
        }
    }
}

struct DescribeSubnets: EC2Action {
    struct IPv6BlockState: Encodable {
        let state = "associated"
    }

    struct IPv6Block: Encodable {
        let associationId: String
        let ipv6CidrBlock: String
        let ipv6CidrBlockState = IPv6BlockState()
    }

    struct Subnet: Encodable {
        let subnetId: String
        let state = "available"
        let vpcId = Account.vpc
        let ownerId = Account.id
        let cidrBlock: String
        let ipv6CidrBlockAssociationSet: ItemSet<IPv6Block>
        let assignIpv6AddressOnCreation = false
        let availableIpAddressCount: Int
        let availabilityZone: String
        let defaultForAz = false
        let mapPublicIpOnLaunch = false
        let tagSet: ItemSet<TagElement>
    }

    struct Reply: Encodable {
        let subnetSet: ItemSet<Subnet>
        let nextToken: String?
    }

    private let ids: [String]
    private let filters: Filters
    private let page: Page

    init(_ form: inout QueryForm) throws(EC2Error) {
        ids = try form.list("SubnetId") { id throws(EC2Error) in try id.text() }
        filters = try Filters(&form)
        page = try Page(&form, sizes: 5...1000, withIDs: !ids.isEmpty)
    }

    func reply(in cloud: EC2Cloud) async throws -> Reply {
        guard case .subnets(let all) = try await cloud.ask(.describeSubnets) else { throw UnexpectedReply() }
        for id in ids where !all.contains(where: { $0.id.rawValue == id }) {
            throw ModelVPC.Failure.subnetNotFound(.init(rawValue: id))
        }
        let asked = all.filter { ids.isEmpty || ids.contains($0.id.rawValue) }
        let selected = try filters.select(asked, DescribeSubnets.property)
        let (subnets, next) = page.cut(selected) { $0.id.rawValue }
        return Reply(
            subnetSet: ItemSet(
                subnets.map {
                    Subnet(
                        subnetId: $0.id.rawValue, cidrBlock: "\($0.cidr)",
                        ipv6CidrBlockAssociationSet: ItemSet(DescribeSubnets.ipv6Blocks(of: $0)),
                        availableIpAddressCount: $0.freeAddresses, availabilityZone: $0.zone,
                        tagSet: TagElement.set($0.tags))
                }), nextToken: next)
    }

    private static func ipv6Blocks(of subnet: ModelVPC.SubnetDescription) -> [IPv6Block] {
        guard let cidr = subnet.ipv6CIDR else { return [] }
        return [IPv6Block(associationId: "subnet-cidr-assoc-" + subnet.id.rawValue, ipv6CidrBlock: "\(cidr)")]
    }

    private static func property(_ name: String) -> ((ModelVPC.SubnetDescription) -> [String])? {
        switch name {
        case "subnet-id": { [$0.id.rawValue] }
        case "vpc-id": { _ in [Account.vpc] }
        case "state": { _ in ["available"] }
        case "availability-zone", "availabilityZone": { [$0.zone] }
        case "cidr-block", "cidrBlock", "cidr": { ["\($0.cidr)"] }
        case "ipv6-cidr-block-association.ipv6-cidr-block": { $0.ipv6CIDR.map { ["\($0)"] } ?? [] }
        case "available-ip-address-count": { ["\($0.freeAddresses)"] }
        default:
            Filters.tagProperty(name).map { values in { values($0.tags) } }
        }
    }
}

/// The model answered with the reply of another request.
struct UnexpectedReply: Error {}
