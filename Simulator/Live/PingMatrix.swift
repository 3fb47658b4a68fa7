import Addressing
import Fabric

/// Pings from every pod to every address of every other, or a sample of them, many at a time.
struct PingMatrix {
    /// A ping from one pod to an address of another.
    struct Ping: Hashable, Sendable {
        let from: SimulatedPod
        let to: SimulatedPod
        let address: IPAddress
    }

    /// How many there could be.
    private(set) var possible = 0
    /// How many were sent.
    private(set) var count = 0
    /// How many of them are on two nodes.
    private(set) var countAcrossNodes = 0
    /// Those without an answer.
    private(set) var losses: [Ping] = []

    /// So many pings are under way at once.
    private static let width = 16

    /// - Parameters:
    ///   - most: where more pings are possible, so many are drawn by lot, such that every pod sends about as many as every
    ///     other.
    ///   - progress: is told how many of how many pings are done.
    /// - Throws: `FabricError` where ping does not work at all, `CancellationError`.
    init(
        _ pods: [SimulatedPod], most: Int = .max, isolation: isolated (any Actor)? = #isolation,
        progress: (_ done: Int, _ total: Int) -> Void
    ) async throws {
        let (pings, possible) = PingMatrix.pings(between: pods, most: most)
        var losses: [Ping] = []
        try await withThrowingTaskGroup(of: Ping?.self) { group in
            for (index, ping) in pings.enumerated() {
                if index >= PingMatrix.width, let loss = try await group.next() ?? nil { losses.append(loss) }
                try Task.checkCancellation()
                progress(index, pings.count)
                group.addTask { try await ping.from.reaches(ping.address) ? nil : ping }
            }
            for try await loss in group { if let loss { losses.append(loss) } }
        }
        self.possible = possible
        self.losses = losses
        count = pings.count
        countAcrossNodes = pings.count { $0.from.node != $0.to.node }
    }

    /// The pings, and how many are possible.
    static func pings(between pods: [SimulatedPod], most: Int) -> (pings: [Ping], possible: Int) {
        let targets = pods.enumerated().flatMap { number, pod in
            pod.addresses.all.map { (number: number, pod: pod, address: $0) }
        }
        let possible = pods.reduce(0) { $0 + targets.count - $1.addresses.all.count }
        var pings: [Ping] = []
        if possible <= most {
            for (number, from) in pods.enumerated() {
                for to in targets where to.number != number {
                    pings.append(Ping(from: from, to: to.pod, address: to.address))
                }
            }
            return (pings, possible)
        }
        // In turns, so that each pod sends and receives one before any does twice.
        var from = 0
        while pings.count < most {
            for to in targets.shuffled() where pings.count < most {
                if to.number == from { continue }
                pings.append(Ping(from: pods[from], to: to.pod, address: to.address))
                from = (from + 1) % pods.count
            }
        }
        return (pings, possible)
    }

    /// How many pings were not answered, with a few of them.
    var lossesText: String {
        let some = losses.prefix(5).map {
            "\($0.from.node)/\($0.from.name) → \($0.to.node)/\($0.to.name) (\($0.address))"
        }
        return "\(losses.count) of \(count) pings were not answered, among them " + some.joined(separator: ", ")
    }
}
