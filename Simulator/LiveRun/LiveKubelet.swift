import Fabric
import Timekeeping
import VirtualSimulator

/// Does for one node's pods what kubelet and a container runtime do: a sandbox for every try, ADD, again after a pause
/// when it was refused, DEL at the pod's end and for every sandbox that failed, again until it succeeds.
struct LiveKubelet: Sendable {
    let node: SimulatedNode
    let scenario: Scenario
    let clock: RunClock
    let log: PodLog
    /// The plugin processes of the whole run.
    let turns: Turns

    /// So much longer than ADD may wait, or for DEL alone, a plugin may take on a busy machine before it is killed.
    private static let pluginLimit = Duration.seconds(60)

    /// Lets a pod live as the plan says, up to the end of the run.
    ///
    /// - Throws: `FabricError`, ``LiveError`` for what is no refusal, `CancellationError`.
    func live(_ pod: Int) async throws {
        let plan = scenario.plan.pods[pod]
        try await clock.wait(until: max(plan.arrives, scenario.plan.nodes[plan.node].joins))
        guard !clock.isOver else { return }
        await log.begins(pod)
        guard let name = try await start(pod, until: plan.ends.instant), try await endsInTime(plan) else { return }
        try await stop(name)
        await log.ends(pod)
    }

    /// Tries to start a pod once more; where that fails, it stays as it is, with the new cause.
    ///
    /// - Throws: as ``live(_:)``.
    func tryAgain(_ pod: Int) async throws {
        _ = try await attempt(pod, number: 0)
    }

    // MARK: Starting

    /// - Returns: the name of its sandbox; `nil` where its time, or that of the run, was over first.
    private func start(_ pod: Int, until end: Instant?) async throws -> String? {
        var number = 1
        while true {
            if let name = try await attempt(pod, number: number) { return name }
            number += 1
            let pause = scenario.retryPause * Double.random(in: 1...1.5)
            try await clock.wait(for: pause, butUntil: end)
            if let end, clock.now >= end { await log.ends(pod) }
            if clock.isOver || end.map({ clock.now >= $0 }) ?? false { return nil }
        }
    }

    /// - Returns: the name of the sandbox; `nil` where the pod was refused, and the sandbox is gone.
    private func attempt(_ pod: Int, number: Int) async throws -> String? {
        let name = "pod\(pod)-\(number)"
        try await turns.take { try await NamespaceCommand.add(node.namespace(ofPod: name)) }
        do {
            let simulated = try await turns.take {
                try await limited(to: scenario.addTimeout + LiveKubelet.pluginLimit, "ADD of \(name)") {
                    try await node.connect(name)
                }
            }
            await log.runs(pod, simulated)
            return name
        } catch LiveError.plugin(let failure) {
            await log.isRefused(pod, failure.cause)
            try await stop(name)
            return nil
        }
    }

    // MARK: Stopping

    /// Whether a pod ends before the run does.
    private func endsInTime(_ plan: VirtualSimulator.Plan.Pod) async throws -> Bool {
        let end: Instant
        switch plan.ends {
        case .never: return false
        case .at(let instant): end = instant
        case .after(let life), .again(let life, _, _): end = clock.now + life
        }
        try await clock.wait(until: end)
        return end < clock.end
    }

    /// Removes a sandbox, however often it takes: a daemon that is down answers later.
    func stop(_ name: String) async throws {
        while true {
            do {
                return try await turns.take {
                    try await limited(to: LiveKubelet.pluginLimit, "DEL of \(name)") {
                        try await node.delete(podNamed: name)
                    }
                }
            } catch LiveError.plugin {
                try await Task.sleep(for: min(scenario.retryPause, .seconds(1)))
            }
        }
    }
}

/// The time of a run: instants of the scenario, counted from the moment at which its cloud served.
struct RunClock: Sendable {
    private let origin = ContinuousClock.now
    /// When the plan is over.
    let end: Instant

    init(_ scenario: Scenario) {
        end = .origin + scenario.duration
    }

    var now: Instant { .origin + (ContinuousClock.now - origin) }

    var isOver: Bool { now >= end }

    /// Waits until an instant, or the end of the run.
    func wait(until instant: Instant) async throws {
        try await Task.sleep(until: origin + (min(instant, end) - .origin))
    }

    /// Waits for a while, but not beyond an instant, nor the end of the run.
    func wait(for pause: Duration, butUntil instant: Instant?) async throws {
        try await wait(until: min(now + pause, instant ?? end))
    }
}

extension PluginFailure {
    /// The code of the cause for which an ADD was refused; for another reason, what it was.
    var cause: String {
        if let details, details.hasPrefix(PluginFailure.causePrefix) {
            return String(details.dropFirst(PluginFailure.causePrefix.count))
        }
        // Source: CNI specification 1.1.0, "Well-known Error Codes".
        return code == 11 ? "daemon-down" : "cni-error-\(code)"
    }

    private static let causePrefix = "cause: "
}

extension VirtualSimulator.Plan.Pod.End {
    /// The instant at which a pod ends, whether it has its address or still waits.
    fileprivate var instant: Instant? { if case .at(let instant) = self { instant } else { nil } }
}
