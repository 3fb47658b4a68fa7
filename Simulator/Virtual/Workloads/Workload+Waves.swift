import Timekeeping

/// Patterns that move pods from node to node.
extension Workload {
    /// The pods of the cluster are replaced by a quarter at a time: with surge each by one on a random node that is not
    /// full, before it ends; without by one in its place, after it has ended. A wave begins when the one before it is ready
    /// and its old pods have ended.
    func rollingUpdate(
        _ nodes: Int, _ podsPerNode: Int, _ pause: Duration, _ surge: Bool, _ duration: Duration,
        _ dice: inout Dice
    ) -> Plan {
        var pods: [Plan.Pod] = []
        /// The living pods, as indexes into `pods`.
        var living: [Int] = []
        var load = Array(repeating: 0, count: nodes)
        func place(at: Duration, on node: Int) {
            load[node] += 1
            living.append(pods.count)
            pods.append(Plan.Pod(arrives: .origin + at, node: node, ends: .never))
        }
        for index in 0..<nodes * podsPerNode {
            place(at: dice.duration(.seconds(20) ... .seconds(120)), on: index % nodes)
        }
        var update = pause
        while update < duration {
            let old = living
            living = []
            for wave in 0..<4 {
                let begin = update + .seconds(30) * wave
                let leaving = old.indices.filter { $0 % 4 == wave }.map { old[$0] }
                guard surge else {
                    for pod in leaving {
                        let end = begin + dice.duration(.zero ... .seconds(8))
                        pods[pod].ends = .at(.origin + end)
                        load[pods[pod].node] -= 1
                        // The controller sees the end, and the scheduler binds the next one.
                        place(at: end + dice.duration(.seconds(1) ... .seconds(3)), on: pods[pod].node)
                    }
                    continue
                }
                for _ in leaving {
                    // The emptier of two, which keeps the load even, as the scheduler's scoring does.
                    let first = dice.index(below: nodes)
                    let second = dice.index(below: nodes)
                    place(
                        at: begin + dice.duration(.zero ... .seconds(3)),
                        on: load[first] <= load[second] ? first : second)
                }
                for pod in leaving {
                    let end = begin + dice.duration(.seconds(12) ... .seconds(20))
                    pods[pod].ends = .at(.origin + end)
                    load[pods[pod].node] -= 1
                }
            }
            update += pause
        }
        return Plan(nodes: Array(repeating: Plan.Node(), count: nodes), pods: pods)
    }

    /// One node after another is drained: a new one joins, and a minute later gets the old one's pods within seconds.
    func nodeReplacement(
        _ nodes: Int, _ podsPerNode: Int, _ pause: Duration, _ duration: Duration, _ dice: inout Dice
    ) -> Plan {
        var plan: [Plan.Node] = []
        var pods: [Plan.Pod] = []
        for _ in 0..<nodes {
            // The first comes at a moment of its own, lest all are replaced at once.
            var joins = Duration.zero
            var leaves = dice.duration(pause / 4...pause)
            while joins < duration {
                let arrival = joins + (joins == .zero ? .seconds(20) : .seconds(60))
                for _ in 0..<podsPerNode {
                    let at = arrival + dice.duration(.zero ... .seconds(10))
                    pods.append(Plan.Pod(arrives: .origin + at, node: plan.count, ends: .never))
                }
                plan.append(Plan.Node(joins: .origin + joins, leaves: .origin + leaves + .seconds(90)))
                joins = leaves
                leaves = joins + pause
            }
        }
        return Plan(nodes: plan, pods: pods)
    }
}
