extension Scheduler.Node {
    /// The share of processor time and memory that stays free with so much more, 0 to 1 (`NodeResourcesFit`,
    /// `LeastAllocated`).
    func leastAllocated(cpu: Int64, memory: Int64) -> Double {
        (1 - used(cpu, scoredCPU, node.allocatable.milliCPU) + 1
            - used(memory, scoredMemory, node.allocatable.memoryBytes)) / 2
    }

    /// How evenly both are used, 0 to 1 (`NodeResourcesBalancedAllocation`: one less the standard deviation).
    func balance(cpu: Int64, memory: Int64) -> Double {
        let (cpu, memory) = (
            used(cpu, scoredCPU, node.allocatable.milliCPU), used(memory, scoredMemory, node.allocatable.memoryBytes)
        )
        return 1 - abs(cpu - memory) / 2
    }

    private func used(_ more: Int64, _ present: Int64, _ all: Int64) -> Double {
        all > 0 ? min(1, Double(present + more) / Double(all)) : 1
    }
}

/// How much a zone is preferred because it has fewer pods of the kind than others: the default constraint of
/// `PodTopologySpread` over zones, with its weight of 2.
struct ZoneScore {
    /// The logarithm of 2 more than the number of zones, as for three of them.
    private static let weight = 1.6
    /// The constraint's maxSkew of 5, less 1.
    private static let slack = 4.0

    private var fewest = Int.max
    private var most = 0

    /// Tells how many pods of the kind a zone has that has nodes for the pod.
    mutating func see(_ count: Int) {
        fewest = min(fewest, count)
        most = max(most, count)
    }

    /// 0 to 200 for a zone with so many pods of the kind.
    func score(_ count: Int) -> Double {
        func raw(_ count: Int) -> Double { Double(count) * ZoneScore.weight + ZoneScore.slack }
        return 200 * (raw(most) + raw(fewest) - raw(count)) / raw(most)
    }
}

extension Scheduler {
    /// What depends on the node's resources, as the default plugins score it: each 0 to 100.
    func score(_ kind: Int, _ node: Int) -> Double {
        let (cpu, memory) = (kinds[kind].scoredCPU, kinds[kind].scoredMemory)
        return 100 * nodes[node].leastAllocated(cpu: cpu, memory: memory)
            + 100 * nodes[node].balance(cpu: cpu, memory: memory)
    }
}

extension PodTemplate {
    /// What a node's taints with `PreferNoSchedule` take from its score (`TaintToleration`, weight 3).
    func aversion(to node: ClusterNode) -> Double {
        let isDisliked = node.taints.contains { taint in !taint.isHard && !tolerations.contains { $0.tolerates(taint) }
        }
        return isDisliked ? 300 : 0
    }
}
