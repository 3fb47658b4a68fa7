import Settings

extension SweepPlan {
    /// What a grid's file and flags say, before they are put together.
    public struct Axes: Hashable, Sendable {
        public var workloads: [String] = []
        public var scenarios: [String] = []
        public var instanceTypes: [String] = []
        public var pools: [PoolSetting] = []
        public var seeds: [Int] = []
        public var nodes: Int?
        public var duration: String?
        public var isShort = false

        public init() {}

        /// Reads a grid's file; `Config/examples/sweep.yaml` explains its keys.
        ///
        /// - Throws: `SettingsProblems` with everything that is wrong.
        public static func load(path: String) throws(SettingsProblems) -> Axes {
            try parse(SettingsReader.text(ofFile: path, hint: "Config/examples/sweep.yaml is one"), file: path)
        }

        /// Reads the text of a grid's file.
        ///
        /// - Parameter file: its path, to which the paths of its scenarios are relative.
        /// - Throws: `SettingsProblems` with everything that is wrong.
        public static func parse(_ text: String, file: String) throws(SettingsProblems) -> Axes {
            try SettingsReader.read(text, file: file) { reader, problems in
                var axes = Axes()
                axes.workloads = reader.list("workloads", of: "a kind of workload") ?? []
                let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
                axes.scenarios = (reader.list("scenarios", of: "the path of a scenario file") ?? []).map { path in
                    path.hasPrefix("/") ? path : folder + path
                }
                axes.instanceTypes = reader.list("instanceTypes", of: "an instance type") ?? []
                for pool in reader.nestedList("pools") {
                    let keys = pool.keys.map { (key: $0, values: pool.alternatives($0)) }
                    do throws(SettingsProblems) {
                        axes.pools += try PoolSetting.product(of: keys, from: "\(file): pools")
                    } catch { problems.list += error.problems }
                }
                axes.seeds = reader.list("seeds", of: "a whole number") ?? []
                axes.nodes = reader.integer("nodes", in: 1...1_000_000)
                axes.duration = reader.duration("duration", in: .seconds(1) ... .seconds(31 * 86_400))?.text
                axes.isShort = reader.bool("short") ?? false
                return axes
            }
        }
    }

    /// A sweep of these axes; those that are empty are the standard ones.
    ///
    /// - Throws: `SettingsProblems` with what is wrong.
    public init(_ axes: Axes) throws(SettingsProblems) {
        var pools = axes.pools
        if pools.isEmpty {
            for text in SweepPlan.standardPools { pools += try PoolSetting.parse(text, from: "standard pools") }
        }
        let hasWorkload = !axes.workloads.isEmpty || !axes.scenarios.isEmpty
        try self.init(
            workloads: hasWorkload ? axes.workloads : SweepPlan.standardWorkloads, scenarios: axes.scenarios,
            instanceTypes: axes.instanceTypes, pools: pools, seeds: axes.seeds.isEmpty ? [1, 2, 3] : axes.seeds,
            nodes: axes.nodes, duration: axes.duration, isShort: axes.isShort)
    }
}
