import Addressing
import Fabric

/// Pings from every pod to every address of every other, many at a time.
struct PingMatrix {
    /// A ping from one pod to an address of another.
    struct Ping: Hashable, Sendable {
        let from: SimulatedPod
        let to: SimulatedPod
        let address: IPAddress
    }

    /// How many were sent.
    private(set) var count = 0
    /// How many of them are on two nodes.
    private(set) var countAcrossNodes = 0
    /// Those without an answer.
    private(set) var losses: [Ping] = []

    /// So many pings are under way at once.
    private static let width = 16

    /// - Parameter progress: is told how many of how many pings are done.
    /// - Throws: `FabricError` where ping does not work at all, `CancellationError`.
    init(_ pods: [SimulatedPod], progress: (_ done: Int, _ total: Int) -> Void) async throws {
        let pings = pods.flatMap { from in
            pods.filter { $0 != from }.flatMap { to in
                to.addresses.all.map { Ping(from: from, to: to, address: $0) }
            }
        }
        try await withThrowingTaskGroup(of: Ping?.self) { group in
            for (index, ping) in pings.enumerated() {
                if index >= PingMatrix.width { record(try await group.next() ?? nil, &losses) }
                try Task.checkCancellation()
                progress(index, pings.count)
                group.addTask { try await ping.from.reaches(ping.address) ? nil : ping }
            }
            for try await loss in group { record(loss, &losses) }
        }
        count = pings.count
        countAcrossNodes = pings.count { $0.from.node != $0.to.node }
    }
}

private func record(_ loss: PingMatrix.Ping?, _ losses: inout [PingMatrix.Ping]) {
    if let loss { losses.append(loss) }
}
