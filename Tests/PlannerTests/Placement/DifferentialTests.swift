import Testing

@testable import Planner

/// Thousands of random clusters against a reference that looks at everything.
@Suite struct DifferentialTests {
    private func settled(_ cluster: Cluster) throws -> (Situation, Reference) {
        var situation = try Situation(cluster, Plan())
        situation.settle()
        let pods = situation.pods.map { pod in
            Reference.Pod(namespace: pod.namespace, template: situation.kinds.all[pod.kind].template, node: pod.node)
        }
        return (situation, Reference(nodes: cluster.nodes, pods: pods))
    }

    /// What is pending has no node that would pass, and what runs is where it may be.
    @Test func everyVerdictHolds() throws {
        var pending = 0
        for seed in 0..<3000 as Range<UInt64> {
            var clusters = RandomClusters(seed: seed)
            let cluster = clusters.cluster(nodes: 1...6, pods: 1...16, spreads: true)
            let (_, reference) = try settled(cluster)
            for pod in reference.pods.indices {
                if let node = reference.pods[pod].node {
                    let isAllowed =
                        reference.selects(pod, node) && reference.tolerates(pod, node) && reference.fits(pod, node)
                        && reference.hasPorts(pod, node)
                    #expect(isAllowed, "seed \(seed): pod \(pod) on node \(node)")
                    for constraint in reference.pods[pod].template.topologySpread {
                        let counts = reference.counts(pod, constraint, withItself: true)
                        let skew = (counts.values.max() ?? 0) - (counts.values.min() ?? 0)
                        #expect(skew <= constraint.maxSkew, "seed \(seed): \(constraint) of pod \(pod)")
                    }
                } else {
                    pending += 1
                    let node = reference.nodes.indices.first { reference.passes(pod, on: $0) }
                    #expect(node == nil, "seed \(seed): pod \(pod) is pending, and node \(node ?? -1) would run it")
                }
            }
        }
        #expect(pending > 1000)
    }

    /// No more pods run than can, and of all pods that could run at the same time at most 1 in 30 does not, because it
    /// came after others, as with kube-scheduler.
    @Test func closeToTheBestPlacement() throws {
        var (best, placed) = (0, 0)
        for seed in 10_000..<12_000 as Range<UInt64> {
            var clusters = RandomClusters(seed: seed)
            let cluster = clusters.cluster(nodes: 1...4, pods: 1...7, spreads: false)
            let (situation, settled) = try settled(cluster)
            var reference = settled
            for pod in reference.pods.indices { reference.pods[pod].node = nil }
            let (most, own) = (reference.mostPlaced(), situation.pods.count { $0.node != nil })
            #expect(own <= most, "seed \(seed)")
            best += most
            placed += own
        }
        #expect((best - placed) * 30 <= best, "\(placed) of \(best)")
    }

    @Test func equalInputGivesEqualOutput() throws {
        for seed in 0..<50 as Range<UInt64> {
            var (first, second) = (RandomClusters(seed: seed), RandomClusters(seed: seed))
            let plan = Plan(pool: Make.frugal, events: [.rollingUpdate(WorkloadPattern())])
            let one = try Prediction(of: first.cluster(nodes: 2...8, pods: 5...40, spreads: true), with: plan)
            let other = try Prediction(of: second.cluster(nodes: 2...8, pods: 5...40, spreads: true), with: plan)
            #expect(one == other)
        }
    }
}
