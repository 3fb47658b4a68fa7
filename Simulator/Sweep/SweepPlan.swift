import ScenarioFile
import Settings
import VirtualSimulator

/// A grid together with what its cells are made of: the texts of scenarios and what takes the place of their values.
public struct SweepPlan: Hashable, Sendable {
    /// A scenario's text.
    struct Source: Hashable, Sendable {
        var name: String
        /// Its file, for the reports and for traces that it names.
        var file: String
        var text: String
    }

    /// The workloads over which warm targets are compared, by the names that scenario files have for them.
    public static let standardWorkloads = ["steady", "churn", "diurnal", "rollingUpdate", "burst", "nodeReplacement"]
    /// The settings that are compared where none are named: the classic ones, prefix delegation, and what learns.
    public static let standardPools = [
        "warmENITarget=0,1,2", "warmIPTarget=1,2,5,10,20", "warmIPTarget=2,5,minimumIPTarget=10,20",
        "prefixDelegation=true,warmPrefixTarget=1", "prefixDelegation=true,warmIPTarget=5,minimumIPTarget=10",
        "warmTarget=adaptive,targetWait=100ms at p99,1s at p99,3s at p99",
        "prefixDelegation=true,warmTarget=adaptive,targetWait=1s at p99",
    ]

    let sources: [Source]
    let pools: [PoolSetting]
    /// The axes.
    public let grid: SweepGrid

    /// A sweep, whose every axis was looked at.
    ///
    /// - Parameters:
    ///   - workloads: kinds of workloads, on 20 nodes of m5.xlarge for two hours unless said otherwise.
    ///   - scenarios: paths of scenario files.
    ///   - instanceTypes: of all nodes; none for those that the scenarios say.
    ///   - nodes: in every group; `nil` for as many as the scenarios say.
    ///   - duration: of every simulation, such as `2h`; `nil` for as long as the scenarios say.
    ///   - isShort: whether scenarios are simulated in their short form.
    /// - Throws: `SettingsProblems` with what is wrong.
    public init(
        workloads: [String], scenarios: [String] = [], instanceTypes: [String] = [], pools: [PoolSetting],
        seeds: [Int], nodes: Int? = nil, duration: String? = nil, isShort: Bool = false
    ) throws(SettingsProblems) {
        var sources = workloads.map(Source.init(workload:))
        for path in scenarios {
            let text = try SettingsReader.text(ofFile: path, hint: "name a scenario file")
            sources.append(Source(name: Source.name(ofFile: path), file: path, text: text))
        }
        self.sources = sources
        self.pools = pools
        grid = SweepGrid(
            workloads: sources.map { SweepGrid.Workload(name: $0.name, digest: $0.digest) },
            instanceTypes: instanceTypes, pools: pools.map { SweepGrid.Pool(name: $0.name, mode: $0.mode) },
            seeds: seeds, nodes: nodes, duration: duration, isShort: isShort)
        try check()
    }

    /// Looks at every value of every axis once.
    private func check() throws(SettingsProblems) {
        let axes = [
            ("workload", grid.workloads.map(\.name)), ("instance type", grid.instanceTypes),
            ("pool", grid.pools.map(\.name)), ("seed", grid.seeds.map(String.init)),
        ]
        var problems: [String] = []
        for (axis, names) in axes {
            let repeated = Set(names.filter { name in names.count { $0 == name } > 1 }).sorted()
            problems += repeated.map { "the \(axis) '\($0)' is there more than once" }
            if names.isEmpty, axis != "instance type" { problems.append("there is no \(axis)") }
        }
        guard problems.isEmpty else { throw SettingsProblems(problems) }
        let types = max(grid.instanceTypes.count, 1)
        let perType = grid.pools.count * grid.seeds.count
        let cells =
            grid.workloads.indices.map { $0 * types * perType } + (0..<types).map { $0 * perType }
            + grid.pools.indices.map { $0 * grid.seeds.count }
        for cell in cells { _ = try scenario(of: grid[cell]) }
    }

    /// What is simulated in a cell.
    func scenario(of cell: SweepGrid.Cell) throws(SettingsProblems) -> Scenario {
        let source = sources[cell.workload]
        var overrides = [
            try SettingsOverride("seed", "\(grid.seeds[cell.seed])", from: "seeds")
        ]
        if let type = cell.instanceType {
            overrides.append(
                try SettingsOverride("groups.*.instanceType", grid.instanceTypes[type], from: "instance types"))
        }
        if let nodes = grid.nodes {
            overrides.append(try SettingsOverride("groups.*.count", "\(nodes)", from: "nodes"))
        }
        if let duration = grid.duration {
            overrides.append(try SettingsOverride("duration", duration, from: "duration"))
        }
        overrides += try pools[cell.pool].overrides()
        var scenario = try ScenarioFile.parse(
            source.text, file: source.file, form: grid.isShort ? .short : .full, overrides: overrides
        ).scenario
        // The figures need none.
        scenario.sampleInterval = nil
        return scenario
    }
}

extension SweepPlan.Source {
    /// A scenario of one kind of workload.
    init(workload kind: String) {
        self.init(
            name: kind, file: "the workload \(kind)",
            text: """
                about: The workload '\(kind)' with what is usual.
                groups: [{ name: nodes, instanceType: m5.xlarge, count: 20 }]
                workloads: [{ kind: '\(kind)' }]
                duration: 2h

                """)
    }

    static func name(ofFile path: String) -> String {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        return [".yaml", ".yml"].first { file.hasSuffix($0) }.map { String(file.dropLast($0.count)) } ?? file
    }

    /// Source: FNV-1a, 64 bits, IETF draft-eastlake-fnv.
    var digest: String {
        let hash = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
        return String(hash, radix: 16)
    }
}
