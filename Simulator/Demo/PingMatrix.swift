import Fabric

/// Pings from every pod to every other, many at a time.
struct PingMatrix {
    /// A pod that another did not reach.
    struct Loss: Hashable, Sendable {
        let from: SimulatedPod
        let to: SimulatedPod
    }

    /// How many pairs were tried.
    private(set) var count = 0
    /// How many of them are on two nodes.
    private(set) var countAcrossNodes = 0
    private(set) var losses: [Loss] = []

    /// So many pings are under way at once.
    private static let width = 16

    /// - Parameter progress: is told how many of how many pings are done.
    /// - Throws: `FabricError` where ping does not work at all, `CancellationError`.
    init(_ pods: [SimulatedPod], progress: (_ done: Int, _ total: Int) -> Void) async throws {
        let pairs = pods.flatMap { from in pods.filter { $0 != from }.map { Loss(from: from, to: $0) } }
        try await withThrowingTaskGroup(of: Loss?.self) { group in
            for (index, pair) in pairs.enumerated() {
                if index >= PingMatrix.width { record(try await group.next() ?? nil, &losses) }
                try Task.checkCancellation()
                progress(index, pairs.count)
                group.addTask { try await pair.from.reaches(pair.to.address) ? nil : pair }
            }
            for try await loss in group { record(loss, &losses) }
        }
        count = pairs.count
        countAcrossNodes = pairs.count { $0.from.node != $0.to.node }
    }
}

private func record(_ loss: PingMatrix.Loss?, _ losses: inout [PingMatrix.Loss]) {
    if let loss { losses.append(loss) }
}
