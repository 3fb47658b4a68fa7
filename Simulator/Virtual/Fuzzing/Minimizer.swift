import ModelVPC
import Pool
import Timekeeping

/// Makes a scenario that violates a rule as small as it can be while it violates the same rule.
public struct Minimizer {
    /// How far it has come: the scenario so far, and how many were tried.
    public struct Step: Sendable {
        public let scenario: Scenario
        public let runs: Int
    }

    /// The smallest scenario so far.
    public private(set) var scenario: Scenario
    /// What it violates.
    public private(set) var violation: Violation
    private var runs = 0
    private let mostRuns: Int
    private let judge: (Scenario) -> Violation?
    private let report: (Step) -> Void

    /// - Parameters:
    ///   - violation: what the scenario was seen to violate.
    ///   - mostRuns: after how many runs it has to do with what it has.
    ///   - judge: what a run of a scenario violates.
    ///   - report: is told of every step.
    public init(
        _ scenario: Scenario, _ violation: Violation, mostRuns: Int = 3000,
        judge: @escaping (Scenario) -> Violation? = \.violation, report: @escaping (Step) -> Void = { _ in }
    ) {
        self.scenario = scenario
        self.violation = violation
        self.mostRuns = mostRuns
        self.judge = judge
        self.report = report
    }

    /// Leaves out pods, nodes, incidents, faults and time, again and again until nothing more can be left out.
    public mutating func minimize() {
        var before: Scenario
        repeat {
            before = scenario
            shorten()
            reduce(scenario.plan.pods) { $0.plan = Plan(nodes: $0.plan.nodes, pods: $1) }
            reduce(Array(scenario.plan.nodes.indices)) { $0.keep(nodes: $1) }
            reduce(scenario.incidents) { $0.incidents = $1 }
            reduce(scenario.faults) { $0.faults = $1 }
            reduce(Array(scenario.groups.indices)) { $0.keep(groups: $1) }
            reduce(scenario.subnets) { $0.subnets = $1 }
        } while scenario != before && runs < mostRuns
    }

    /// Ends right after the violation, where it came before the quiesce, and as early before that as it can.
    private mutating func shorten() {
        let end = Instant.origin + scenario.duration
        if violation.at < end {
            attempt { scenario, violation in
                scenario.duration = violation.at - .origin + .nanoseconds(1)
                scenario.quiesce = nil
            }
        } else {
            while attempt({ scenario, _ in scenario.duration = scenario.duration / 2 }) {}
        }
        attempt { scenario, _ in
            let end = Instant.origin + scenario.duration
            scenario.plan = Plan(
                nodes: scenario.plan.nodes, pods: scenario.plan.pods.filter { $0.arrives < end })
        }
    }

    /// Leaves out of a list of the scenario what can be left out.
    private mutating func reduce<Element>(_ list: [Element], _ set: (inout Scenario, [Element]) -> Void) {
        let whole = scenario
        _ = minimalPart(of: list) { part in
            attempt { scenario, _ in
                scenario = whole
                set(&scenario, part)
            }
        }
    }

    /// Takes a change over if the scenario violates the same rule with it.
    @discardableResult
    private mutating func attempt(_ change: (inout Scenario, Violation) -> Void) -> Bool {
        var candidate = scenario
        change(&candidate, violation)
        guard candidate != scenario, runs < mostRuns, !candidate.groups.isEmpty else { return false }
        runs += 1
        guard let found = judge(candidate), found.rule == violation.rule else { return false }
        scenario = candidate
        violation = found
        report(Step(scenario: scenario, runs: runs))
        return true
    }
}

extension Scenario {
    /// What a run violates; `nil` for nothing, and for a scenario that cannot be run.
    public var violation: Violation? {
        do throws(Violation) {
            guard let simulation = try? Simulation(self) else { return nil }
            _ = try simulation.run()
            return nil
        } catch {
            return error
        }
    }

    /// Leaves out all nodes but these, with their pods.
    fileprivate mutating func keep(nodes kept: [Int]) {
        let numbers = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) })
        let pods = plan.pods.compactMap { pod in
            numbers[pod.node].map { Plan.Pod(arrives: pod.arrives, node: $0, ends: pod.ends) }
        }
        plan = Plan(nodes: kept.map { plan.nodes[$0] }, pods: pods)
        incidents = incidents.compactMap { incident in
            switch incident {
            case .daemonsDie(let nodes, let at, let downFor):
                nodes.renumbered(numbers).map { .daemonsDie(nodes: $0, at: at, downFor: downFor) }
            case .nodesReboot(let nodes, let at, let downFor):
                nodes.renumbered(numbers).map { .nodesReboot(nodes: $0, at: at, downFor: downFor) }
            case .enisLeak(let nodes, let at): nodes.renumbered(numbers).map { .enisLeak(nodes: $0, at: at) }
            case .strangerTakes: incident
            }
        }
        for index in faults.indices {
            guard let caller = faults[index].caller else { continue }
            let number = kept.firstIndex { VirtualNode.instance($0) == caller }
            faults[index].caller = VirtualNode.instance(number ?? kept.count)
        }
    }

    /// Leaves out all groups but these; nodes of the others become nodes of the first one.
    fileprivate mutating func keep(groups kept: [Int]) {
        let nodes = plan.nodes.map { node in
            var node = node
            node.group = kept.firstIndex(of: node.group) ?? 0
            return node
        }
        groups = kept.map { groups[$0] }
        plan = Plan(nodes: nodes, pods: plan.pods)
    }
}

extension Range<Int> {
    /// The new numbers of those that are left; `nil` where none is.
    fileprivate func renumbered(_ numbers: [Int: Int]) -> Range<Int>? {
        let left = compactMap { numbers[$0] }
        guard let first = left.min(), let last = left.max() else { return nil }
        return first..<last + 1
    }
}
