extension PodTemplate {
    /// Reads a pod's `metadata` and `spec`, or those of a template.
    init(_ reader: ObjectReader) {
        self.init(labels: reader.object("metadata")?.labels("labels") ?? [:])
        guard let spec = reader.object("spec") else { return }
        let containers = spec.objects("containers")
        let initContainers = spec.objects("initContainers").map { (container: $0, isSidecar: $0.isSidecar) }
        requests = PodTemplate.requests(spec, containers, initContainers)
        nodeSelector = spec.labels("nodeSelector")
        affinityTerms = PodTemplate.affinityTerms(spec)
        tolerations = spec.objects("tolerations").map { Toleration($0) }
        topologySpread = spec.objects("topologySpreadConstraints")
            .compactMap { SpreadConstraint($0, labels: labels) }
        usesHostNetwork = spec.bool("hostNetwork") ?? false
        let running = containers + initContainers.filter(\.isSidecar).map(\.container)
        hostPorts = Set(running.flatMap { $0.objects("ports") }.compactMap(hostPort))
        priority = spec.integer("priority", in: Int(Int32.min)...Int(Int32.max)) ?? 0
    }

    // MARK: Requests

    /// What the scheduler counts for a pod: containers and sidecars together, or the init container that needs most
    /// while the sidecars before it run, whichever is more of each resource; then the overhead.
    ///
    /// Source: KEP-753 (sidecar containers) and the Kubernetes documentation, "Sidecar Containers" and "Pod Overhead".
    /// Requests of the pod as a whole take the place of those of its containers (KEP-2837).
    private static func requests(
        _ spec: ObjectReader, _ containers: [ObjectReader],
        _ initContainers: [(container: ObjectReader, isSidecar: Bool)]
    ) -> Resources {
        var running = Resources()
        for container in containers { running += requests(ofContainer: container) }
        var sidecars = Resources()
        var starting = Resources()
        for (container, isSidecar) in initContainers {
            var needed = requests(ofContainer: container)
            needed += sidecars
            if isSidecar { sidecars = needed } else { starting = starting.largest(needed) }
        }
        running += sidecars
        var amounts = running.largest(starting)
        if let whole = spec.object("resources")?.quantities("requests") { amounts.replace(with: whole) }
        amounts += Resources(spec.quantities("overhead"))
        return amounts
    }

    /// Where a container has a limit of a resource and no request, the limit is the request.
    ///
    /// Source: Kubernetes documentation, "Resource Management for Pods and Containers".
    private static func requests(ofContainer container: ObjectReader) -> Resources {
        guard let resources = container.object("resources") else { return Resources() }
        return Resources(resources.quantities("limits").merging(resources.quantities("requests")) { $1 })
    }

    // MARK: Nodes

    private static func affinityTerms(_ spec: ObjectReader) -> [NodeSelectorTerm] {
        let affinity = spec.object("affinity")?.object("nodeAffinity")
        let terms = affinity?.object("requiredDuringSchedulingIgnoredDuringExecution")?.objects("nodeSelectorTerms")
        return (terms ?? []).map { term in
            NodeSelectorTerm(
                labels: term.objects("matchExpressions").compactMap { Requirement($0) },
                name: term.objects("matchFields").compactMap { Requirement($0) })
        }
    }

    /// A container on the host's network takes the port that it listens on; another only a `hostPort`.
    private func hostPort(_ port: ObjectReader) -> HostPort? {
        let range = 0...65_535
        let own = port.integer("containerPort", in: range)
        guard let number = port.integer("hostPort", in: range) ?? (usesHostNetwork ? own : nil), number > 0 else {
            return nil
        }
        let address = port.string("hostIP") ?? ""
        return HostPort(
            transport: port.string("protocol") ?? "TCP", port: number, address: address.isEmpty ? "0.0.0.0" : address)
    }
}

extension ObjectReader {
    /// Whether an init container runs as long as the pod.
    fileprivate var isSidecar: Bool { string("restartPolicy") == "Always" }
}
