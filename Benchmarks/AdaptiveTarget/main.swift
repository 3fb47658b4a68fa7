import Foundation
import Pool
import Timekeeping
import VirtualSimulator

// The adaptive warm target against the classic static ones, over the standard workloads.
//
//     swift run -c release adaptive-target [NODES [MINUTES [SEED [INSTANCE-TYPE]]]]

let policies: [(name: String, target: WarmTarget)] = [
    ("WARM_ENI_TARGET=1", .enis(1)),
    ("WARM_IP_TARGET=5, MINIMUM_IP_TARGET=10", .addresses(warm: 5, minimum: 10)),
    ("adaptive, 0s at p99", .adaptive(AdaptiveTarget(wait: .zero))),
    ("adaptive, 1s at p99", .adaptive(AdaptiveTarget())),
    ("adaptive, 3s at p99", .adaptive(AdaptiveTarget(wait: .seconds(3)))),
]

let numbers = CommandLine.arguments.dropFirst().prefix(3).compactMap { Int($0) }
let nodes = numbers.first ?? 20
let minutes = numbers.dropFirst().first ?? 120
let seed = UInt64(numbers.dropFirst(2).first ?? 1)
let instanceType = CommandLine.arguments.dropFirst(4).first ?? "m5.xlarge"

print("\(nodes) nodes of \(instanceType), \(minutes) min, seed \(seed)\n")
print("| workload | target | stranded | p50 s | p90 s | p99 s | longest s | calls | throttled | refusals |")
print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
for standard in Workload.standard {
    for policy in policies {
        let scenario = try Scenario(
            standard.workload, target: policy.target, instanceType: instanceType, nodes: nodes,
            duration: .seconds(60 * minutes), seed: seed)
        let report = try Simulation(scenario).run()
        let refusals = report.refusals.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        let cells =
            [standard.name, policy.name, String(format: "%.2f", report.stranded)]
            + [0.5, 0.9, 0.99, 1].map { String(format: "%.2f", report.wait($0).inSeconds) }
            + ["\(report.mutatingCalls)", "\(report.throttled)", refusals.joined(separator: ", ")]
        print("| " + cells.joined(separator: " | ") + " |")
    }
}
