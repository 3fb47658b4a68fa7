import Addressing
import Identity
import Timekeeping

@testable import Pool

/// A pool in a naive cloud to which anything happens in any order, and a memory of its own of what the outside was
/// told, against which every step of the pool is checked.
struct RandomWorld {
    /// A call under way.
    struct Call {
        var action: Action
        var startedAt: Instant
        /// What the provider did; `nil` while it has not come to it.
        var result: Result<Done, ProviderError>?
    }

    /// A block on an interface.
    struct Place: Hashable {
        var block: Block
        var eni: ENIID
    }

    enum Done {
        case created(InterfaceView)
        case assigned([Block])
        case seen([ENIID: InterfaceView])
        case done
    }

    var cloud: NaiveCloud
    var store = NaiveStore()
    var pool: Pool
    var now = Instant.origin + .seconds(100)
    var calls: [Call] = []
    var kernel: [AttachmentID: PodAddresses] = [:]
    var random: SplitMix64
    var counts: [PoolWorld.Call: Int] = [:]

    /// Who waits, until when.
    var waiting: [WaiterID: (pod: AttachmentID, deadline: Instant)] = [:]
    /// Who was told that an address is theirs.
    var owners: [IPAddress: AttachmentID] = [:]
    /// Who had an address when the store was lost, until the pool knows of it again.
    var forgotten: Set<AttachmentID> = []
    /// An address may be given to nobody until then, but to the pod that it is kept for.
    struct Rest {
        var until: Instant
        var keptFor: AttachmentID?
    }
    var resting: [IPAddress: Rest] = [:]
    /// What others changed, or may have: there the pool cannot know better before it looks.
    var tampered: Set<Place> = []
    var tamperedENIs: Set<ENIID> = []
    var history: [(at: Instant, interfaces: [ENIID: InterfaceView])] = []
    var waiterCount: UInt64 = 0
    var runs = 0
    /// Whether the world has prefixes, IPv6 and a subnet for pods.
    let hasModes: Bool
    /// No more faults: views are exact.
    var isCalm = false
    /// Stored, but not seen by anybody.
    var isDying = false
    static let largestLag = 15.0

    init(seed: UInt64) throws {
        random = SplitMix64(seed: seed)
        let hasModes = Int.random(in: 0..<3, using: &random) > 0
        let limits = NodeLimits(
            enis: .random(in: 1...4, using: &random), ipv4PerENI: .random(in: 2...7, using: &random),
            ipv6PerENI: hasModes && Int.random(in: 0..<8, using: &random) > 0 ? 2 : 0,
            supportsPrefixes: hasModes && Int.random(in: 0..<8, using: &random) > 0)
        let sizes = hasModes ? 8...600 : 8...80
        cloud = NaiveCloud(
            limits: limits, subnetSize: .random(in: sizes, using: &random),
            podSubnetSize: hasModes ? .random(in: sizes, using: &random) : nil)
        self.hasModes = hasModes
        pool = Pool(configuration: PoolConfiguration(), nonce: "run-0", now: now)
        try perform(pool.reconfigure(configuration(random.next()), now: now))
        remember()
    }

    func configuration(_ seed: UInt64) -> PoolConfiguration {
        var random = SplitMix64(seed: seed)
        var configuration = PoolConfiguration()
        configuration.target =
            switch Int.random(in: 0..<3, using: &random) {
            case 0: .enis(.random(in: 0...2, using: &random))
            case 1: .addresses(warm: .random(in: 0...5, using: &random), minimum: .random(in: 0...8, using: &random))
            default:
                .adaptive(
                    AdaptiveTarget(
                        wait: .seconds(.random(in: 0...3, using: &random)),
                        minimum: .random(in: 0...8, using: &random)))
            }
        if Int.random(in: 0..<4, using: &random) == 0 { configuration.maxENI = .random(in: 1...4, using: &random) }
        if Int.random(in: 0..<4, using: &random) == 0 { configuration.reservedENIs = 1 }
        if Int.random(in: 0..<3, using: &random) == 0 { configuration.maxPods = .random(in: 1...15, using: &random) }
        configuration.cooldown = .seconds([0, 1, 30, 90][Int.random(in: 0..<4, using: &random)])
        configuration.consistencyWindow = .seconds(20)
        if hasModes { RandomWorld.chooseModes(of: &configuration, &random) }
        return configuration
    }

