/// The figures of one setting over several runs.
struct Means {
    var stranded = 0.0
    var p50 = 0.0
    var p90 = 0.0
    var p99 = 0.0
    var longest = 0.0
    var callsPerHundredPods = 0.0
    var throttled = 0.0
    var pending = 0.0

    /// Over the seeds.
    init(_ results: [CellResult]) {
        func mean(_ figure: (CellResult) -> Double) -> Double { Means.mean(results.map(figure)) }
        stranded = mean(\.stranded)
        p50 = mean(\.p50)
        p90 = mean(\.p90)
        p99 = mean(\.p99)
        longest = results.map(\.longest).max() ?? 0
        callsPerHundredPods = mean { Double($0.calls) / Double(max($0.pods, 1)) * 100 }
        throttled = mean { Double($0.throttled) / Double(max($0.allCalls, 1)) * 100 }
        pending = mean { Double($0.pending) }
    }

    /// Over workloads.
    init(of workloads: [Means]) {
        func most(_ figure: (Means) -> Double) -> Double { workloads.map(figure).max() ?? 0 }
        func mean(_ figure: (Means) -> Double) -> Double { Means.mean(workloads.map(figure)) }
        stranded = mean(\.stranded)
        p50 = most(\.p50)
        p90 = most(\.p90)
        p99 = most(\.p99)
        longest = most(\.longest)
        callsPerHundredPods = mean(\.callsPerHundredPods)
        throttled = mean(\.throttled)
        pending = mean(\.pending)
    }

    private static func mean(_ figures: [Double]) -> Double {
        figures.isEmpty ? 0 : figures.reduce(0, +) / Double(figures.count)
    }
}
