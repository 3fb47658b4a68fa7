import Addressing
import Identity
import Testing
import Timekeeping

@testable import Pool

/// One pool in a naive cloud, with virtual time: performs the pool's actions, keeps a store, counts what is asked.
///
/// ```swift
/// var world = PoolWorld(limits: NodeLimits(enis: 3, ipv4PerENI: 4))
/// world.start()
/// world.add("a")
/// world.run(for: .seconds(5))
/// world.address(of: "a")
/// ```
struct PoolWorld {
    /// The provider's calls, by name.
    enum Call: Hashable {
        case create, attach, configure, assign, unassign, detach, delete, readBack
    }

    /// What becomes of a call.
    enum Fate {
        case succeeds
        case fails(ProviderError)
        /// No answer comes back, whether or not it was carried out.
        case isLost(applied: Bool)
        /// Stays under way.
        case hangs
    }

    /// What an ADD was told.
    enum Answer: Equatable {
        case granted(Grant)
        case refused(Cause, at: Instant)
    }

    struct Work {
        var action: Action
        var startedAt: Instant
        var dueAt: Instant
        var fate: Fate
    }

    var cloud: NaiveCloud
    var store = NaiveStore()
    var pool: Pool
    var now = Instant.origin + .seconds(1000)
    /// The pods whose interfaces the kernel has.
    var kernel: [AttachmentID: PodAddresses] = [:]
    var answers: [WaiterID: Answer] = [:]
    var fates: [Call: [Fate]] = [:]
    var latency: [Call: Duration] = [
        .create: .seconds(1), .attach: .seconds(3), .configure: .milliseconds(500), .assign: .milliseconds(400),
        .unassign: .milliseconds(400), .detach: .seconds(2), .delete: .milliseconds(500), .readBack: .milliseconds(200),
    ]
    /// How often each call was made.
    var calls: [Call: Int] = [:]
    var repairs: [Repair] = []
    var work: [Work] = []
    var ticks = 0
    /// `nil` ticks when the pool asks for it; a period ticks by the clock, whatever the pool asks for.
    var tickPeriod: Duration?
    /// How far the provider's view lags behind.
    var viewLag = Duration.zero
    /// The first disagreement between pool and store, or other breach of what must always hold.
    var breach: String?

    private var waiters: [String: WaiterID] = [:]
    private var waiterCount: UInt64 = 0
    private var boots = 0
    private var past: [(at: Instant, interfaces: [ENIID: InterfaceView])] = []

    init(
        limits: NodeLimits = NodeLimits(enis: 3, ipv4PerENI: 4), subnetSize: Int = 4000, podSubnetSize: Int? = nil,
        _ configure: (inout PoolConfiguration) -> Void = { _ in }
    ) {
        var configuration = PoolConfiguration()
        configure(&configuration)
        cloud = NaiveCloud(limits: limits, subnetSize: subnetSize, podSubnetSize: podSubnetSize)
        pool = Pool(configuration: configuration, nonce: "boot-0", now: now)
    }

    // MARK: Events

    /// The daemon's start: the provider's view is read, and the pool fills up.
    mutating func start() {
        reconcile()
        run(for: .seconds(20))
    }

    static func id(_ pod: String) -> AttachmentID {
        AttachmentID(network: "net", containerID: pod, ifname: "eth0")
    }

    @discardableResult
    mutating func add(_ pod: String, for patience: Duration = .seconds(10), address: String? = nil) -> WaiterID {
        waiterCount += 1
        let waiter = WaiterID(waiterCount)
        waiters[pod] = waiter
        let request = AddRequest(
            id: PoolWorld.id(pod), pod: PodIdentity(namespace: "default", name: pod, uid: pod),
            netns: "/run/netns/\(pod)",
            requested: address.map { $0.contains(":") ? .ipv6(IPv6Address($0)!) : .ipv4(IPv4Address($0)!) },
            deadline: now + patience)
        perform(pool.add(request, waiter: waiter, now: now))
        return waiter
    }

