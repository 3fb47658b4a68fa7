import Settings

@testable import Sweep

/// Sweeps that are short enough for tests.
enum Plans {
    static func small(seeds: [Int] = [1, 2], duration: String = "5m") throws -> SweepPlan {
        try SweepPlan(
            workloads: ["burst", "churn"],
            pools: try PoolSetting.parse("warmIPTarget=2,5", from: "test")
                + PoolSetting.parse("warmTarget=adaptive,targetWait=1s at p99", from: "test"),
            seeds: seeds, nodes: 1, duration: duration)
    }

    /// Axes of these lengths.
    static func grid(_ workloads: Int, _ types: Int, _ pools: Int, _ seeds: Int) -> SweepGrid {
        SweepGrid(
            workloads: (0..<workloads).map { SweepGrid.Workload(name: "workload-\($0)", digest: "0") },
            instanceTypes: (0..<types).map { "type-\($0)" },
            pools: (0..<pools).map { SweepGrid.Pool(name: "pool-\($0)", mode: .addresses) },
            seeds: Array(0..<seeds), nodes: nil, duration: nil, isShort: false)
    }
}
