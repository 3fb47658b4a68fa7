import ArgumentParser
import Foundation
import Presentation
import Settings
import Sweep
import Timekeeping

struct SweepRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs the cells of the grid, or a share of them; what 'sweep' does unless told otherwise.",
        discussion: """
            The grid comes from a file, from flags, or from both: a flag takes the place of the file's axis. An interrupted \
            sweep goes on where it was when it is started again with the same --results. 'warmpool-sim sweep --help' has \
            examples and exit codes.
            """)

    @Option(
        help: ArgumentHelp("A grid's file, such as Config/examples/sweep.yaml.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    var grid: String?

    @Option(
        name: .customLong("workload"),
        help: """
            A workload: steady, churn, diurnal, rollingUpdate, burst, nodeReplacement, fill or crashLoop; again for more. \
            Without any workload or scenario, the first six.
            """)
    var workloads: [String] = []

    @Option(
        name: .customLong("scenario"), help: "A scenario file, or the name of a scenario; again for more.",
        completion: .file(extensions: ["yaml", "yml"]))
    var scenarios: [String] = []

    @Option(
        name: .customLong("pool"),
        help: ArgumentHelp(
            """
            Settings of the pool, by the keys of warmpoold.yaml, such as warmIPTarget=1,2,5,minimumIPTarget=10 for three; \
            again for more. Without any, the classic targets, prefix delegation and the adaptive target.
            """, valueName: "settings"))
    var pools: [String] = []

    @Option(name: .customLong("instance-type"), help: "The instance type of all nodes; again for more.")
    var instanceTypes: [String] = []

    @Option(name: .customLong("seed"), help: "A seed; again for more. Without any, 1, 2 and 3.")
    var seeds: [Int] = []

    @Option(help: "The number of nodes of every group. Workloads have 20 unless told otherwise.")
    var nodes: Int?

    @Option(help: "How long every simulation lasts, such as 30m. Workloads last 2h unless told otherwise.")
    var duration: String?

    @Flag(help: "The scenario files' short form.")
    var short = false

    @Option(help: "How many cells are run at the same time; by default one for each core.")
    var jobs = ProcessInfo.processInfo.activeProcessorCount

    @Option(help: ArgumentHelp("Runs one of N shares of the cells: I from 0 to N - 1.", valueName: "I/N"))
    var shard = Shard.whole

    @Option(
        help: ArgumentHelp(
            "Keeps the results of finished cells in a file of JSON lines, and goes on from there.", valueName: "file"),
        completion: .file(extensions: ["jsonl"]))
    var results: String?

    @OptionGroup var reports: SweepReportOptions

    func validate() throws {
        guard jobs > 0 else { throw ValidationError("--jobs: \(jobs) is not 1 or more") }
        if shard != .whole, results == nil {
            throw ValidationError("--shard: name a file for the results with --results, for 'sweep merge' to join")
        }
    }

    func run() async throws {
        do {
            let plan = try plan()
            var meter = ProgressMeter("\(plan.grid.count) cells")
            defer { meter.clear() }
            let found = try await Sweep(plan, shard: shard, jobs: jobs)
                .run(resultsFile: results.map(ResultsFile.init)) { progress in
                    meter.show(
                        share: Double(progress.done) / Double(max(progress.total, 1)), counts: [(progress.pods, "pods")]
                    )
                }
            meter.clear()
            if shard == .whole {
                try reports.deliver(SweepReport(plan.grid, found))
            } else {
                print("shard \(shard): \(found.count) of \(plan.grid.count) cells in \(results ?? "")")
            }
        } catch {
            throw explained(error)
        }
    }

    private func plan() throws -> SweepPlan {
        var axes = try grid.map { try SweepPlan.Axes.load(path: $0) } ?? SweepPlan.Axes()
        if !workloads.isEmpty || !scenarios.isEmpty {
            axes.workloads = workloads
            axes.scenarios = scenarios.map(ScenarioFiles.path)
        }
        if !pools.isEmpty { axes.pools = try pools.flatMap { try PoolSetting.parse($0, from: "--pool") } }
        if !instanceTypes.isEmpty { axes.instanceTypes = instanceTypes }
        if !seeds.isEmpty { axes.seeds = seeds }
        axes.nodes = nodes ?? axes.nodes
        axes.duration = duration ?? axes.duration
        axes.isShort = short || axes.isShort
        return try SweepPlan(axes)
    }
}
