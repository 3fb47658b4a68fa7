import Pool

/// What was found out about pools, for all nodes, moments and remedies of one plan.
final class GrowthMemory {
    private struct Load: Hashable {
        let growth: Int
        let running: Int
        let cooling: Int
    }

    private var numbers: [PoolShape: Int] = [:]
    private var shapes: [PoolShape] = []
    private var growths: [PoolGrowth] = []
    private var refusals: [Load: Cause] = [:]

    /// The number of a shape, which may be new.
    func number(_ shape: PoolShape) -> Int {
        if let number = numbers[shape] { return number }
        numbers[shape] = growths.count
        shapes.append(shape)
        growths.append(PoolGrowth(shape))
        return growths.count - 1
    }

    /// What a pool holds with so many pods.
    func settled(_ growth: Int, pods: Int) -> SettledPool {
        growths[growth].settled(withPods: pods)
    }

    /// Why a pod gets no address beside so many that have one or, `cooling` of them, had one until lately.
    func refusal(_ growth: Int, pods: Int, cooling: Int) -> Cause? {
        guard cooling > 0 else { return settled(growth, pods: pods + 1).refusal }
        let load = Load(growth: growth, running: pods - cooling, cooling: cooling)
        if let known = refusals[load] { return known }
        let cause = PoolGrowth.refusal(shapes[growth], running: load.running, cooling: cooling)
        refusals[load] = cause
        return cause
    }
}
