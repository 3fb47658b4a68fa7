import Settings
import VirtualSimulator

/// Runs the cells of a plan.
///
/// | file | what |
/// | --- | --- |
/// | `SweepGrid`, `SweepPlan`, `PoolSetting` | the axes, and what is simulated in a cell |
/// | `Shard`, `ResultsFile`, `MergedResults` | a sweep in several pieces |
/// | `ParetoFront`, `Report/` | what it comes to |
public struct Sweep: Sendable {
    /// How far it has come.
    public struct Progress: Hashable, Sendable {
        /// How many cells are to be run now.
        public let total: Int
        /// How many of them are finished.
        public var done = 0
        /// The pods that were started in them.
        public var pods = 0
    }

    private let plan: SweepPlan
    private let shard: Shard
    private let jobs: Int

    /// - Parameters:
    ///   - shard: which of the cells are run.
    ///   - jobs: how many are run at the same time; what comes of them does not depend on it.
    public init(_ plan: SweepPlan, shard: Shard = .whole, jobs: Int) {
        self.plan = plan
        self.shard = shard
        self.jobs = max(jobs, 1)
    }

    /// Runs the cells that have no result yet.
    ///
    /// - Parameters:
    ///   - file: where results are, and where new ones are added; in the end it is in the order of the cells.
    ///   - progress: is told after each cell.
    /// - Returns: the results of the shard, in the order of the cells.
    /// - Throws: `SettingsProblems` for a results file that cannot be used; ``CellFailure``.
    public func run(
        resultsFile file: ResultsFile? = nil, progress: (Progress) -> Void = { _ in }
    ) async throws -> [CellResult] {
        let grid = plan.grid
        var results = Dictionary(try file?.begin(grid).map { ($0.cell, $0) } ?? []) { first, _ in first }
        let cells = shard.cells(of: grid.count)
        let todo = cells.filter { results[$0] == nil }
        var state = Progress(total: todo.count)
        try await withThrowingTaskGroup(of: CellResult.self) { group in
            var waiting = todo.map { grid[$0] }.makeIterator()
            func start() {
                if let cell = waiting.next() { group.addTask { [plan] in try plan.run(cell) } }
            }
            for _ in 0..<jobs { start() }
            while let result = try await group.next() {
                start()
                try file?.add(result)
                results[result.cell] = result
                state.done += 1
                state.pods += result.pods
                progress(state)
            }
        }
        try file?.write(Array(results.values), of: grid)
        return cells.compactMap { results[$0] }
    }
}

/// A cell that could not be simulated to its end.
public struct CellFailure: Error, CustomStringConvertible {
    /// The cell's name, as the grid has it.
    public let cell: String
    /// Why.
    public let reason: String

    public var description: String { "\(cell): \(reason)" }
}

extension SweepPlan {
    /// Simulates a cell.
    func run(_ cell: SweepGrid.Cell) throws -> CellResult {
        do {
            return CellResult(cell, try Simulation(scenario(of: cell)).run())
        } catch {
            throw CellFailure(cell: grid.name(of: cell), reason: "\(error)")
        }
    }
}
