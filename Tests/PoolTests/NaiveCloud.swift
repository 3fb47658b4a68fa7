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
    /// A subnet for pods alone, of the same zone.
    static let podSubnet = SubnetID("subnet-2")
    static let podCIDR = IPv4Network("10.0.16.0/20")!
    private static let cidrs = [subnet: cidr, podSubnet: podCIDR]
    private static let ipv6CIDR = IPv6Network("2001:db8::/64")!

    var limits: NodeLimits
    var interfaces: [ENIID: InterfaceView] = [:]
    /// The free addresses of each subnet. The last to come back is the first to go out again, which is the hardest on
    /// whoever holds on to an address that it gave back.
    var frees: [SubnetID: [IPv4Address]]
    var subnetTags: [SubnetID: [String: String]] = [:]
    /// The free /80s, in the order of ``frees``; none in a cloud without IPv6.
    var freeIPv6: [IPv6Network] = []
    var subnetsWithoutIPv6: Set<SubnetID> = []
    private var hasIPv6: Bool { limits.ipv6PerENI > 0 }
    /// Interfaces made so far.
    private var made = 0

    /// - Parameter podSubnetSize: the free addresses of ``podSubnet``, which there is not without.
    init(limits: NodeLimits, subnetSize: Int = 4000, podSubnetSize: Int? = nil) {
        self.limits = limits
        frees = [NaiveCloud.subnet: NaiveCloud.addresses(NaiveCloud.cidr, subnetSize)]
        frees[NaiveCloud.podSubnet] = podSubnetSize.map { NaiveCloud.addresses(NaiveCloud.podCIDR, $0) }
        if limits.ipv6PerENI > 0 {
            freeIPv6 = (1...60).reversed().map { number in
                let base = NaiveCloud.ipv6CIDR.base.advanced(by: UInt128(number) << 48)
                return IPv6Network(containing: base, prefixLength: 80)
            }
        }
        let address = free.removeLast()
        interfaces[NaiveCloud.primary] = view(
            NaiveCloud.primary, NaiveCloud.subnet, address, .attached(deviceIndex: 0), tags: [:])
    }

    private static func addresses(_ cidr: IPv4Network, _ size: Int) -> [IPv4Address] {
        (4..<(4 + size)).reversed().map { cidr[$0] }
    }

    /// The free addresses of the node's own subnet.
    var free: [IPv4Address] {
        get { frees[NaiveCloud.subnet] ?? [] }
        set { frees[NaiveCloud.subnet] = newValue }
    }

    // MARK: What the pool asks for

    mutating func create(_ token: MutationToken, _ eni: NewENI) throws(ProviderError) -> InterfaceView {
        guard eni.count < limits.ipv4PerENI else { throw .limitReached(.addressesPerInterface) }
        guard let address = frees[eni.subnet]?.last else { throw .subnetExhausted(eni.subnet) }
        let before = self
        frees[eni.subnet]?.removeLast()
        made += 1
        let id = ENIID("eni-\(made)")
        interfaces[id] = view(id, eni.subnet, address, .detached, tags: [ENITag.token: token.description])
        do throws(ProviderError) {
            _ = try assign(id, eni.kind, count: eni.count)
        } catch {
            self = before
            throw error
        }
        return try existing(id)
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

    mutating func assign(_ eni: ENIID, _ kind: BlockKind, count: Int) throws(ProviderError) -> [Block] {
        let view = try existing(eni)
        if kind == .ipv6Prefix {
            guard view.ipv6Prefixes.count < limits.ipv6PerENI else { throw .limitReached(.addressesPerInterface) }
            guard !subnetsWithoutIPv6.contains(view.subnet) else { throw .incorrectState("\(view.subnet) has no IPv6") }
            guard let prefix = freeIPv6.popLast() else { throw .noContiguousPrefix(view.subnet) }
            interfaces[eni]?.ipv6Prefixes.append(prefix)
            return [.ipv6Prefix(prefix)]
        }
        guard view.secondaryAddresses.count + view.prefixes.count + count < limits.ipv4PerENI else {
            throw .limitReached(.addressesPerInterface)
        }
        var free = frees[view.subnet] ?? []
        if kind == .address {
            guard free.count >= count else { throw .subnetExhausted(view.subnet) }
            let taken = Array(free.suffix(count).reversed())
            free.removeLast(count)
            frees[view.subnet] = free
            interfaces[eni]?.secondaryAddresses += taken
            return taken.map(Block.address)
        }
        let groups = Dictionary(grouping: free) { IPv4Network(containing: $0, prefixLength: 28) }
        let whole = groups.filter { $0.value.count == 16 }.keys.sorted { $0.base < $1.base }.prefix(count)
        guard whole.count == count else { throw .noContiguousPrefix(view.subnet) }
        frees[view.subnet] = free.filter { address in !whole.contains { $0.contains(address) } }
        interfaces[eni]?.prefixes += whole
        return whole.map(Block.prefix)
    }

    mutating func unassign(_ eni: ENIID, _ blocks: [Block]) throws(ProviderError) {
        for block in try existing(eni).blocks where blocks.contains(block) { takeBack(block, of: eni) }
        interfaces[eni]?.secondaryAddresses.removeAll { blocks.contains(.address($0)) }
        interfaces[eni]?.prefixes.removeAll { blocks.contains(.prefix($0)) }
        interfaces[eni]?.ipv6Prefixes.removeAll { blocks.contains(.ipv6Prefix($0)) }
    }

    private mutating func takeBack(_ block: Block, of eni: ENIID) {
        guard let subnet = interfaces[eni]?.subnet else { return }
        frees[subnet]? += block.addresses
        if case .ipv6Prefix(let prefix) = block { freeIPv6.append(prefix) }
    }

    mutating func detach(_ eni: ENIID) throws(ProviderError) {
        guard try existing(eni).attachment != .detached else { throw .incorrectState("\(eni) is not attached") }
        interfaces[eni]?.attachment = .detached
    }

    mutating func delete(_ eni: ENIID) throws(ProviderError) {
        let view = try existing(eni)
        guard view.attachment == .detached else { throw .incorrectState("\(eni) is attached") }
        for block in view.blocks { takeBack(block, of: eni) }
        frees[view.subnet]?.append(view.primaryAddress)
        interfaces[eni] = nil
    }

    // MARK: What it shows

    var node: NodeView {
        NodeView(
            instanceID: "i-1", instanceType: "test", zone: "z", primaryENI: NaiveCloud.primary, limits: limits,
            networks: [NaiveCloud.cidr])
    }

    var subnets: [SubnetView] {
        frees.sorted { $0.key < $1.key }.map { id, free in
            SubnetView(
                id: id, cidr: NaiveCloud.cidrs[id] ?? .everything,
                ipv6CIDR: hasIPv6 && !subnetsWithoutIPv6.contains(id) ? NaiveCloud.ipv6CIDR : nil, zone: "z",
                freeAddresses: free.count,
                tags: subnetTags[id] ?? [:])
        }
    }

    var attachedCount: Int { interfaces.values.count { $0.attachment != .detached } }

    /// The pod addresses on each attached interface, by device index.
    var shape: [Int] { attached.map { $0.secondaryAddresses.count + 16 * $0.prefixes.count } }

    /// The prefixes on each attached interface, by device index.
    var prefixShape: [Int] { attached.map(\.prefixes.count) }

    private var attached: [InterfaceView] {
        var attached: [Int: InterfaceView] = [:]
        for view in interfaces.values {
            if case .attached(let index) = view.attachment { attached[index] = view }
        }
        return attached.sorted { $0.key < $1.key }.map(\.value)
    }

    /// Whether a packet to the address reaches the node through the interface.
    func serves(_ address: IPAddress, on eni: ENIID) -> Bool {
        guard let view = interfaces[eni], case .attached = view.attachment else { return false }
        return view.blocks.contains { $0.contains(address) }
    }

    private func existing(_ eni: ENIID) throws(ProviderError) -> InterfaceView {
        guard let view = interfaces[eni] else { throw .notFound(eni.description) }
        return view
    }

    private func view(
        _ id: ENIID, _ subnet: SubnetID, _ primary: IPv4Address, _ attachment: InterfaceView.Attachment,
        tags: [String: String]
    ) -> InterfaceView {
        InterfaceView(
            id: id, mac: .locallyAdministered(UInt64(made)), subnet: subnet,
            subnetCIDR: NaiveCloud.cidrs[subnet] ?? .everything, attachment: attachment, primaryAddress: primary,
            secondaryAddresses: [], tags: tags)
    }
}

extension NewENI {
    /// One in the node's own subnet.
    static func own(_ count: Int) -> NewENI {
        NewENI(subnet: NaiveCloud.subnet, kind: .address, count: count)
    }
}

extension ENI {
    /// All free addresses, the one that rests longest first.
    var free: [IPAddress] { (Array(singles.free) + prefixes.values.flatMap(\.free)).map(IPAddress.v4) }
}

extension PodAddresses {
    /// One address alone.
    init(_ address: IPAddress) {
        switch address {
        case .v4(let address): self = .ipv4(address)
        case .v6(let address): self = .ipv6(address)
        }
    }
}
