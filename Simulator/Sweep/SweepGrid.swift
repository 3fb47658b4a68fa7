/// The axes of a sweep, and its cells: every workload, on every instance type, with every setting of the pool, with
/// every seed.
///
/// Results say by their first line of which grid they are. That has all that a result depends on but the program.
public struct SweepGrid: Hashable, Sendable, Codable {
    /// The version of the results file.
    public static let schema = "warmpool-sim-sweep/v1"

    /// What happens on the cluster.
    public struct Workload: Hashable, Sendable, Codable {
        public var name: String
        /// A fingerprint of the scenario's text, in hexadecimal.
        public var digest: String
    }

    /// What the nodes' daemons are told.
    public struct Pool: Hashable, Sendable, Codable {
        /// The keys of `warmpoold.yaml` with their values, such as `warmIPTarget=5,minimumIPTarget=10`.
        public var name: String
        public var mode: PoolMode
    }

    /// The version of the results file, ``SweepGrid/schema``.
    public var schema = SweepGrid.schema
    public var workloads: [Workload]
    /// The instance types of all nodes; none where the scenarios say it.
    public var instanceTypes: [String]
    public var pools: [Pool]
    public var seeds: [Int]
    /// The number of nodes of every group; absent where the scenarios say it.
    public var nodes: Int?
    /// How long every simulation lasts, such as `2h`; absent where the scenarios say it.
    public var duration: String?
    /// Whether scenarios are simulated in their short form.
    public var isShort: Bool

    /// One simulation.
    public struct Cell: Hashable, Sendable {
        /// Its place in the order of the cells: seeds change first, then pools, instance types, workloads.
        public var index: Int
        public var workload: Int
        /// `nil` where the scenario says it.
        public var instanceType: Int?
        public var pool: Int
        public var seed: Int
    }

    /// How many cells there are.
    public var count: Int { workloads.count * max(instanceTypes.count, 1) * pools.count * seeds.count }

    /// The cell at a place in the order.
    public subscript(index: Int) -> Cell {
        let (rest, seed) = index.quotientAndRemainder(dividingBy: seeds.count)
        let (group, pool) = rest.quotientAndRemainder(dividingBy: pools.count)
        let (workload, type) = group.quotientAndRemainder(dividingBy: max(instanceTypes.count, 1))
        return Cell(
            index: index, workload: workload, instanceType: instanceTypes.isEmpty ? nil : type, pool: pool, seed: seed)
    }

    /// The cell for people, such as `burst, m5.xlarge, warmIPTarget=5, seed 1`.
    public func name(of cell: Cell) -> String {
        ([workloads[cell.workload].name] + [cell.instanceType.map { instanceTypes[$0] }].compactMap(\.self)
            + [pools[cell.pool].name, "seed \(seeds[cell.seed])"]).joined(separator: ", ")
    }

    /// In which axes another grid is different, for people.
    func differences(from other: SweepGrid) -> [String] {
        var axes: [String] = []
        if schema != other.schema { axes.append("version") }
        if workloads.map(\.name) != other.workloads.map(\.name) {
            axes.append("workloads")
        } else if workloads != other.workloads {
            axes.append("texts of the scenarios")
        }
        if instanceTypes != other.instanceTypes { axes.append("instance types") }
        if pools != other.pools { axes.append("pools") }
        if seeds != other.seeds { axes.append("seeds") }
        if nodes != other.nodes { axes.append("nodes") }
        if duration != other.duration { axes.append("duration") }
        if isShort != other.isShort { axes.append("form of the scenarios") }
        return axes
    }
}

/// Which kind of target a pool has, and of what its blocks are.
public enum PoolMode: String, Hashable, Sendable, Codable, CaseIterable {
    /// A target of whole ENIs.
    case enis
    /// A target of single addresses.
    case addresses
    /// A target that learns.
    case adaptive
    /// A target of whole ENIs, addresses or prefixes, with prefix delegation.
    case prefixes
    /// A target that learns, with prefix delegation.
    case adaptivePrefixes
}
