import Comparison
import Fabric
import Netlink
import Timekeeping
import VirtualSimulator

/// A scenario with real parts: a VPC of network namespaces, a cloud server, a daemon per node, the plugin for each pod.
///
/// | file | what |
/// | --- | --- |
/// | `ScenarioBlueprint`, `Scenario+CloudSettings` | the files of daemons and cloud that make the scenario real |
/// | `LiveKubelet` | what kubelet and a runtime do for a pod |
/// | `LiveRun+End` | rest, counts, pings, and the proof that nothing is left |
/// | `MachineRoom` | whether this machine has room for it |
public struct LiveRun: Sendable {
    let scenario: Scenario
    let name: String
    let provider: LiveProvider
    let options: Options
    let console: Console

    /// What can be chosen beside the scenario.
    public struct Options: Hashable, Sendable {
        /// The most pings; where more are possible, so many are drawn by lot.
        public var pings = 2000
        /// How long the cluster may take to come to rest after the end of the plan.
        public var settle = Duration.seconds(60)

        public init() {}
    }

    /// So many processes of plugin and `ip` run at once at most.
    static let width = 128

    /// - Parameters:
    ///   - name: of the fabric.
    ///   - provider: ``LiveProvider/rest`` or ``LiveProvider/ec2``: all nodes have one cloud, which a server is.
    public init(
        _ scenario: Scenario, name: String, provider: LiveProvider = .rest, options: Options = Options(),
        console: Console
    ) {
        self.scenario = scenario
        self.name = name
        self.provider = provider
        self.options = options
        self.console = console
    }

    /// What of a scenario live mode cannot do, a sentence each.
    public static func problems(of scenario: Scenario) -> [String] {
        var problems: [String] = []
        if scenario.plan.nodes.isEmpty { problems.append("the scenario has no node") }
        let leaving = scenario.plan.nodes.count { $0.leaves.map { $0 < .origin + scenario.duration } ?? false }
        if leaving > 0 {
            problems.append("\(leaving) nodes leave before the end, which no node of a live run does")
        }
        let returning = scenario.plan.pods.count { if case .again = $0.ends { true } else { false } }
        if returning > 0 {
            problems.append("\(returning) pods come back after their end, which no pod of a live run does")
        }
        let others = scenario.incidents.count { if case .daemonsDie = $0 { false } else { true } }
        if others > 0 {
            problems.append("\(others) incidents are of a kind that a live run does not have: it has daemons that die")
        }
        return problems
    }

    /// Runs the scenario. Everything is removed at the end, also when it fails or is cancelled.
    ///
    /// - Throws: ``LiveFailure`` where Warmpool did not do what it should; ``LiveError``, `FabricError` and others where
    ///   something could not be tried; `CancellationError`.
    public func run() async throws -> LiveReport {
        try MachineRoom().check(for: scenario)
        let linksBefore = try LiveRun.hostLinks()
        let blueprint = ScenarioBlueprint(scenario: scenario, provider: provider)
        var built: LiveFabric?
        try await console.step("making a VPC with \(blueprint.nodes) nodes and its cloud") {
            built = try await LiveFabric.build(name: name, blueprint)
            return "a VPC of network namespaces with a router, an outside and \(blueprint.nodes) nodes; "
                + "its cloud speaks \(provider.rawValue)"
        }
        guard let live = built else { throw CancellationError() }
        let report: LiveReport
        do {
            report = try await play(on: live)
        } catch {
            throw await LiveFabric.removeAll(of: name, after: error)
        }
        try await console.step("taking everything down") {
            try await live.remove()
            let left = LiveFabric.traces(of: name) + (try LiveRun.hostLinks()).subtracting(linksBefore).sorted()
            guard left.isEmpty else { throw LiveFailure("something is left: \(left.joined(separator: "; "))") }
            return "everything is removed: no process, no namespace, no interface, no file is left"
        }
        return report
    }

    /// The interfaces of this process's own namespace, in which a live run makes none.
    private static func hostLinks() throws -> Set<String> {
        Set(try NetlinkSocket().links().map { "the interface \($0.name)" })
    }

    // MARK: The plan

    private func play(on live: LiveFabric) async throws -> LiveReport {
        let log = PodLog(pods: scenario.plan.pods.count)
        let turns = Turns(LiveRun.width)
        let clock = RunClock(scenario)
        let kubelets = live.nodes.map {
            LiveKubelet(node: $0, scenario: scenario, clock: clock, log: log, turns: turns)
        }
        try await console.step("running the scenario for \(scenario.duration.rounded)") {
            try await withThrowingTaskGroup { group in
                for (index, node) in scenario.plan.nodes.enumerated() {
                    group.addTask { try await join(live.nodes[index], at: node.joins, clock) }
                }
                for incident in scenario.incidents {
                    group.addTask { try await happen(incident, on: live.nodes, clock) }
                }
                for (index, pod) in scenario.plan.pods.enumerated() {
                    group.addTask { try await kubelets[pod.node].live(index) }
                }
                group.addTask { try await showProgress(log, clock) }
                try await group.waitForAll()
            }
            return "\(scenario.plan.nodes.count) daemons and the plugin of \(scenario.plan.pods.count) pods ran for "
                + scenario.duration.rounded
        }
        return try await finish(live, kubelets, log)
    }

    private func join(_ node: SimulatedNode, at instant: Instant, _ clock: RunClock) async throws {
        try await clock.wait(until: instant)
        if !clock.isOver { try await node.startDaemon() }
    }

    private func happen(_ incident: Incident, on nodes: [SimulatedNode], _ clock: RunClock) async throws {
        guard case .daemonsDie(let range, let instant, let downFor) = incident else { return }
        try await clock.wait(until: instant)
        guard !clock.isOver else { return }
        let up = nodes[range.clamped(to: nodes.indices)].filter { $0.daemon?.isRunning == true }
        for node in up { await node.daemon?.kill() }
        try await clock.wait(until: instant + downFor)
        for node in up { try await node.startDaemon() }
    }

    private func showProgress(_ log: PodLog, _ clock: RunClock) async throws {
        while !clock.isOver {
            let (running, waiting) = (await log.running.count, await log.waiting.count)
            console.progress(
                "\((clock.now - .origin).rounded) of \(scenario.duration.rounded): \(running) pods run, "
                    + "\(waiting) wait")
            try await clock.wait(until: clock.now + .milliseconds(250))
        }
    }
}
