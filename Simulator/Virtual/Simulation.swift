import Addressing
import Identity
import ModelVPC
import ModelViews
import Pool
import Timekeeping

/// A cluster in virtual time: every node runs a real `Pool` against one `ModelVPC`, and pods come and go as a plan
/// says.
///
/// Discrete events, one after another, each at its instant: nothing here has a rule of its own about addresses, and
/// nothing waits. Equal scenarios give equal runs.
///
/// ```swift
/// let report = try Simulation(scenario).run()
/// print(report.wait(0.99), report.stranded)
/// ```
///
/// | file | what |
/// | --- | --- |
/// | `Simulation+Nodes` | daemons that start, look at the provider's view, tick and stop |
/// | `Simulation+Pods` | pods that ask for an address, try again, and end |
/// | `Simulation+Calls` | the pool's actions as calls of the provider, and their answers |
/// | `Simulation+Incidents` | daemons and machines that die, strangers, leaks |
/// | `Simulation+Samples`, `Gauges` | how the cluster is at a moment |
/// | `Checks/` | what must always hold, judged apart from pool and cloud |
public struct Simulation {
    /// What happens at an instant.
    enum Event {
        case nodeJoins(Int)
        case nodeLeaves(Int)
        case nodeLooks(Int, run: Int)
        case nodeTicks(Int)
        /// Kubelet tries to start a pod.
        case podTries(Int)
        case podEnds(Int)
        /// A call whose turn has come leaves the node.
        case callDeparts(Int)
        case callEnds(Int)
        /// Whether the interface of an ENI has appeared.
        case interfaceAppears(node: Int, run: Int, ENIID, until: Instant)
        case detachmentIsPolled(node: Int, run: Int, ENIID, pause: Duration, until: Instant)
        case incidentBegins(Int)
        case incidentEnds(Int)
        case daemonStarts(Int, run: Int)

        /// What the scenario makes happen, and not what follows from it.
        var isOfScenario: Bool {
            switch self {
            case .nodeJoins, .nodeLeaves, .podEnds, .incidentBegins: true
            case .nodeLooks, .nodeTicks, .podTries, .callDeparts, .callEnds, .interfaceAppears, .detachmentIsPolled,
                .incidentEnds, .daemonStarts:
                false
            }
        }
    }

    let scenario: Scenario
    /// The free addresses of each subnet before the first node joined.
    let freeAtStart: [Int]
    var vpc: ModelVPC
    var random: Random
    var now = Instant.origin
    var queue = EventQueue<Event>()
    var nodes: [VirtualNode]
    var pods: [VirtualPod]
    var calls: [Int: PendingCall] = [:]
    var callsMade = 0
    var ledger = Ledger()
    var book: AddressBook
    /// The scenario has come to its end, and nodes come to rest.
    var isQuiescing = false
    var report = Report()
    var trace = Trace()
    /// Is told what happens, a line each.
    public var tell: ((Instant, String) -> Void)?
    var gauges: Gauges
    /// What strangers have taken, by the index of the incident.
    var taken: [Int: [IPv4Address]] = [:]
    var nextSample = Instant.origin
    /// How many pods of the plan have arrived.
    private var arrived = 0

    /// A cluster before its first event.
    ///
    /// - Throws: `ModelVPC.Failure` for a subnet that no VPC can have, and for a group in a subnet that is none of the
    ///   scenario's.
    public init(_ scenario: Scenario) throws(ModelVPC.Failure) {
        self.scenario = scenario
        var random = Random(seed: scenario.seed)
        vpc = ModelVPC(
            cidr: scenario.network, settings: scenario.cloud, throttling: scenario.throttling,
            faults: scenario.faultsUntilEnd,
            seed: random.next())
        for subnet in scenario.subnets { try vpc.add(subnet) }
        freeAtStart = scenario.subnets.map { [vpc] in vpc.freeAddressCount(in: ModelVPC.SubnetID($0.id)) }
        for group in scenario.groups where !scenario.subnets.contains(where: { $0.id == group.subnet }) {
            throw .subnetNotFound(ModelVPC.SubnetID(group.subnet))
        }
        self.random = random
        gauges = Gauges(scenario.subnets)
        book = AddressBook(scenario.subnets, vpc)
        nodes = scenario.plan.nodes.indices.map { VirtualNode($0, scenario, keepsStore: scenario.usesStore(of: $0)) }
        pods = scenario.plan.pods.map { VirtualPod($0) }
        for (index, node) in scenario.plan.nodes.enumerated() {
            queue.add(.nodeJoins(index), at: node.joins)
            if let leaves = node.leaves { queue.add(.nodeLeaves(index), at: leaves) }
        }
        for (index, incident) in scenario.incidents.enumerated() {
            queue.add(.incidentBegins(index), at: incident.begins)
        }
    }