    /// Prefixes, families, subnets and sticky addresses: any of them, at any moment.
    private static func chooseModes(of configuration: inout PoolConfiguration, _ random: inout SplitMix64) {
        configuration.prefixDelegation = Bool.random(using: &random)
        configuration.prefixFallback = Int.random(in: 0..<4, using: &random) > 0
        if configuration.prefixDelegation, Bool.random(using: &random) {
            configuration.target = .prefixes(.random(in: 0...2, using: &random))
        }
        configuration.families = [.ipv4, .ipv4, .ipv6, .dualStack][Int.random(in: 0..<4, using: &random)]
        if Int.random(in: 0..<3, using: &random) == 0 {
            let subnets = [[NaiveCloud.podSubnet], [NaiveCloud.subnet, NaiveCloud.podSubnet]]
            let network = PodSubnets(subnets: subnets[Int.random(in: 0..<2, using: &random)])
            configuration.placement = .custom(.named("pods", ["pods": network]))
        }
        configuration.stickyFor = .seconds([0, 0, 60][Int.random(in: 0..<3, using: &random)])
    }

    // MARK: Events

    mutating func happen(_ event: RandomEvent) throws {
        try carryThrough(event)
        try check()
    }

    mutating func carryThrough(_ event: RandomEvent) throws {
        switch event {
        case .add(let pod, let milliseconds, let requested): try add(pod, milliseconds, requested)
        case .delete(let pod): try release(RandomWorld.id(pod))
        case .vanish(let pod):
            let id = RandomWorld.id(pod)
            kernel[id] = nil
            if forgotten.remove(id) != nil { owners = owners.filter { $0.value != id } }
        case .cancel(let index):
            guard let waiter = waiting.keys.sorted(by: { $0.number < $1.number }).chosen(index) else { return }
            waiting[waiter] = nil
            try perform(pool.cancel(waiter, now: now))
        case .collectGarbage(let keep):
            let valid = Set((0..<64).filter { keep >> UInt64($0) & 1 == 1 }.map(RandomWorld.id))
            for attachment in pool.stale(in: "net", valid: valid) { try release(attachment.id) }
        case .pass(let milliseconds): try pass(.milliseconds(milliseconds))
        case .carryOut(let index):
            if !calls.isEmpty { carryOut(index % calls.count) }
        case .answer(let index, let reply):
            if !calls.isEmpty { try answer(index % calls.count, reply) }
        case .observe: begin(.readBack)
        case .foreign(let change, let index): tamper(change, index)
        case .reconfigure(let number):
            try perform(pool.reconfigure(configuration(number), now: now))
        case .crash(let during, let sameBoot, let losingStore, let carriedOut):
            isDying = true
            if let during { try carryThrough(during) }
            isDying = false
            try restart(sameBoot: sameBoot, losingStore: losingStore && sameBoot, carriedOut: carriedOut)
        }
    }

    static func id(_ pod: Int) -> AttachmentID {
        AttachmentID(network: "net", containerID: "\(pod)", ifname: "eth0")
    }

    mutating func add(_ pod: Int, _ milliseconds: Int, _ requested: Int?) throws {
        waiterCount += 1
        let waiter = WaiterID(waiterCount)
        let deadline = now + .milliseconds(milliseconds)
        waiting[waiter] = (RandomWorld.id(pod), deadline)
        let request = AddRequest(
            id: RandomWorld.id(pod), pod: PodIdentity(namespace: "n", name: "pod-\(pod)"), netns: "/run/netns/\(pod)",
            requested: requested.map { .ipv4(NaiveCloud.cidr[4 + $0]) }, deadline: deadline)
        try perform(pool.add(request, waiter: waiter, now: now))
    }

    mutating func release(_ id: AttachmentID) throws {
        kernel[id] = nil
        if forgotten.remove(id) != nil, pool.attachments[id] == nil {
            // Nobody remembers when it was released.
            owners = owners.filter { $0.value != id }
        }
        try perform(pool.release(id, now: now))
    }

    mutating func pass(_ duration: Duration) throws {
        let end = now + duration
        var ticks = 0
        while let next = pool.nextTick(after: now), next <= end {
            guard next > now else { throw Failure("a tick is asked for at \(next.nanoseconds), which is past") }
            now = next
            try perform(pool.tick(now: now))
            ticks += 1
            guard ticks < 2_000 else { throw Failure("ticks without end") }
        }
        now = end
    }

    mutating func restart(sameBoot: Bool, losingStore: Bool, carriedOut: UInt64) throws {
        for index in calls.indices where carriedOut >> UInt64(index % 64) & 1 == 1 { carryOut(index) }
        calls = []
        waiting = [:]
        runs += 1
        if losingStore {
            store = NaiveStore()
            // What the kernel has no interface for is forgotten.
            for (address, owner) in owners where kernel[owner]?.all.contains(address) != true { owners[address] = nil }
            forgotten = Set(owners.values)
            resting = [:]
        }
        if !sameBoot {
            kernel = [:]
            for address in owners.keys { rest(address) }
            // Those that rested already do so by the new clock.
            for (address, rest) in resting {
                resting[address]?.until = min(rest.until, now + pool.configuration.cooldown)
            }
        }
        let restored = Pool.restored(
            store.snapshot, sameBoot: sameBoot, configuration: pool.configuration, nonce: "run-\(runs)", now: now)
        pool = restored.pool
        store.apply(restored.changes)
    }
}
