import ModelVPC
import ModelViews
import Pool
import Timekeeping

/// Who holds which addresses of the planned subnets: nodes, in the order in which they start, and their pods, in the order
/// in which they are placed.
///
/// The subnets are those of a ``ModelVPC``. As long as they have what a node wants, the node takes what its pool is known
/// to hold (``PoolGrowth``); from the first refusal on its real pool does the asking.
struct AddressLedger {
    /// A node.
    struct Node {
        let instance: ModelVPC.InstanceID
        let limits: NodeLimits
        let zone: String
        /// The subnet that it is in; `nil` where none is planned for it, and addresses never end.
        let home: SubnetID?
        /// Why it could not be started: its subnet had no address for it.
        var failure: Cause?
        var growth = 0
        /// The ENIs with what they hold.
        var interfaces: [(id: ModelVPC.InterfaceID, held: SettledPool.Interface)] = []
        /// The pods that have an address, or had it until lately.
        var pods = 0
        /// Those that had it.
        var cooling = 0
        /// The real pool, once a subnet refused something.
        var live: NodeInCloud?
        /// How many addresses were free when it last found its subnet exhausted, and looked again.
        var freeWhenRefused: Int?

        /// All addresses that it takes of subnets.
        var heldCount: Int { interfaces.reduce(0) { $0 + 1 + $1.held.held } }
    }

    private let configuration: PoolConfiguration
    private let memory: GrowthMemory
    let subnets: [PlannedSubnet]
    var vpc: ModelVPC
    var nodes: [Node] = []
    /// What others have of each subnet.
    let others: [SubnetID: Int]

    /// - Throws: a problem with a subnet that no VPC can have, or that is used beyond its size.
    init(
        _ subnets: [PlannedSubnet], _ configuration: PoolConfiguration, memory: GrowthMemory
    ) throws(PlanProblem) {
        self.configuration = configuration
        self.memory = memory
        self.subnets = subnets
        do throws(ModelVPC.Failure) {
            vpc = try ModelVPC(planned: subnets, hasIPv6: configuration.families.hasIPv6)
        } catch {
            throw .subnet("\(error)")
        }
        let vpc = vpc
        others = Dictionary(
            subnets.map { ($0.id, $0.cidr.count - vpc.freeAddressCount(in: .init($0.id))) }, uniquingKeysWith: max)
    }

    /// Starts a node, which takes its own address.
    ///
    /// - Parameter subnet: the planned subnet that it is in; `nil` for that one for nodes of its zone that has most free
    ///   addresses.
    /// - Returns: the number by which pods are added.
    mutating func launch(_ limits: NodeLimits, zone: String, in subnet: SubnetID? = nil) -> Int {
        let number = nodes.count
        let instance = ModelVPC.InstanceID(rawValue: "i-\(number)")
        let home =
            subnet
            ?? subnets.filter { $0.zone == zone && !$0.isForPods }.map(\.id)
            .max { vpc.freeAddressCount(in: .init($0)) < vpc.freeAddressCount(in: .init($1)) }
        var node = Node(instance: instance, limits: limits, zone: zone, home: home)
        if let home {
            do throws(ModelVPC.Failure) {
                let launched = try vpc.launch(
                    instance, type: "planned", limits: .init(limits), in: .init(home), at: vpc.clock)
                let primary = SettledPool.Interface(subnet: home, addresses: 0, prefixes: 0, unusedPrefixes: 0, pods: 0)
                node.interfaces = [(launched.primaryInterface, primary)]
            } catch {
                node.failure = .subnetExhausted(home, retryAt: .origin + configuration.subnetBackoff)
            }
        }
        nodes.append(node)
        return number
    }

    /// The daemon of a node starts: its pool takes what it holds before any pod comes.
    mutating func warmUp(_ node: Int) {
        nodes[node].growth = growth(of: node)
        if nodes[node].failure == nil { _ = take(node, pods: 0) }
    }

    /// A pod on a node asks for an address.
    ///
    /// - Returns: why it gets none; `nil` where it gets one.
    mutating func add(to node: Int) -> Cause? {
        if let failure = nodes[node].failure { return failure }
        if nodes[node].live == nil, let cause = take(node, pods: nodes[node].pods + 1) { return cause }
        guard nodes[node].live != nil else {
            nodes[node].pods += 1
            return nil
        }
        if nodes[node].live?.add(&vpc) != true {
            // What it knows of the subnet can be old, and less than it asked for can be left: once its back-off is over it
            // looks again, at every number of free addresses once.
            guard case .subnetExhausted(let subnet, _)? = nodes[node].live?.refusal else {
                return nodes[node].live?.refusal
            }
            let free = vpc.freeAddressCount(in: .init(subnet))
            guard free > 0, free != nodes[node].freeWhenRefused else { return nodes[node].live?.refusal }
            nodes[node].freeWhenRefused = free
            takeOver(node)
            guard nodes[node].live?.add(&vpc) == true else { return nodes[node].live?.refusal }
        }
        nodes[node].pods += 1
        return nil
    }

