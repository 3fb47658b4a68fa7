import Comparison
import ControlProtocol
import Timekeeping
import VirtualSimulator

extension LiveRun {
    /// What follows when the plan is over: rest, one more try for each pod that waits, counts, pings, and the end of
    /// all pods.
    func finish(_ live: LiveFabric, _ kubelets: [LiveKubelet], _ log: PodLog) async throws -> LiveReport {
        try await console.step("waiting until the cluster is at rest") {
            try await rest(live)
            let waiting = await log.waiting
            try await withThrowingTaskGroup { group in
                for pod in waiting {
                    group.addTask { try await kubelets[scenario.plan.pods[pod].node].tryAgain(pod) }
                }
                try await group.waitForAll()
            }
            try await rest(live)
            return "the cluster is at rest; \(waiting.count) pods without an address have asked once more"
        }
        let pods = await log.running
        var report = LiveReport(try await count(live, log))
        report.waits = await log.waits.sorted()
        report.refusals = await log.refusals
        report.kills = kills
        try await console.step("pinging pods from pods") {
            report.pings = try await ping(pods)
            let whole = report.pings.sent == report.pings.possible ? "all" : "a sample of \(report.pings.possible)"
            return "\(report.pings.sent) pings between \(pods.count) pods (\(whole)) answered, "
                + "\(report.pings.acrossNodes) of them from another node"
        }
        try await console.step("deleting all pods") {
            try await delete(pods, live, kubelets)
            return "\(pods.count) pods deleted; no interface, route or attachment is left of any, and kernel, store "
                + "and cloud agree on all nodes"
        }
        return report
    }

    /// How often daemons are killed.
    private var kills: Int {
        scenario.incidents.reduce(0) { sum, incident in
            guard case .daemonsDie(let nodes, let at, _) = incident, at - .origin < scenario.duration else {
                return sum
            }
            return sum + nodes.clamped(to: scenario.plan.nodes.indices).count
        }
    }

    // MARK: Rest

    /// Waits until nothing is under way on any node, and kernel, store and cloud agree.
    private func rest(_ live: LiveFabric) async throws {
        let deadline = ContinuousClock.now + options.settle
        var busy = started(live)
        while !busy.isEmpty {
            for node in busy where node.daemon?.isRunning != true {
                throw LiveError.process("warmpoold of \(node.name)", problem: "has ended", log: tail(ofFile: node.log))
            }
            var still: [SimulatedNode] = []
            var reasons: [String] = []
            for node in busy {
                guard let reason = try await unrest(on: node) else { continue }
                still.append(node)
                reasons.append("\(node.name): \(reason)")
            }
            guard still.isEmpty || ContinuousClock.now < deadline else {
                throw LiveFailure(
                    "not at rest \(options.settle.rounded) after the end of the plan: "
                        + reasons.joined(separator: "; "))
            }
            busy = still
            if !busy.isEmpty { try await Task.sleep(for: .milliseconds(200)) }
        }
    }

    /// The nodes that have joined.
    private func started(_ live: LiveFabric) -> [SimulatedNode] {
        zip(live.nodes, scenario.plan.nodes).filter { $1.joins < .origin + scenario.duration }.map(\.0)
    }

    /// What is still under way on a node, or in disorder: what a killed daemon left is repaired by and by.
    private func unrest(on node: SimulatedNode) async throws -> String? {
        do {
            guard try await node.isAtRest() else { return "addresses, ENIs or pods are on their way" }
            let differences = try await node.differences()
            return differences.isEmpty ? nil : differences.joined(separator: "; ")
        } catch let error as ControlError {
            return error.description
        }
    }

    // MARK: Counts

    private func count(_ live: LiveFabric, _ log: PodLog) async throws -> ClusterCount {
        let nodes = started(live)
        var rows: [InterfaceRow] = []
        for node in nodes {
            rows += try await node.call(.interfaces) as [InterfaceRow]
        }
        return ClusterCount(
            nodes: nodes.count, running: await log.running.count, pending: await log.pending,
            enis: rows.count { $0.deviceIndex != nil },
            subnets: scenario.subnets.map { subnet in
                let own = rows.filter { $0.subnet == subnet.id.description }
                let addresses = own.flatMap(\.addresses)
                return .init(
                    id: subnet.id, held: own.count + addresses.count,
                    pods: addresses.count { $0.state == "assigned" })
            })
    }

    // MARK: Pods

    private func ping(_ pods: [SimulatedPod]) async throws -> LiveReport.Pings {
        let matrix = try await PingMatrix(pods, most: options.pings) { done, total in
            console.progress("\(done) of \(total) pings")
        }
        guard matrix.losses.isEmpty else { throw LiveFailure(matrix.lossesText) }
        return .init(possible: matrix.possible, sent: matrix.count, acrossNodes: matrix.countAcrossNodes)
    }

    private func delete(_ pods: [SimulatedPod], _ live: LiveFabric, _ kubelets: [LiveKubelet]) async throws {
        let byNode = Dictionary(kubelets.map { ($0.node.name, $0) }) { first, _ in first }
        try await withThrowingTaskGroup { group in
            for pod in pods { group.addTask { try await byNode[pod.node]?.stop(pod.name) } }
            try await group.waitForAll()
        }
        for node in started(live) {
            let left = try await node.leftovers()
            guard left.isEmpty else {
                throw LiveFailure("\(node.name) is not clean: \(left.joined(separator: "; "))")
            }
        }
    }
}
