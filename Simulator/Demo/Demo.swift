import ControlProtocol
import InstanceLimits

/// The demonstration: two nodes full of pods that reach each other, one pod too many, and nothing left at the end.
public struct Demo: Sendable {
    private let name: String
    private let configuration: LiveConfiguration
    private let console: Console

    /// - Parameter name: of the fabric.
    public init(name: String, instanceType: InstanceType, pods: PodNetworking, console: Console) {
        self.name = name
        configuration = LiveConfiguration(instanceType: instanceType, pods: pods)
        self.console = console
    }

    /// Runs the demonstration. Everything is removed at the end, also when it fails or is cancelled.
    ///
    /// - Throws: ``DemoFailure`` where Warmpool did not do what it should, other errors where something could not be
    ///   tried; `CancellationError`.
    public func run() async throws {
        console.print(
            """
            Warmpool: pods get addresses of their VPC from a warm pool.
            This demo makes a VPC of network namespaces on this machine, and removes it at the end.

            """)
        let live = try await start()
        do {
            try await play(on: live)
        } catch {
            throw await LiveFabric.removeAll(of: name, after: error)
        }
        try await console.step("taking the VPC down") {
            try await live.remove()
            return "the VPC is taken down; this machine is as it was before"
        }
    }

    private func start() async throws -> LiveFabric {
        var live: LiveFabric?
        let count = configuration.nodes
        try await console.step("making a VPC with \(count) nodes, and starting warmpoold on them") {
            let started = try await LiveFabric.start(name: name, configuration)
            live = started
            return "a VPC with a router, an outside and \(count) nodes; warmpoold runs on each"
        }
        guard let live else { throw CancellationError() }
        return live
    }

    private func play(on live: LiveFabric) async throws {
        try await introduce(live)
        let pods = try await addPods(live)
        try await show(pods, live)
        try await ping(pods)
        try await refuse(live)
        try await deletePods(pods, live)
        try await verifyNothingIsLeft(live)
    }

    // MARK: Acts

    private func introduce(_ live: LiveFabric) async throws {
        for node in live.nodes {
            let limits: MaxPodsReport = try await node.call(.maxPods)
            let overview: Overview = try await node.call(.overview)
            console.print(
                "    \(node.name) is a \(limits.instanceType): \(limits.eniLimit) ENIs of \(limits.ipv4PerENI) addresses, "
                    + "room for \(limits.room) pods; \(overview.addresses.free) addresses are warm")
        }
    }

    private func addPods(_ live: LiveFabric) async throws -> [SimulatedPod] {
        var pods: [SimulatedPod] = []
        try await console.step("adding pods by warmpool-cni until the nodes are full") {
            for node in live.nodes {
                let limits: MaxPodsReport = try await node.call(.maxPods)
                for number in 1...max(limits.room, 1) {
                    pods.append(try await node.add("web-\(number)"))
                    console.progress("\(pods.count) pods added")
                }
            }
            return "\(pods.count) pods added by warmpool-cni: the nodes are full"
        }
        return pods
    }

    private func show(_ pods: [SimulatedPod], _ live: LiveFabric) async throws {
        var rows: [[String]] = []
        for node in live.nodes {
            let interfaces: [InterfaceRow] = try await node.call(.interfaces)
            let names = Dictionary(interfaces.map { ($0.id, $0) }) { first, _ in first }
            let pods: [PodRow] = try await node.call(.pods)
            for row in pods {
                let device = names[row.eni]?.deviceIndex.map { "eth\($0)" } ?? "?"
                rows.append([node.name, row.name, "\(row.addresses)", row.eni, device])
            }
        }
        console.print()
        for line in tableLines(["NODE", "POD", "ADDRESS", "ENI", "INTERFACE"], rows) { console.print("    " + line) }
        console.print()
        let shown = Set(rows.map { "\($0[0]) \($0[1]) \($0[2])" })
        for pod in pods where !shown.contains("\(pod.node) \(pod.name) \(pod.addresses)") {
            throw DemoFailure("warmpoold of \(pod.node) does not list \(pod.name) with \(pod.addresses)")
        }
    }

    private func ping(_ pods: [SimulatedPod]) async throws {
        try await console.step("pinging every pod from every other") {
            let matrix = try await PingMatrix(pods) { done, total in console.progress("\(done) of \(total) pings") }
            guard matrix.losses.isEmpty else {
                throw DemoFailure(matrix.lossesText)
            }
            return "every pod reaches every other: \(matrix.count) pings answered, \(matrix.countAcrossNodes) of them "
                + "from the other node"
        }
    }

    private func refuse(_ live: LiveFabric) async throws {
        for node in live.nodes {
            var refusal: PluginFailure?
            try await console.step("adding one pod too many to \(node.name)") {
                do {
                    let pod = try await node.add("one-too-many")
                    throw DemoFailure("\(node.name) is full, and yet \(pod.name) got \(pod.addresses)")
                } catch LiveError.plugin(let failure) {
                    refusal = failure
                }
                return "one pod too many for \(node.name) is refused, with the cause:"
            }
            guard let refusal else { continue }
            console.print("    \(refusal.message) [CNI error \(refusal.code)]")
        }
    }

    private func deletePods(_ pods: [SimulatedPod], _ live: LiveFabric) async throws {
        try await console.step("deleting all pods by warmpool-cni") {
            for (index, pod) in pods.enumerated() {
                console.progress("\(index) of \(pods.count) pods deleted")
                guard let node = live.nodes.first(where: { $0.name == pod.node }) else { continue }
                try await node.delete(pod)
            }
            return "all pods deleted by warmpool-cni"
        }
    }

    private func verifyNothingIsLeft(_ live: LiveFabric) async throws {
        try await console.step("looking for what the pods left behind") {
            for node in live.nodes {
                let left = try await node.leftovers()
                guard left.isEmpty else {
                    throw DemoFailure("\(node.name) is not clean: \(left.joined(separator: "; "))")
                }
            }
            return "nothing is left of them: no interface, no route, no attachment; kernel, store and cloud agree"
        }
    }
}

extension MaxPodsReport {
    /// How many pods the demo adds until a node is full.
    fileprivate var room: Int { min(podAddresses ?? .max, kubeletMaxPods) }
}

/// Warmpool did not do what the demo shows.
public struct DemoFailure: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Columns as wide as their widest cell.
private func tableLines(_ header: [String], _ rows: [[String]]) -> [String] {
    let all = [header] + rows
    let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { row in
        let line = zip(row, widths).map { cell, width in cell + String(repeating: " ", count: width - cell.count) }
            .joined(separator: "  ")
        return String(line.reversed().drop { $0 == " " }.reversed())
    }
}
