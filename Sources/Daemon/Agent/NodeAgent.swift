import ControlProtocol
import Identity
import Logging
import NIOCore
import Pool
import Providers
import RateLimiting
import Store
import Timekeeping

/// The owner of the node's pool: takes requests, provider's answers and the passing of time to the pool, makes what
/// changes durable, and performs the pool's actions.
///
/// It lives on one event loop, together with the control socket: a request is read, decided, stored and answered
/// without a change of thread. Provider calls run elsewhere and come back as events.
actor NodeAgent {
    /// Where an answer goes.
    typealias ReplySink = @Sendable (Reply) -> Void

    /// How long a call of the provider may take.
    let patience: Duration
    nonisolated let eventLoop: any EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { eventLoop.executor.asUnownedSerialExecutor() }

    let log: Logger
    let provider: GovernedProvider
    let host: HostNetwork
    let reaper: LinkReaper
    private let annotateHook: AnnotateHook
    private let store: Store

    var configuration: Configuration
    var pool: Pool
    let startedAt = BootClock.now
    /// ADDs that wait for the pool's answer.
    var waiting: [WaiterID: ReplySink] = [:]
    private var lastWaiter: UInt64 = 0
    var node: NodeView?
    var lastObservation: Instant?
    var repairCount = 0
    var observing: Task<[String], any Error>?
    /// When the provider's view is read again.
    var reading: ReadingPace
    /// An observation that was throttled, and goes on where it stopped.
    var unfinishedLook: Look?
    /// Another observation was asked for while one is under way.
    var observeAgain = false
    private var nextObservation: Scheduled<Void>?
    private var tick: Scheduled<Void>?
    private(set) var isStopping = false
    private(set) var isStopped = false

    /// Changes that the disk did not take yet, and the actions that wait for them.
    private var backlog = Outcome()
    private(set) var storeTrouble: StoreError?

    init(
        configuration: Configuration, pool: Pool, store: Store, provider: GovernedProvider,
        patience: Duration = .seconds(60), host: HostNetwork, eventLoop: any EventLoop, log: Logger
    ) {
        self.configuration = configuration
        reading = ReadingPace(configuration.reconcileInterval)
        self.pool = pool
        self.store = store
        self.provider = provider
        self.patience = patience
        self.host = host
        self.eventLoop = eventLoop
        reaper = LinkReaper(layout: configuration.layout, eventLoop: eventLoop)
        annotateHook = AnnotateHook(pods: pool.attachments, log: log)
        self.log = log
    }

    // MARK: From an outcome to the world

    /// Makes an outcome durable and performs its actions. Nothing that is not on the disk is seen outside: while the
    /// disk refuses, actions wait, and ADDs are told so.
    func perform(_ outcome: Outcome) {
        guard !isStopped else { return }
        for repair in outcome.repairs { report(repair) }
        repairCount += outcome.repairs.count
        backlog.changes += outcome.changes
        backlog.actions += outcome.actions
        do throws(StoreError) {
            try store.apply(backlog.changes)
            if storeTrouble != nil { log.notice("the store can be written again") }
            storeTrouble = nil
        } catch {
            if storeTrouble == nil { log.error("\(error)") }
            storeTrouble = error
            answerUnstored(error)
            return scheduleTick()
        }
        annotateHook.take(backlog.changes, for: configuration.annotate)
        let actions = backlog.actions
        backlog = Outcome()
        for action in actions { perform(action) }
        scheduleTick()
    }

    private func perform(_ action: Action) {
        switch action {
        case .grant(let waiter, let grant): answer(waiter, with: podAddress(grant))
        case .refuse(let waiter, let cause): answer(waiter, with: refusal(cause))
        case .readBack: observe()
        case .createENI, .attachENI, .configureENI, .assign, .unassign, .detachENI, .deleteENI: execute(action)
        }
    }

    /// ADDs whose grant the disk did not take fail now. The pool keeps the grant, the runtime will delete it. A refusal
    /// needs no disk.
    private func answerUnstored(_ error: StoreError) {
        backlog.actions.removeAll { action in
            switch action {
            case .grant(let waiter, _): answer(waiter, with: refusal(error))
            case .refuse(let waiter, let cause): answer(waiter, with: refusal(cause))
            case .readBack, .createENI, .attachENI, .configureENI, .assign, .unassign, .detachENI, .deleteENI:
                return false
            }
            return true
        }
    }

    private func answer(_ waiter: WaiterID, with reply: Reply) {
        waiting.removeValue(forKey: waiter)?(reply)
    }

    // MARK: Time

    /// The time between two attempts to write what the disk did not take.
    static let storeRetry = Duration.seconds(5)

    /// Wakes up when the pool has something to do next, and not before.
    private func scheduleTick() {
        tick?.cancel()
        tick = nil
        let now = BootClock.now
        let retry = storeTrouble == nil ? nil : now + NodeAgent.storeRetry
        guard !isStopping, let next = [pool.nextTick(after: now), retry].compactMap({ $0 }).min() else { return }
        tick = eventLoop.scheduleTask(in: .nanoseconds(max((next - now).nanoseconds, 1_000_000))) { [self] in
            assumeIsolated { agent in agent.perform(agent.pool.tick(now: BootClock.now)) }
        }
    }

    // MARK: Life

    /// Reads the provider's view now, and from now on at every interval, until it stops.
    func start() {
        nextObservation?.cancel()
        guard !isStopping else { return }
        observe()
        let pause = reading.pause(jitter: .random(in: 0..<1))
        nextObservation = eventLoop.scheduleTask(in: .nanoseconds(pause.nanoseconds)) { [self] in
            assumeIsolated { $0.start() }
        }
    }

    /// Takes a new configuration over as far as a running daemon can.
    func reconfigure(_ new: Configuration) {
        configuration = new
        reading = ReadingPace(new.reconcileInterval)
        perform(pool.reconfigure(new.pool, now: BootClock.now))
        Task { await converge() }
        start()
    }

    static let stopping = Reply.failure(.init(.stopping, "warmpoold is stopping; retry"))

    /// Ends all waiting, lets the deletions of links end that were begun, and closes the store.
    func stop() async {
        isStopping = true
        nextObservation?.cancel()
        tick?.cancel()
        for sink in waiting.values { sink(NodeAgent.stopping) }
        waiting = [:]
        await withCheckedContinuation { continuation in reaper.stop { continuation.resume() } }
        isStopped = true
        do {
            try store.apply(backlog.changes)
            try store.close()
        } catch {
            log.error("\(error)")
        }
        await host.stop()
        await annotateHook.stop()
    }

    func newWaiter(_ sink: @escaping ReplySink) -> WaiterID {
        lastWaiter += 1
        let waiter = WaiterID(lastWaiter)
        waiting[waiter] = sink
        return waiter
    }

    /// Nobody waits for the answer any more.
    func cancel(_ waiter: WaiterID) {
        guard waiting.removeValue(forKey: waiter) != nil else { return }
        perform(pool.cancel(waiter, now: BootClock.now))
    }

    /// What the store holds, for the comparison with the other two.
    func storedSnapshot() throws(StoreError) -> PoolSnapshot {
        try store.snapshot()
    }

    private func report(_ repair: Repair) {
        log.warning("\(repair.sentence)", metadata: ["repair": "\(repair.name)"])
    }
}
