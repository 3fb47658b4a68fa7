import Addressing
import Identity
import Pool
import Timekeeping

/// A cloud and the kernel of one node, as simple as can be: it knows which address is on which interface, and refuses
/// what a real cloud would refuse. It has no latency and no faults of its own; ``PoolWorld`` adds these.
struct NaiveCloud {
    static let subnet = SubnetID("subnet-1")
    static let cidr = IPv4Network("10.0.0.0/20")!
    static let primary = ENIID("eni-0")

    var limits: NodeLimits
    var interfaces: [ENIID: InterfaceView] = [:]
    /// The free addresses of the subnet. The last to come back is the first to go out again, which is the hardest on
    /// whoever holds on to an address that it gave back.
    var free: [IPv4Address]
    /// Interfaces made so far.
    private var made = 0

    init(limits: NodeLimits, subnetSize: Int = 4000) {
        self.limits = limits
        free = (4..<(4 + subnetSize)).reversed().map { NaiveCloud.cidr[$0] }
        let address = free.removeLast()
        interfaces[NaiveCloud.primary] = view(
            NaiveCloud.primary, address, [], .attached(deviceIndex: 0), tags: [:])
    }

    // MARK: What the pool asks for

    mutating func create(_ token: MutationToken, addressCount: Int) throws(ProviderError) -> InterfaceView {
        guard addressCount < limits.ipv4PerENI else { throw .limitReached(.addressesPerInterface) }
        guard free.count > addressCount else { throw .subnetExhausted(NaiveCloud.subnet) }
        made += 1
        let id = ENIID("eni-\(made)")
        let address = free.removeLast()
        let created = view(id, address, take(addressCount), .detached, tags: [ENITag.token: token.description])
        interfaces[id] = created
        return created
    }

    mutating func attach(_ eni: ENIID, deviceIndex: Int) throws(ProviderError) {
        let view = try existing(eni)
        guard view.attachment == .detached else { throw .incorrectState("\(eni) is attached") }
        guard attachedCount < limits.enis else { throw .limitReached(.interfaces) }
        guard !interfaces.values.contains(where: { $0.attachment == .attached(deviceIndex: deviceIndex) }) else {
            throw .incorrectState("device index \(deviceIndex) is in use")
        }
        interfaces[eni]?.attachment = .attached(deviceIndex: deviceIndex)
    }

    /// The kernel's part: an interface can be configured while it is attached.
    func configure(_ eni: ENIID) throws(ProviderError) {
        guard case .attached = try existing(eni).attachment else { throw .incorrectState("\(eni) is not attached") }
    }

    mutating func assign(_ eni: ENIID, count: Int) throws(ProviderError) -> [IPv4Address] {
        let view = try existing(eni)
        guard view.secondaryAddresses.count + count < limits.ipv4PerENI else {
            throw .limitReached(.addressesPerInterface)
        }
        guard free.count >= count else { throw .subnetExhausted(NaiveCloud.subnet) }
        let new = take(count)
        interfaces[eni]?.secondaryAddresses += new
        return new
    }

    mutating func unassign(_ eni: ENIID, _ addresses: [IPv4Address]) throws(ProviderError) {
        for address in try existing(eni).secondaryAddresses where addresses.contains(address) { free.append(address) }
        interfaces[eni]?.secondaryAddresses.removeAll { addresses.contains($0) }
    }

    mutating func detach(_ eni: ENIID) throws(ProviderError) {
        guard try existing(eni).attachment != .detached else { throw .incorrectState("\(eni) is not attached") }
        interfaces[eni]?.attachment = .detached
    }

    mutating func delete(_ eni: ENIID) throws(ProviderError) {
        let view = try existing(eni)
        guard view.attachment == .detached else { throw .incorrectState("\(eni) is attached") }
        interfaces[eni] = nil
        free += view.secondaryAddresses
        free.append(view.primaryAddress)
    }

    // MARK: What it shows

    var node: NodeView {
        NodeView(
            instanceID: "i-1", instanceType: "test", zone: "z", primaryENI: NaiveCloud.primary, limits: limits,
            networks: [NaiveCloud.cidr])
    }

    var subnets: [SubnetView] {
        [SubnetView(id: NaiveCloud.subnet, cidr: NaiveCloud.cidr, zone: "z", freeAddresses: free.count)]
    }

    var attachedCount: Int { interfaces.values.count { $0.attachment != .detached } }

    /// The pod addresses on each attached interface, by device index.
    var shape: [Int] {
        var shape: [Int: Int] = [:]
        for view in interfaces.values {
            if case .attached(let index) = view.attachment { shape[index] = view.secondaryAddresses.count }
        }
        return shape.sorted { $0.key < $1.key }.map(\.value)
    }

    /// Whether a packet to the address reaches the node through the interface.
    func serves(_ address: IPv4Address, on eni: ENIID) -> Bool {
        guard let view = interfaces[eni], case .attached = view.attachment else { return false }
        return view.secondaryAddresses.contains(address)
    }

    private mutating func take(_ count: Int) -> [IPv4Address] {
        let taken = Array(free.suffix(count).reversed())
        free.removeLast(count)
        return taken
    }

    private func existing(_ eni: ENIID) throws(ProviderError) -> InterfaceView {
        guard let view = interfaces[eni] else { throw .notFound(eni.description) }
        return view
    }

    private func view(
        _ id: ENIID, _ primary: IPv4Address, _ secondary: [IPv4Address], _ attachment: InterfaceView.Attachment,
        tags: [String: String]
    ) -> InterfaceView {
        InterfaceView(
            id: id, mac: .locallyAdministered(UInt64(made)), subnet: NaiveCloud.subnet,
            subnetCIDR: NaiveCloud.cidr, attachment: attachment, primaryAddress: primary,
            secondaryAddresses: secondary, tags: tags)
    }
}
