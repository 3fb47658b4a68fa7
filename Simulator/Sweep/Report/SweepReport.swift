/// What a sweep says to its readers, whatever the form: terminal, JSON, CSV, Markdown and HTML show this value.
///
/// Equal results have equal bytes in every form, on any number of cores and in any number of pieces.
public struct SweepReport: Hashable, Sendable, Encodable {
    /// The version of the JSON's schema.
    public static let schema = "warmpool-sim-sweep-report/v1"

    /// The version of the schema, ``SweepReport/schema``.
    public let schema = SweepReport.schema
    /// The axes.
    public let grid: SweepGrid
    /// A table for each workload on each instance type, then, where there are several workloads, for all of them.
    public let tables: [Table]

    /// The settings of the pool for one workload on one instance type.
    public struct Table: Hashable, Sendable, Encodable {
        /// The workload; absent for all together.
        public let workload: String?
        /// Absent where the scenario says it.
        public let instanceType: String?
        /// Those that strand least first.
        public let rows: [Row]
    }

    /// A setting of the pool: means over the seeds, the longest wait the longest of all. For all workloads together the
    /// means over them, and of the waits the longest, because a setting has to be good enough for whatever comes.
    public struct Row: Hashable, Sendable, Encodable {
        /// The keys of `warmpoold.yaml` with their values.
        public let pool: String
        public let mode: PoolMode
        /// Whether no other setting of the table is better in ``stranded`` or ``p99`` without being worse in the other.
        public let isBest: Bool
        /// Addresses that a node holds and no pod uses.
        public let stranded: Double
        /// Waits for an address in seconds.
        public let p50: Double
        public let p90: Double
        public let p99: Double
        public let longest: Double
        /// Calls that change something, for a hundred pods.
        public let callsPerHundredPods: Double
        /// The percentage of the calls that were throttled.
        public let throttled: Double
        /// Pods that waited for an address at the end.
        public let pending: Double
    }

    /// - Parameter results: one for every cell of the grid, in order.
    public init(_ grid: SweepGrid, _ results: [CellResult]) {
        self.grid = grid
        let types = max(grid.instanceTypes.count, 1)
        let workloads = grid.workloads.indices.map { workload in
            (0..<types).map { type in
                grid.pools.indices.map { pool in
                    let first = ((workload * types + type) * grid.pools.count + pool) * grid.seeds.count
                    return Means(Array(results[first..<first + grid.seeds.count]))
                }
            }
        }
        func name(_ type: Int) -> String? { grid.instanceTypes.isEmpty ? nil : grid.instanceTypes[type] }
        var tables = zip(grid.workloads, workloads).flatMap { workload, perType in
            perType.enumerated().map { type, means in Table(workload.name, name(type), grid.pools, means) }
        }
        if grid.workloads.count > 1 {
            tables += (0..<types).map { type in
                let means = grid.pools.indices.map { pool in Means(of: workloads.map { $0[type][pool] }) }
                return Table(nil, name(type), grid.pools, means)
            }
        }
        self.tables = tables
    }
}

extension SweepReport.Table {
    init(_ workload: String?, _ instanceType: String?, _ pools: [SweepGrid.Pool], _ means: [Means]) {
        self.workload = workload
        self.instanceType = instanceType
        let best = ParetoFront.contains(means.map { ParetoFront.Point(x: $0.stranded, y: $0.p99) })
        rows = zip(pools, zip(means, best)).map { pool, figures in
            let (means, isBest) = figures
            return SweepReport.Row(
                pool: pool.name, mode: pool.mode, isBest: isBest, stranded: means.stranded, p50: means.p50,
                p90: means.p90, p99: means.p99, longest: means.longest,
                callsPerHundredPods: means.callsPerHundredPods, throttled: means.throttled, pending: means.pending)
        }
        .sorted { ($0.stranded, $0.p99, $0.pool) < ($1.stranded, $1.p99, $1.pool) }
    }

    /// Such as `burst on m5.xlarge`.
    var title: String {
        (workload ?? "all workloads") + (instanceType.map { " on \($0)" } ?? "")
    }
}