    /// DEL: first the interface goes, then the address.
    mutating func release(_ pod: String) {
        kernel[PoolWorld.id(pod)] = nil
        perform(pool.release(PoolWorld.id(pod), now: now))
    }

    mutating func cancel(_ waiter: WaiterID) {
        perform(pool.cancel(waiter, now: now))
    }

    mutating func reconfigure(_ change: (inout PoolConfiguration) -> Void) {
        var configuration = pool.configuration
        change(&configuration)
        perform(pool.reconfigure(configuration, now: now))
    }

    /// Reads the provider's view now and reconciles with it.
    mutating func reconcile() {
        perform(pool.reconcile(observation, takenAt: now, now: now))
    }

    /// The daemon dies, with all answers that were on their way, and starts from its store.
    mutating func restart(sameBoot: Bool = true, losingStore: Bool = false) {
        let configuration = pool.configuration
        boots += 1
        if losingStore { store = NaiveStore() }
        if !sameBoot { kernel = [:] }
        work = []
        let restored = Pool.restored(
            store.snapshot, sameBoot: sameBoot, configuration: configuration, nonce: "boot-\(boots)", now: now)
        pool = restored.pool
        store.apply(restored.changes)
        check()
    }

    // MARK: What others do in the cloud

    /// Attaches an ENI that somebody else manages.
    mutating func addForeignENI(deviceIndex: Int) {
        guard var view = try? cloud.create(MutationToken("foreign"), .own(0)) else { return }
        view.tags = [ENITag.noManage: "true"]
        view.attachment = .attached(deviceIndex: deviceIndex)
        cloud.interfaces[view.id] = view
    }

    // MARK: Time

    mutating func run(for duration: Duration) {
        let end = now + duration
        while true {
            let tick = tickPeriod.map { now + $0 } ?? pool.nextTick(after: now)
            if let tick, tick <= now { fail("the pool asks for a tick at \(tick), now is \(now)") }
            guard let next = [tick, work.map(\.dueAt).min()].compactMap({ $0 }).min(), next <= end else { break }
            now = max(now, next)
            if let index = work.firstIndex(where: { $0.dueAt <= now }) {
                let due = work.remove(at: index)
                finish(due, due.fate)
            } else {
                ticks += 1
                perform(pool.tick(now: now))
            }
        }
        now = end
    }

    // MARK: What is seen

    func address(of pod: String) -> IPAddress? { addresses(of: pod)?.primary }

    func addresses(of pod: String) -> PodAddresses? { pool.attachments[PoolWorld.id(pod)]?.addresses }

    func answer(to pod: String) -> Answer? { waiters[pod].flatMap { answers[$0] } }

    func cause(of pod: String) -> Cause? {
        if case .refused(let cause, _)? = answer(to: pod) { cause } else { nil }
    }

    func refusedAt(_ pod: String) -> Instant? {
        if case .refused(_, let at)? = answer(to: pod) { at } else { nil }
    }

    func count(_ call: Call) -> Int { calls[call] ?? 0 }

    func state(_ address: IPv4Address) -> AddressState? { state(.v4(address)) }

    func state(_ address: IPAddress) -> AddressState? { pool.addresses[address]?.state }

    var observation: Observation {
        let seen = viewLag == .zero ? nil : past.last { $0.at + viewLag <= now }?.interfaces
        return observation(of: seen ?? cloud.interfaces)
    }

    func observation(of interfaces: [ENIID: InterfaceView]) -> Observation {
        Observation(
            node: cloud.node, interfaces: interfaces.values.sorted { $0.id < $1.id }, subnets: cloud.subnets,
            pods: kernel.sorted { $0.value.primary < $1.value.primary }
                .map { Observation.Pod(id: $0.key, addresses: $0.value) })
    }