    /// Runs to the scenario's end.
    ///
    /// - Parameters:
    ///   - interval: how many events there are between two reports of progress.
    ///   - progress: is told how far it has come.
    /// - Throws: ``Violation`` at the first event after which something does not hold that always must.
    public consuming func run(
        reportingEvery interval: Int = 10_000, progress: (Progress) -> Void = { _ in }
    ) throws(Violation) -> Report {
        let end = Instant.origin + scenario.duration
        while let (at, event) = nextEvent(before: end) {
            takeSamples(before: at)
            now = at
            try handle(event)
            if report.events.isMultiple(of: interval) {
                progress(Progress(now: now, end: end, events: report.events, podsStarted: report.podsStarted))
            }
        }
        takeSamples(before: end)
        now = end
        finishReport()
        let finished = report
        if let quiesce = scenario.quiesce { try self.quiesce(for: quiesce) }
        return finished
    }

    /// Lets everything happen that happens before an instant.
    mutating func advance(to instant: Instant) throws(Violation) {
        while let (at, event) = nextEvent(before: instant) {
            now = at
            try handle(event)
        }
        now = instant
    }

    /// Takes what happens next. The plan's arrivals are in order already: they need no place in the queue.
    mutating func nextEvent(before end: Instant) -> (at: Instant, event: Event)? {
        let arrival = arrived < pods.count ? pods[arrived].plan.arrives : .distantFuture
        if let next = queue.next, next <= arrival || isQuiescing { return next < end ? queue.pop() : nil }
        guard arrival < end, !isQuiescing else { return nil }
        defer { arrived += 1 }
        return (arrival, .podTries(arrived))
    }

    private mutating func finishReport() {
        for index in nodes.indices where nodes[index].isPresent { nodes[index].noteStranded(at: now) }
        for pod in pods where pod.isWaiting { report.waits.append(now - (pod.firstTry ?? now)) }
        report.end = sample(at: now)
        if scenario.sampleInterval != nil { report.samples.append(report.end) }
        report.finish(nodes: nodes, traceHash: trace.hash)
    }

    mutating func handle(_ event: Event) throws(Violation) {
        report.events += 1
        if isQuiescing, event.isOfScenario { return }
        switch event {
        case .nodeJoins(let node): try join(node)
        case .nodeLeaves(let node): try leave(node)
        case .nodeLooks(let node, let run): try look(node, run: run)
        case .nodeTicks(let node): try tick(node)
        case .podTries(let pod): try start(pod)
        case .podEnds(let pod): try end(pod)
        case .callDeparts(let call): try depart(call)
        case .callEnds(let call): try finish(call)
        case .interfaceAppears(let node, let run, let eni, let deadline):
            if nodes[node].run == run { try lookForInterface(of: eni, on: node, until: deadline) }
        case .detachmentIsPolled(let node, let run, let eni, let pause, let deadline):
            if nodes[node].run == run { try begin(.pollDetached(eni, pause: pause, until: deadline), on: node) }
        case .incidentBegins(let incident): try begin(incident)
        case .incidentEnds(let incident): end(incident: incident)
        case .daemonStarts(let node, let run): try startDaemon(node, run: run)
        }
    }
}

extension Scenario {
    /// The faults, none of which lasts into the quiesce.
    fileprivate var faultsUntilEnd: [ModelVPC.FaultRule] {
        faults.map { fault in
            var fault = fault
            fault.until = min(fault.until, .origin + duration)
            return fault
        }
    }

    /// Whether anybody will ask for what a node's daemon has stored: the daemon after its death, or the quiesce.
    fileprivate func usesStore(of node: Int) -> Bool {
        quiesce != nil
            || incidents.contains { incident in
                switch incident {
                case .daemonsDie(let nodes, _, _), .nodesReboot(let nodes, _, _): nodes.contains(node)
                case .strangerTakes, .enisLeak: false
                }
            }
    }
}

extension ModelVPC {
    fileprivate mutating func add(_ subnet: Scenario.Subnet) throws(Failure) {
        let id = SubnetID(subnet.id)
        try addSubnet(id, cidr: subnet.cidr, zone: subnet.zone, tags: subnet.tags)
        try occupy(id, subnet.used)
    }
}
