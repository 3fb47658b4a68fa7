import Foundation
import ModelVPC
import Pool
import RateLimiting
import Timekeeping
import VirtualSimulator

// Mass scale-up against the bound of the account's token buckets. With fewer nodes than 5,000 the buckets are smaller
// in the same proportion.
//
//     swift run -c release mass-scale-up [NODES [PODS-PER-NODE [SEEDS]]]

let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
let nodes = numbers.first ?? 5_000
let pods = numbers.dropFirst().first ?? 10
let seeds = numbers.dropFirst(2).first ?? 3

/// As large as `nodes` are beside 5,000.
func part(_ bucket: TokenBucket) -> TokenBucket {
    let share = Double(nodes) / 5_000
    return TokenBucket(
        capacity: Int(Double(bucket.capacity) * share), refillPerSecond: bucket.refillPerSecond * share)
}

let accounts: [(name: String, throttling: ModelVPC.Throttling)] = [
    ("EC2's own, a bucket for each call", .init(perAction: Scenario.ec2Throttling.perAction.mapValues(part))),
    (
        "two for all calls, 20/s changing and 50/s describing",
        .init(
            mutating: part(TokenBucket(capacity: 200, refillPerSecond: 20)),
            nonMutating: part(TokenBucket(capacity: 200, refillPerSecond: 50)))
    ),
]

print("\(nodes) nodes of m5.xlarge with \(pods) pods each\n")
print("| buckets | seed | bound s | last pod s | ratio | p50 s | p90 s | calls | throttled |")
print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
for (name, throttling) in accounts {
    for seed in 1...UInt64(seeds) {
        let scenario = try Scenario.massScaleUp(nodes: nodes, pods: pods, throttling: throttling, seed: seed)
        let bound = scenario.scaleUpBound
        let report = try Simulation(scenario).run()
        func seconds(_ duration: Duration?) -> String { duration.map { String(format: "%.0f", $0.inSeconds) } ?? "–" }
        let cells = [
            name, "\(seed)", seconds(bound.time), seconds(report.lastGrant.map { $0 - .origin }),
            report.ratio(to: bound).map { String(format: "%.2f", $0) } ?? "pods wait still",
            seconds(report.wait(0.5)), seconds(report.wait(0.9)), "\(report.callCount)", "\(report.throttled)",
        ]
        print("| " + cells.joined(separator: " | ") + " |")
    }
}
