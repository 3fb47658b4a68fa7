import ModelVPC
import Planner

/// Small clusters in which every filter matters, each from a seed.
struct RandomClusters {
    private var random: Random

    init(seed: UInt64) {
        random = Random(seed: seed)
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(random.next() % UInt64(range.count))
    }

    private mutating func chance(_ percent: Int) -> Bool { number(1...100) <= percent }

    mutating func cluster(nodes: ClosedRange<Int>, pods: ClosedRange<Int>, spreads: Bool) -> Cluster {
        var cluster = Cluster()
        for index in 0..<number(nodes) { cluster.nodes.append(node(index)) }
        let wanted = number(pods)
        var made = 0
        while made < wanted {
            let replicas = min(number(1...4), wanted - made)
            var workload = Make.workload("w\(cluster.workloads.count)", replicas, template())
            if spreads, chance(40) {
                let key = chance(50) ? NodeLabel.zone : NodeLabel.hostname
                workload.template.topologySpread = [
                    SpreadConstraint(
                        topologyKey: key, maxSkew: number(1...2), selector: [.isIn(key: "app", [workload.id.name])])
                ]
            }
            cluster.workloads.append(workload)
            made += replicas
        }
        return cluster
    }

    private mutating func node(_ index: Int) -> ClusterNode {
        Make.node(
            "n\(index)", cpu: Int64(number(1...8)) * 500, memoryGiB: Int64(number(1...8)), maxPods: number(1...6),
            zone: Make.zones[number(0...2)], labels: chance(50) ? ["disk": chance(50) ? "ssd" : "hdd"] : [:],
            taints: chance(20) ? [Taint(key: "dedicated", value: "x", effect: .noSchedule)] : [],
            isSchedulable: !chance(10))
    }

    private mutating func template() -> PodTemplate {
        var template = PodTemplate()
        if chance(80) { template.requests.milliCPU = Int64(number(1...6)) * 250 }
        if chance(80) { template.requests.memoryBytes = Int64(number(1...4)) << 30 }
        if chance(20) { template.nodeSelector = ["disk": "ssd"] }
        if chance(20) { template.affinityTerms = [NodeSelectorTerm(labels: [requirement()])] }
        if chance(30) { template.tolerations = [Toleration(key: "dedicated")] }
        if chance(15) { template.hostPorts = [HostPort(port: number(80...81))] }
        return template
    }

    private mutating func requirement() -> Requirement {
        switch number(0...3) {
        case 0: .isIn(key: NodeLabel.zone, ["a", "b"])
        case 1: .isNotIn(key: "disk", ["hdd"])
        case 2: .doesNotExist(key: "disk")
        default: .isIn(key: NodeLabel.hostname, ["n0", "n2"])
        }
    }
}