    /// Whether pool and cloud have the same ENIs with the same addresses, and nothing is under way or in doubt.
    var isConsistent: Bool {
        work.isEmpty && Set(pool.enis.keys) == Set(cloud.interfaces.keys)
            && pool.enis.values.allSatisfy { eni in
                eni.isReady && eni.operation == nil
                    && pool.blocks(of: eni.id) == Set(cloud.interfaces[eni.id]?.blocks ?? [])
            }
    }

    // MARK: Performing

    /// First durable, then visible.
    mutating func perform(_ outcome: Outcome) {
        store.apply(outcome.changes)
        repairs += outcome.repairs
        check()
        for action in outcome.actions { begin(action) }
    }

    private mutating func begin(_ action: Action) {
        switch action {
        case .grant(let waiter, let grant):
            if answers[waiter] != nil { fail("\(waiter) is answered twice") }
            answers[waiter] = .granted(grant)
            kernel[grant.attachment.id] = grant.attachment.addresses
        case .refuse(let waiter, let cause):
            if answers[waiter] != nil { fail("\(waiter) is answered twice") }
            answers[waiter] = .refused(cause, at: now)
        default:
            guard let call = action.call else { return }
            calls[call, default: 0] += 1
            var fate = Fate.succeeds
            if var planned = fates[call], !planned.isEmpty {
                fate = planned.removeFirst()
                fates[call] = planned
            }
            let due: Instant = if case .hangs = fate { .distantFuture } else { now + latency[call]! }
            work.append(Work(action: action, startedAt: now, dueAt: due, fate: fate))
        }
    }

    /// Carries a call out, or not, and tells the pool.
    mutating func finish(_ work: Work, _ fate: Fate) {
        switch fate {
        case .succeeds:
            do throws(ProviderError) {
                perform(try carryOut(work))
            } catch {
                perform(failure(of: work, error))
            }
        case .fails(let error): perform(failure(of: work, error))
        case .isLost(let applied):
            if applied {
                var silent = self
                if (try? silent.carryOut(work)) != nil {
                    cloud = silent.cloud
                    remember()
                }
            }
            perform(failure(of: work, .unreachable("timed out")))
        case .hangs: break
        }
    }

    private mutating func failure(of work: Work, _ error: ProviderError) -> Outcome {
        work.action == .readBack
            ? pool.observationFailed(error, jitter: 0.5, now: now)
            : pool.failed(work.action, error, jitter: 0.5, now: now)
    }

    private mutating func carryOut(_ work: Work) throws(ProviderError) -> Outcome {
        defer { remember() }
        switch work.action {
        case .createENI(let token, let eni):
            return pool.created(token, try cloud.create(token, eni), now: now)
        case .attachENI(let eni, let index):
            try cloud.attach(eni, deviceIndex: index)
            return pool.ready(eni, now: now)
        case .configureENI(let eni):
            try cloud.configure(eni)
            return pool.ready(eni, now: now)
        case .assign(let eni, let kind, let count, let token):
            return pool.assigned(eni, try cloud.assign(eni, kind, count: count), token: token, now: now)
        case .unassign(let eni, let blocks):
            try cloud.unassign(eni, blocks)
            return pool.unassigned(eni, blocks, now: now)
        case .detachENI(let eni):
            try cloud.detach(eni)
            return pool.detached(eni, now: now)
        case .deleteENI(let eni):
            try cloud.delete(eni)
            return pool.deleted(eni, now: now)
        case .grant, .refuse, .readBack:
            return pool.reconcile(observation, takenAt: work.startedAt, now: now)
        }
    }

    /// Keeps what the cloud showed, for views that lag.
    mutating func remember() {
        past.append((now, cloud.interfaces))
    }

    // MARK: What must always hold

    private mutating func check() {
        if let difference = store.difference(from: pool, now: now) { fail(difference) }
        if let inconsistency = pool.inconsistency { fail(inconsistency) }
    }

    private mutating func fail(_ text: String) {
        breach = breach ?? "at \((now - .origin).text): \(text)"
    }
}

extension PoolWorld: CustomTestStringConvertible {
    var testDescription: String { "a world at \((now - .origin).text)" }
}
