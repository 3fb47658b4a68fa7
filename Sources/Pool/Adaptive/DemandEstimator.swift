import Timekeeping

/// What an adaptive target has learnt of a node's pods and of its provider, and what follows from it. Bounded in size,
/// and without a clock: equal events make equal estimates.
struct DemandEstimator: Sendable {
    /// A wave of pods is what comes within so many lead times.
    private static let waveLeads = 3
    /// The wave that a node expects that has seen nothing yet.
    private static let firstWave = 13
    /// Room on ENIs costs little, and waiting for an ENI much: less is missed by this factor.
    private static let slotCare = 10.0

    /// What the operator chose.
    var goal: AdaptiveTarget
    /// Free addresses to keep.
    private(set) var warm = AdaptiveTarget.promptLimit
    /// Pods more to have room for on attached ENIs.
    private(set) var slots = DemandEstimator.firstWave
    /// From asking the provider for addresses until they are there.
    private(set) var addressLead = LeadTime(usual: .seconds(1))
    /// From asking for an ENI until it serves pods.
    private(set) var eniLead = LeadTime(usual: .seconds(10))

    /// What follows for the pool at present.
    var target: WarmTarget { .addresses(warm: warm, minimum: goal.minimum) }

    /// When the pods that come now are no wave any more; `nil` while none come.
    private(set) var waveEndsAt: Instant?

    private var arrivals = RecentArrivals()
    private var patientRanks: ArrivalRanks
    private var waveRanks: ArrivalRanks
    private var slotRanks: ArrivalRanks
    private var asked: [MutationToken: Instant] = [:]
    private var eniAskedAt: Instant?

    init(_ goal: AdaptiveTarget, now: Instant) {
        self.goal = goal
        patientRanks = ArrivalRanks(wave: 1, now: now)
        waveRanks = ArrivalRanks(wave: DemandEstimator.firstWave, now: now)
        slotRanks = ArrivalRanks(wave: DemandEstimator.firstWave, now: now)
    }

    // MARK: Pods

    private var waveWindow: Duration { addressLead.estimate * DemandEstimator.waveLeads }

    /// A pod asks for an address.
    mutating func podArrived(_ now: Instant) {
        arrivals.note(now, window: max(waveWindow, eniLead.estimate))
        patientRanks.note(rank(in: addressLead.estimate - goal.wait, now), now: now)
        waveRanks.note(rank(in: waveWindow, now), now: now)
        slotRanks.note(rank(in: eniLead.estimate - goal.wait, now), now: now)
        update(now)
    }

    /// The pods in a window that ends with one that arrives now, itself included.
    private func rank(in window: Duration, _ now: Instant) -> Int {
        max(arrivals.count(in: window, before: now), 1)
    }

    /// Draws the conclusions from what was learnt: when a pod arrives, when a wave ends, and now and then, since what
    /// was learnt fades.
    mutating func update(_ now: Instant) {
        let wave = waveRanks.rank(exceededBy: goal.excess, now: now)
        let begun = arrivals.count(in: waveWindow, before: now)
        warm = max(patientRanks.rank(exceededBy: goal.excess, now: now), min(wave, AdaptiveTarget.promptLimit))
        waveEndsAt = begun > 0 ? now + waveWindow : nil
        if begun > 0 { warm = max(warm, wave - begun) }
        slots = slotRanks.rank(exceededBy: goal.excess / DemandEstimator.slotCare, now: now)
    }

    /// The rest of a wave that did not come in time is expected no longer.
    mutating func endWave(_ now: Instant) {
        if let end = waveEndsAt, end <= now { update(now) }
    }

    // MARK: The provider

    /// The provider is asked for addresses.
    mutating func asks(_ token: MutationToken, _ now: Instant) {
        asked[token] = now
    }

    /// The provider has delivered them.
    mutating func delivered(_ token: MutationToken, _ now: Instant) {
        guard let since = asked.removeValue(forKey: token) else { return }
        addressLead.note(now - since)
    }

    /// The provider did not deliver: it will take until the next attempt, and then as long as usual.
    mutating func failed(_ token: MutationToken, retryAt: Instant) {
        guard let since = asked.removeValue(forKey: token) else { return }
        addressLead.note(retryAt - since + addressLead.estimate)
    }

    /// The provider is asked for an ENI; of several under way the first counts.
    mutating func asksENI(_ now: Instant) {
        eniAskedAt = eniAskedAt ?? now
    }

    /// An ENI that was asked for will not come.
    mutating func eniFailed() {
        eniAskedAt = nil
    }

    /// An ENI serves pods.
    mutating func eniReady(_ now: Instant) {
        if let since = eniAskedAt { eniLead.note(now - since) }
        eniAskedAt = nil
    }
}
