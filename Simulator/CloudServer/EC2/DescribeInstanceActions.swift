import InstanceLimits
import ModelVPC

struct DescribeInstances: EC2Action {
    struct State: Encodable {
        let code = 16
        let name = "running"
    }

    struct Placement: Encodable {
        let availabilityZone: String
        let tenancy = "default"
    }

    struct Instance: Encodable {
        let instanceId: String
        let imageId = "ami-00000000000000001"
        let instanceState = State()
        let instanceType: String
        let placement: Placement
        let subnetId: String?
        let vpcId = Account.vpc
        let privateIpAddress: String?
        let networkInterfaceSet: ItemSet<NetworkInterfaceElement>
        let tagSet = ItemSet<TagElement>([])
    }

    struct Reservation: Encodable {
        let reservationId: String
        let ownerId = Account.id
        let instancesSet: ItemSet<Instance>
    }

    struct Reply: Encodable {
        let reservationSet: ItemSet<Reservation>
        let nextToken: String?
    }

    private let ids: [ModelVPC.InstanceID]
    private let filters: Filters
    private let page: Page

    init(_ form: inout QueryForm) throws(EC2Error) {
        ids = try form.list("InstanceId") { id throws(EC2Error) in .init(rawValue: try id.text()) }
        filters = try Filters(&form)
        page = try Page(&form, sizes: 5...1000, withIDs: !ids.isEmpty)
    }

    func reply(in cloud: EC2Cloud) async throws -> Reply {
        guard case .instances(let asked) = try await cloud.ask(.describeInstances(ids.isEmpty ? nil : ids)) else {
            throw UnexpectedReply()
        }
        let selected = try filters.select(asked, DescribeInstances.property)
        let (instances, next) = page.cut(selected) { $0.instance.id.rawValue }
        return Reply(reservationSet: ItemSet(instances.map(DescribeInstances.reservation)), nextToken: next)
    }

    /// Each instance was launched by a call of its own.
    private static func reservation(_ described: ModelVPC.InstanceDescription) -> Reservation {
        let primary = described.primary
        return Reservation(
            reservationId: "r-" + described.instance.id.rawValue,
            instancesSet: ItemSet([
                Instance(
                    instanceId: described.instance.id.rawValue, instanceType: described.instance.type,
                    placement: Placement(availabilityZone: described.instance.zone),
                    subnetId: primary?.subnet.rawValue, privateIpAddress: primary.map { "\($0.primaryAddress)" },
                    networkInterfaceSet: ItemSet(described.interfaces.map(NetworkInterfaceElement.init)))
            ]))
    }

    private static func property(_ name: String) -> ((ModelVPC.InstanceDescription) -> [String])? {
        switch name {
        case "instance-id": { [$0.instance.id.rawValue] }
        case "instance-type": { [$0.instance.type] }
        case "instance-state-name": { _ in ["running"] }
        case "availability-zone": { [$0.instance.zone] }
        case "vpc-id": { _ in [Account.vpc] }
        case "subnet-id": { $0.primary.map { [$0.subnet.rawValue] } ?? [] }
        case "private-ip-address": { $0.primary.map { ["\($0.primaryAddress)"] } ?? [] }
        case "network-interface.network-interface-id": { $0.interfaces.map { "\($0.id)" } }
        default: nil
        }
    }
}

extension ModelVPC.InstanceDescription {
    fileprivate var primary: ModelVPC.InterfaceDescription? {
        interfaces.first { $0.id == instance.primaryInterface }
    }
}

struct DescribeInstanceTypes: EC2Action {
    struct Processors: Encodable {
        let defaultVCpus: Int
    }

    struct Memory: Encodable {
        let sizeInMiB: Int
    }

    struct Card: Encodable {
        let networkCardIndex = 0
        let maximumNetworkInterfaces: Int
    }

