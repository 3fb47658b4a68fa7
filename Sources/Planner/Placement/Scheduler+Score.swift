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

    private var raw: [String: Double] = [:]
    private var least = 0.0
    private var most = 0.0

    init(_ zones: [String], _ counts: [String: Int]) {
        for zone in zones { raw[zone] = Double(counts[zone] ?? 0) * ZoneScore.weight + 4 }
        least = raw.values.min() ?? 0
        most = raw.values.max() ?? 0
    }

    /// 0 to 200.
    func score(_ zone: String?) -> Double {
        guard let zone, let own = raw[zone] else { return 0 }
        return 200 * (most + least - own) / most
    }
}

/// Scores as the default plugins give them, each 0 to 100 times its weight.
extension Scheduler {
    /// What depends on the node's resources.
    func score(_ kind: Int, _ node: Int) -> Double {
        let (cpu, memory) = (kinds[kind].scoredCPU, kinds[kind].scoredMemory)
        return 100 * nodes[node].leastAllocated(cpu: cpu, memory: memory)
            + 100 * nodes[node].balance(cpu: cpu, memory: memory)
    }

    /// What taints with `PreferNoSchedule` take away (`TaintToleration`, weight 3).
    func aversion(_ kind: Int, _ nodeClass: NodeClass.Key) -> Double {
        let disliked = nodeClass.taints.contains { taint in
            !taint.isHard && !kinds[kind].template.tolerations.contains { $0.tolerates(taint) }
        }
        return disliked ? 300 : 0
    }
}