    /// A pod on a node ends, and its address begins to rest.
    mutating func release(from node: Int) {
        nodes[node].cooling += 1
        nodes[node].live?.release(&vpc)
    }

    // MARK: Taking

    /// Lets a node have what its pool holds with so many pods. Where a subnet has it not, the real pool takes over.
    ///
    /// - Returns: why the last of the pods gets no address, by the node's own limits.
    private mutating func take(_ node: Int, pods: Int) -> Cause? {
        var wanted = memory.settled(nodes[node].growth, pods: pods)
        if wanted.refusal != nil {
            return memory.refusal(nodes[node].growth, pods: nodes[node].pods, cooling: nodes[node].cooling)
        }
        guard nodes[node].home != nil, wanted.subnetAddresses > nodes[node].heldCount else { return nil }
        nodes[node].growth = growth(of: node)
        wanted = memory.settled(nodes[node].growth, pods: pods)
        for (index, interface) in wanted.interfaces.enumerated() where !grow(node, index, to: interface) {
            takeOver(node)
            return nil
        }
        return nil
    }

    /// Brings an ENI of a node to what it is to hold.
    ///
    /// - Returns: whether its subnet had it.
    private mutating func grow(_ node: Int, _ index: Int, to wanted: SettledPool.Interface) -> Bool {
        let instance = nodes[node].instance
        if index == nodes[node].interfaces.count {
            let new = ModelVPC.NewInterface(
                in: .init(wanted.subnet), secondary: .count(wanted.addresses), prefixes: .count(wanted.prefixes))
            guard
                case .success(.interface(let made)) =
                    vpc.handle(.createInterface(new, token: nil), from: instance, at: vpc.clock).result
            else { return false }
            _ = vpc.handle(.attach(made.id, to: instance, deviceIndex: index), from: instance, at: vpc.clock)
            nodes[node].interfaces.append((made.id, wanted))
            return true
        }
        let (id, held) = nodes[node].interfaces[index]
        let (addresses, prefixes) = (wanted.addresses - held.addresses, wanted.prefixes - held.prefixes)
        if addresses > 0 {
            let request = ModelVPC.Request.assign(id, .count(addresses), token: nil)
            guard case .success = vpc.handle(request, from: instance, at: vpc.clock).result else { return false }
            nodes[node].interfaces[index].held.addresses += addresses
        }
        if prefixes > 0 {
            let request = ModelVPC.Request.assignPrefixes(id, .count(prefixes), token: nil)
            guard case .success = vpc.handle(request, from: instance, at: vpc.clock).result else { return false }
            nodes[node].interfaces[index].held.prefixes += prefixes
        }
        return true
    }

    /// The real pool takes over what the node holds, as after a restart.
    private mutating func takeOver(_ node: Int) {
        var live = NodeInCloud(nodes[node].instance, configuration, pods: nodes[node].pods, in: &vpc)
        // What no pod has rests as after a restart.
        live.rest(for: max(configuration.cooldown, configuration.consistencyWindow), &vpc)
        while live.running < nodes[node].pods, live.add(&vpc) {}
        for _ in 0..<nodes[node].cooling { live.release(&vpc) }
        nodes[node].live = live
    }

    /// How the pool of a node grows at present.
    private func growth(of node: Int) -> Int {
        let node = nodes[node]
        guard let home = node.home else {
            return memory.number(PoolShape(limits: node.limits, configuration: configuration))
        }
        let near = subnets.filter { $0.zone == node.zone }
            .map { (id: $0.id, isForPods: $0.isForPods, free: vpc.freeAddressCount(in: .init($0.id))) }
            .sorted { ($1.free, $0.id) < ($0.free, $1.id) }
        return memory.number(
            PoolShape(
                limits: node.limits, configuration: configuration, zone: node.zone, home: home,
                subnets: near.map { PoolShape.Subnet(id: $0.id, isForPods: $0.isForPods) }))
    }
}

extension ModelVPC {
    /// The planned subnets with what others use of them.
    init(planned subnets: [PlannedSubnet], hasIPv6: Bool) throws(Failure) {
        self.init(cidr: .everything, seed: 0)
        for (number, subnet) in subnets.enumerated() {
            let id = SubnetID(subnet.id)
            try addSubnet(
                id, cidr: subnet.cidr, ipv6CIDR: hasIPv6 ? .subnet(number: number) : nil, zone: subnet.zone,
                tags: subnet.isForPods ? [SubnetTag.pods: "1"] : [:])
            try occupy(id, subnet.used)
        }
    }
}