    struct Network: Encodable {
        let maximumNetworkInterfaces: Int
        let maximumNetworkCards = 1
        let defaultNetworkCardIndex = 0
        let networkCards: ItemSet<Card>
        let ipv4AddressesPerInterface: Int
        let ipv6AddressesPerInterface: Int
        let ipv6Supported: Bool
    }

    struct InstanceTypeElement: Encodable {
        let instanceType: String
        let bareMetal: Bool
        let hypervisor: String?
        let vCpuInfo: Processors?
        let memoryInfo: Memory?
        let networkInfo: Network
    }

    struct Reply: Encodable {
        let instanceTypeSet: ItemSet<InstanceTypeElement>
        let nextToken: String?
    }

    private let names: [String]
    private let filters: Filters
    private let page: Page

    init(_ form: inout QueryForm) throws(EC2Error) {
        names = try form.list("InstanceType") { name throws(EC2Error) in try name.text() }
        filters = try Filters(&form)
        page = try Page(&form, sizes: 5...100, withIDs: !names.isEmpty)
    }

    func reply(in cloud: EC2Cloud) async throws -> Reply {
        guard case .instanceTypes(let own) = try await cloud.ask(.describeInstanceTypes) else {
            throw UnexpectedReply()
        }
        var types: [InstanceTypeElement] = []
        if names.isEmpty {
            types = InstanceType.all.filter { own[$0.name] == nil }.map { .init($0) }
            types += own.map { .init($0, $1) }
        }
        for name in names {
            // An instance's own limits come first: they are what the cloud keeps to.
            if let limits = own[name] {
                types.append(.init(name, limits))
            } else if let type = try? InstanceType(named: name) {
                types.append(.init(type))
            } else {
                throw EC2Error(
                    code: "InvalidInstanceType",
                    message: "The following supplied instance types do not exist: [\(name)]")
            }
        }
        let selected = try filters.select(types, DescribeInstanceTypes.property)
        let (shown, next) = page.cut(selected) { $0.instanceType }
        return Reply(instanceTypeSet: ItemSet(shown), nextToken: next)
    }

    private static func property(_ name: String) -> ((InstanceTypeElement) -> [String])? {
        switch name {
        case "instance-type": { [$0.instanceType] }
        case "bare-metal": { ["\($0.bareMetal)"] }
        case "hypervisor": { $0.hypervisor.map { [$0] } ?? [] }
        default: nil
        }
    }
}

extension DescribeInstanceTypes.InstanceTypeElement {
    fileprivate init(_ type: InstanceType) {
        self.init(
            type, instanceType: type.name, limits: ModelVPC.Limits(type), hypervisor: type.hypervisor?.rawValue)
    }

    /// A type as the instances of this cloud have it.
    fileprivate init(_ name: String, _ limits: ModelVPC.Limits) {
        let type = try? InstanceType(named: name)
        // What has no prefixes is built on Xen; see ModelVPC.Limits.
        let hypervisor = limits.supportsPrefixes ? (type?.isBareMetal == true ? nil : "nitro") : "xen"
        self.init(type, instanceType: name, limits: limits, hypervisor: hypervisor)
    }

    private init(_ type: InstanceType?, instanceType: String, limits: ModelVPC.Limits, hypervisor: String?) {
        self.init(
            instanceType: instanceType, bareMetal: hypervisor == nil, hypervisor: hypervisor,
            vCpuInfo: limits.vCPUs.map { .init(defaultVCpus: $0) },
            memoryInfo: type.map { .init(sizeInMiB: $0.memoryMiB) },
            networkInfo: .init(
                maximumNetworkInterfaces: limits.interfaces,
                networkCards: ItemSet([.init(maximumNetworkInterfaces: limits.interfaces)]),
                ipv4AddressesPerInterface: limits.ipv4PerInterface,
                ipv6AddressesPerInterface: limits.ipv6PerInterface, ipv6Supported: limits.ipv6PerInterface > 0))
    }
}
