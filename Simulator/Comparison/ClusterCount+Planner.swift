import InstanceLimits
import ModelVPC
import Planner
import Pool
import Timekeeping
import VirtualSimulator

/// Why the planner has no answer for a scenario.
public enum NotPlannable: Error, Hashable, Sendable, CustomStringConvertible {
    /// Its groups have pools of different configurations, and a plan has one for all.
    case poolsDiffer(String, String)
    /// The planner refuses the subnets.
    case refused(String)

    public var description: String {
        switch self {
        case .poolsDiffer(let one, let other):
            "the groups \(one) and \(other) have pools of different configurations, and a plan has one for all nodes"
        case .refused(let why): why
        }
    }
}

extension ClusterCount {
    /// What the planner predicts for a scenario at its end.
    ///
    /// The planner knows no time, so it is asked about the cluster at rest: the nodes that are up at the end, and the
    /// pods that have arrived and not ended by then, as if each got its address at once. A pod is bound to the node that
    /// the scenario names, so that no scheduler decides anything, and asks in the order of arrival. Faults, incidents
    /// and the cloud's slowness are not looked at.
    ///
    /// - Throws: ``NotPlannable``
    public init(planning scenario: Scenario) throws(NotPlannable) {
        let plan = Planner.Plan(
            subnets: scenario.subnets.map(PlannedSubnet.init), pool: try scenario.poolOfAll)
        let prediction: Prediction
        do throws(PlanProblem) {
            prediction = try Prediction(of: scenario.clusterAtEnd, with: plan)
        } catch {
            throw .refused("\(error)")
        }
        // Without growth and events there is the steady state alone.
        self.init(prediction.moments[0])
    }

    private init(_ moment: Moment) {
        self.init(
            nodes: moment.groups.reduce(0) { $0 + $1.nodes },
            running: moment.groups.reduce(0) { $0 + $1.podsWithAddress },
            pending: Dictionary(moment.pending.map { ($0.cause.code, 1) }, uniquingKeysWith: +),
            enis: moment.subnets.reduce(0) { $0 + $1.interfaces },
            subnets: moment.subnets.map { subnet in
                Subnet(
                    id: subnet.id, held: subnet.interfaces + subnet.pods + subnet.cooling + subnet.warm,
                    pods: subnet.pods)
            })
    }
}

extension PlannedSubnet {
    fileprivate init(_ subnet: Scenario.Subnet) {
        self.init(
            id: subnet.id, cidr: subnet.cidr, zone: subnet.zone, used: subnet.used,
            isForPods: subnet.tags[SubnetTag.pods].map { $0 != "0" } ?? false)
    }
}

extension Scenario {
    /// The one configuration of all nodes' pools.
    fileprivate var poolOfAll: PoolConfiguration {
        get throws(NotPlannable) {
            let used = Set(plan.nodes.map(\.group)).sorted().map { groups[$0] }
            guard let first = used.first else { return PoolConfiguration() }
            if let other = used.first(where: { $0.pool != first.pool }) {
                throw .poolsDiffer(first.name, other.name)
            }
            return first.pool
        }
    }

    /// The nodes that are up at the end, and their pods.
    fileprivate var clusterAtEnd: Cluster {
        let end = Instant.origin + duration
        let zones = Dictionary(subnets.map { ($0.id, $0.zone) }) { first, _ in first }
        let nodes = plan.nodes.enumerated().compactMap { index, node -> ClusterNode? in
            guard node.isUp(at: end) else { return nil }
            let group = groups[node.group]
            return ClusterNode(
                name: "\(index)", allocatable: Resources(), instanceType: group.instanceType.name,
                zone: zones[group.subnet], subnet: group.subnet, group: group.name)
        }
        // All pods share one template, which requests nothing.
        let template = PodTemplate()
        let pods = plan.pods.enumerated().compactMap { index, pod -> ClusterPod? in
            let node = plan.nodes[pod.node]
            guard node.isUp(at: end), pod.isWanted(at: end, onNodeSince: node.joins) else { return nil }
            return ClusterPod(namespace: "default", name: "\(index)", template: template, node: "\(pod.node)")
        }
        return Cluster(nodes: nodes, pods: pods)
    }
}

extension VirtualSimulator.Plan.Node {
    /// Whether it has joined before a moment, or at it, and has not left.
    fileprivate func isUp(at moment: Instant) -> Bool {
        joins <= moment && leaves.map { $0 > moment } ?? true
    }
}

extension VirtualSimulator.Plan.Pod {
    /// Whether it has arrived before a moment and not ended, if it got its address as soon as its node was there.
    fileprivate func isWanted(at moment: Instant, onNodeSince joined: Instant) -> Bool {
        let start = max(arrives, joined)
        guard start < moment else { return false }
        return switch ends {
        case .never, .again: true
        case .at(let end): end >= moment
        case .after(let life): start + life >= moment
        }
    }
}
