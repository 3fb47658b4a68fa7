import Foundation
import ModelVPC
import Pool
import Timekeeping
import VirtualSimulator

// How fast the virtual simulator is, and how much memory it needs, as clusters grow.
//
//     swift run -c release virtual-simulator [NODES...]

/// The processor's time of this process in seconds: other processes on the machine do not count.
func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// The most memory that was resident so far, in KiB.
func residentPeak() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line?.split(separator: " ").compactMap { Int($0) }.first ?? 0
}

/// About 100 pods come to every node, with the pool's default target or the adaptive one.
let runs: [(name: String, perMinute: Double, lifetime: Duration, minutes: Int, target: WarmTarget)] = [
    ("4 min, 25 pods a minute, default target", 25, .seconds(60), 4, PoolConfiguration().target),
    ("17 min, 6 pods a minute, default target", 6, .seconds(180), 17, PoolConfiguration().target),
    ("17 min, 6 pods a minute, adaptive target", 6, .seconds(180), 17, .adaptive(AdaptiveTarget())),
]
let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
let sizes = numbers.isEmpty ? [1_000, 3_000, 10_000] : numbers

print("| run | nodes | pods | events | seconds | µs per event | resident MiB | KiB per node |")
print("| --- | --- | --- | --- | --- | --- | --- | --- |")
// The smallest first: what is resident at the most is each one's own then.
for nodes in sizes.sorted() {
    for run in runs {
        var scenario = try Scenario(
            .churn(perMinute: run.perMinute, lifetime: run.lifetime), target: run.target, nodes: nodes,
            duration: .seconds(60 * run.minutes), seed: 1)
        scenario.throttling = ModelVPC.Throttling()
        scenario.spread()
        let start = processorSeconds()
        let report = try Simulation(scenario).run()
        let seconds = processorSeconds() - start
        let cells = [
            run.name, "\(nodes)", "\(report.podsStarted)", "\(report.events)", String(format: "%.1f", seconds),
            String(format: "%.1f", seconds / Double(report.events) * 1e6), "\(residentPeak() / 1024)",
            "\(residentPeak() / nodes)",
        ]
        print("| " + cells.joined(separator: " | ") + " |")
    }
}
