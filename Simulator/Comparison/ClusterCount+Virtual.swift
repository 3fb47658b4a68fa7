import ModelVPC
import VirtualSimulator

extension ClusterCount {
    /// What virtual mode counted at the end of a scenario.
    public init(_ end: Sample, of scenario: Scenario) {
        self.init(
            nodes: end.nodes, running: end.running, pending: end.pending, enis: end.enis,
            subnets: zip(scenario.subnets, end.subnets).map { subnet, sample in
                Subnet(id: subnet.id, held: sample.taken, pods: sample.pods)
            })
    }
}
