import Pool

/// A cluster as it is, or as manifests describe it.
public struct Cluster: Hashable, Sendable {
    /// The nodes, in order of age.
    public var nodes: [ClusterNode]
    /// The pods that exist and have not ended.
    public var pods: [ClusterPod]
    /// What makes pods. A workload with fewer pods in ``pods`` than it wants gets the others.
    public var workloads: [Workload]

    public init(nodes: [ClusterNode] = [], pods: [ClusterPod] = [], workloads: [Workload] = []) {
        self.nodes = nodes
        self.pods = pods
        self.workloads = workloads
    }
}

/// The labels that Kubernetes itself gives to nodes.
public enum NodeLabel {
    public static let hostname = "kubernetes.io/hostname"
    public static let zone = "topology.kubernetes.io/zone"
    public static let instanceType = "node.kubernetes.io/instance-type"
    /// How EKS runs the node. Source: Amazon EKS user guide, "Simplify compute management with AWS Fargate".
    public static let computeType = "eks.amazonaws.com/compute-type"
}

/// A node.
public struct ClusterNode: Hashable, Sendable {
    public var name: String
    public var labels: [String: String]
    public var taints: [Taint]
    /// What pods can request.
    public var allocatable: Resources
    /// Kubelet's `--max-pods`, which counts pods on the host's network too; `nil` for the number that goes with the
    /// pool's configuration.
    public var maxPods: Int?
    /// Such as `m5.large`; `nil` where nobody says: then addresses on this node are not
    /// counted, and a note says so.
    public var instanceType: String?
    /// The availability zone.
    public var zone: String?
    /// The subnet that it is in; `nil` for that one for nodes of its zone that has most free addresses.
    public var subnet: SubnetID?
    /// `false` for a cordoned node.
    public var isSchedulable: Bool
    /// The name of its node group; empty for a node of none.
    public var group: String

    /// Whether it is a machine of Fargate, which runs one pod with the address of the machine: no pool has a part in it.
    public var isFargate: Bool { labels[NodeLabel.computeType] == "fargate" }

    public init(
        name: String, labels: [String: String] = [:], taints: [Taint] = [], allocatable: Resources,
        maxPods: Int? = nil, instanceType: String? = nil, zone: String? = nil, subnet: SubnetID? = nil,
        isSchedulable: Bool = true, group: String = ""
    ) {
        self.name = name
        self.labels = labels
        self.taints = taints
        self.allocatable = allocatable
        self.maxPods = maxPods
        self.instanceType = instanceType
        self.zone = zone
        self.subnet = subnet
        self.isSchedulable = isSchedulable
        self.group = group
    }
}

/// A pod.
public struct ClusterPod: Hashable, Sendable {
    public var namespace: String
    public var name: String
    /// What made it: the Deployment, not its ReplicaSet; `nil` for a pod on its own.
    public var workload: WorkloadID?
    public var template: PodTemplate
    /// The node that it is bound to; `nil` for one that waits for a node.
    public var node: String?
    /// The only node that may run it, as of a DaemonSet's pod; then no affinity term of ``template`` names the node, so
    /// that all pods of the workload share one template.
    public var pinnedTo: String?

    public init(
        namespace: String, name: String, workload: WorkloadID? = nil, template: PodTemplate, node: String? = nil,
        pinnedTo: String? = nil
    ) {
        self.namespace = namespace
        self.name = name
        self.workload = workload
        self.template = template
        self.node = node
        self.pinnedTo = pinnedTo
    }
}
