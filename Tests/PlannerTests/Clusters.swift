import InstanceLimits
import Planner
import Pool

/// Small clusters for tests: what a test is about is written there, the rest is here.
enum Make {
    static let zones = ["a", "b", "c"]

    static func node(
        _ name: String, cpu: Int64 = 4000, memoryGiB: Int64 = 16, maxPods: Int = 58, type: String = "m5.xlarge",
        zone: String = "a", labels: [String: String] = [:], taints: [Taint] = [], isSchedulable: Bool = true
    ) -> ClusterNode {
        let own = [NodeLabel.hostname: name, NodeLabel.zone: zone]
        return ClusterNode(
            name: name, labels: own.merging(labels) { $1 }, taints: taints,
            allocatable: Resources(milliCPU: cpu, memoryBytes: memoryGiB << 30), maxPods: maxPods, instanceType: type,
            zone: zone, isSchedulable: isSchedulable, group: "main")
    }

    static func workload(
        _ name: String, _ replicas: Int, _ template: PodTemplate = PodTemplate(), kind: WorkloadID.Kind = .deployment,
        update: Workload.Update = .rolling(surge: .percent(25), unavailable: .percent(25)), hpaMax: Int? = nil
    ) -> Workload {
        var template = template
        template.labels["app"] = name
        return Workload(
            id: WorkloadID(kind: kind, namespace: "default", name: name), replicas: replicas, template: template,
            update: update, hpaMax: hpaMax)
    }

    static func requests(cpu: Int64 = 0, memoryGiB: Int64 = 0) -> PodTemplate {
        PodTemplate(requests: Resources(milliCPU: cpu, memoryBytes: memoryGiB << 30))
    }

    /// Pods of a workload that are on a node.
    static func pods(_ count: Int, of workload: Workload, on node: String) -> [ClusterPod] {
        (0..<count).map {
            ClusterPod(
                namespace: workload.id.namespace, name: "\(workload.id.name)-\(node)-\($0)", workload: workload.id,
                template: workload.template, node: node)
        }
    }

    /// A pool that holds no more than pods need, so that numbers are easy to see.
    static let frugal: PoolConfiguration = {
        var configuration = PoolConfiguration()
        configuration.target = .addresses(warm: 0, minimum: 0)
        return configuration
    }()
}

extension Prediction {
    /// How many pods are pending by cause at a moment.
    func causes(_ moment: Int = 0) -> [String: Int] {
        Dictionary(moments[moment].pending.map { ($0.cause.code, 1) }, uniquingKeysWith: +)
    }
}
