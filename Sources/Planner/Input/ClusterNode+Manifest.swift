extension ClusterNode {
    /// Reads a `Node`.
    init(_ reader: ObjectReader, name: String) {
        let labels = reader.object("metadata")?.labels("labels") ?? [:]
        let spec = reader.object("spec")
        let allocatable = reader.object("status")?.quantities("allocatable") ?? [:]
        let type = labels[NodeLabel.instanceType] ?? labels["beta.kubernetes.io/instance-type"]
        self.init(
            name: name, labels: labels, taints: spec?.objects("taints").compactMap { Taint($0) } ?? [],
            allocatable: Resources(allocatable), maxPods: allocatable["pods"].map { Int($0.value) },
            instanceType: type, zone: labels[NodeLabel.zone] ?? labels["failure-domain.beta.kubernetes.io/zone"],
            isSchedulable: spec?.bool("unschedulable") != true,
            group: ClusterNode.groupLabels.lazy.compactMap { labels[$0] }.first ?? type ?? "")
    }

    /// The labels by which tools name groups of nodes: EKS, eksctl, Karpenter, kOps, GKE and AKS.
    static let groupLabels = [
        "eks.amazonaws.com/nodegroup", "alpha.eksctl.io/nodegroup-name", "karpenter.sh/nodepool",
        "karpenter.sh/provisioner-name", "kops.k8s.io/instancegroup", "cloud.google.com/gke-nodepool",
        "kubernetes.azure.com/agentpool",
    ]
}
