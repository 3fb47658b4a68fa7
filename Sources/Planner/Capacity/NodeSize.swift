import InstanceLimits

extension Resources {
    /// What pods can request on a machine of a type: its size less what the hypervisor and the system keep.
    ///
    /// Source: Karpenter's default `vmMemoryOverheadPercent` of 7.5 %; Amazon EKS AMI, kube-reserved: 6 % of the first
    /// core, 1 % of the second, 0.5 % of the next two, 0.25 % of the others, and 255 MiB and 11 MiB for each pod that
    /// kubelet allows; kubelet's default hard eviction, 100 MiB.
    init(allocatableOn type: InstanceType, maxPods: Int) {
        let reserved = (0..<type.vCPUs).reduce(0) { sum, core in
            sum + (core == 0 ? 6000 : core == 1 ? 1000 : core < 4 ? 500 : 250)
        }
        let memory = Int64(type.memoryMiB) * 1000 * 925 / 1_000_000
        self.init(
            milliCPU: Int64(type.vCPUs * 1000 - (reserved + 50) / 100),
            memoryBytes: max(0, memory - 255 - 11 * Int64(maxPods) - 100) << 20, ephemeralBytes: 20 << 30)
    }
}

extension InstanceType {
    /// The processor architecture as Kubernetes labels it: Graviton types have a `g` after their generation.
    var architecture: String {
        let family = name.prefix { $0 != "." }
        let suffix = family.drop { !$0.isNumber }.drop { $0.isNumber }
        return family == "a1" || suffix.contains("g") && !family.hasPrefix("g") || family.hasPrefix("g5g")
            ? "arm64" : "amd64"
    }
}

extension ClusterNode {
    /// A node that a group would have.
    ///
    /// - Parameter maxPods: kubelet's `--max-pods`.
    init(_ group: NodeGroup, number: Int, zone: String?, _ type: InstanceType, maxPods: Int) {
        let name = "\(group.name)-\(number)"
        var labels = [
            NodeLabel.hostname: name, NodeLabel.instanceType: type.name, "kubernetes.io/os": "linux",
            "kubernetes.io/arch": type.architecture,
        ]
        labels[NodeLabel.zone] = zone
        self.init(
            name: name, labels: labels.merging(group.labels) { _, own in own }, taints: group.taints,
            allocatable: group.allocatable ?? Resources(allocatableOn: type, maxPods: maxPods), maxPods: maxPods,
            instanceType: type.name, zone: zone, group: group.name)
    }
}
