import ModelVPC
import Pool

/// How the pool of a node grows in subnets that never end, as pods come one after another.
///
/// Found out once for all nodes of a shape by the real pool; as far as anybody asks.
struct PoolGrowth {
    private var vpc: ModelVPC
    private var node: NodeInCloud
    /// What is held with as many pods as the index says.
    private var steps: [SettledPool]

    /// - Precondition: the limits are those of an instance type, or others with at least one ENI and one address.
    init(_ shape: PoolShape) {
        do throws(ModelVPC.Failure) {
            let (vpc, instance) = try shape.endlessCloud()
            self.vpc = vpc
            node = NodeInCloud(instance, shape.configuration, in: &self.vpc)
        } catch {
            preconditionFailure("a node with \(shape.limits) cannot be: \(error)")
        }
        node.settle(&vpc)
        steps = [SettledPool(node)]
    }

    /// What is held with so many pods; with those that get an address, where that are fewer.
    mutating func settled(withPods count: Int) -> SettledPool {
        while steps.count <= count, node.refusal == nil {
            if node.add(&vpc) {
                node.settle(&vpc)
                steps.append(SettledPool(node))
            }
        }
        guard count >= steps.count else { return steps[count] }
        var last = steps[steps.count - 1]
        last.refusal = node.refusal
        return last
    }

    /// Why pods get no address while `cooling` addresses rest after the pods that had them beside `running` ones.
    ///
    /// - Returns: `nil` where one pod more gets an address.
    static func refusal(_ shape: PoolShape, running: Int, cooling: Int) -> Cause? {
        var growth = PoolGrowth(shape)
        _ = growth.settled(withPods: running + cooling)
        for _ in 0..<cooling { growth.node.release(&growth.vpc) }
        return growth.node.add(&growth.vpc) ? nil : growth.node.refusal
    }
}
