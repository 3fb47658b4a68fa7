import Collections

/// Puts a cluster together from objects in any order. An object that comes again, as from a manifest after a dump of the
/// cluster, takes the place of the former.
struct ClusterAssembly {
    /// What names a pod or another object of a namespace.
    private struct Name: Hashable {
        var namespace: String
        var name: String
    }

    /// An autoscaler: what it scales, and to how many.
    private struct Autoscaler {
        var target: WorkloadID
        var most: Int
    }

    /// A pod, and which object is its controller.
    private struct OwnedPod {
        var pod: ClusterPod
        var owner: WorkloadID?
    }

    private var nodes: OrderedDictionary<String, (node: ClusterNode, created: String)> = [:]
    private var pods: OrderedDictionary<Name, OwnedPod> = [:]
    private var workloads: OrderedDictionary<WorkloadID, Workload> = [:]
    private var autoscalers: OrderedDictionary<Name, Autoscaler> = [:]
    /// The controllers of workloads that have one.
    private var owners: [WorkloadID: WorkloadID] = [:]
    /// Equal templates, which then share their memory: a large cluster has few of them.
    private var templates: Set<PodTemplate> = []
    /// How many objects there were of kinds that do not matter.
    private var ignored: [String: Int] = [:]

    /// Everything that is wrong.
    private(set) var problems: [InputProblem] = []

    /// Reports a problem of a text that is no object.
    mutating func report(_ problem: InputProblem) { problems.append(problem) }

    // MARK: Objects

    /// Takes an object.
    mutating func add(_ manifest: Manifest) {
        guard let kind = manifest.object["kind"]?.stringValue, !kind.isEmpty else {
            let problem = "expected a Kubernetes object, which has a kind"
            report(InputProblem(place: manifest.place.text, problem: problem))
            return
        }
        let version = manifest.object["apiVersion"]?.stringValue ?? ""
        guard let known = KnownKind(kind, apiVersion: version) else {
            ignored["\(kind) (\(version))", default: 0] += 1
            return
        }
        let metadata = manifest.object["metadata"]
        let name = metadata?["name"]?.stringValue ?? metadata?["generateName"]?.stringValue ?? ""
        let namespace = metadata?["namespace"]?.stringValue ?? "default"
        let title = known == .node ? "\(kind) \(name)" : "\(kind) \(namespace)/\(name)"
        let report = ObjectReader.Report(place: manifest.place, title: title)
        let reader = ObjectReader(manifest.object, report: report)
        if name.isEmpty { reader.refuse("metadata", "expected a name") }
        add(known, Name(namespace: namespace, name: name), reader)
        problems += report.problems
    }

    private mutating func add(_ kind: KnownKind, _ name: Name, _ reader: ObjectReader) {
        switch kind {
        case .node:
            let created = reader.object("metadata")?.string("creationTimestamp") ?? ""
            nodes[name.name] = (ClusterNode(reader, name: name.name), created)
        case .pod: addPod(name, reader)
        case .workload(let kind):
            addWorkload(WorkloadID(kind: kind, namespace: name.namespace, name: name.name), reader)
        case .autoscaler: autoscalers[name] = ClusterAssembly.autoscaler(name, reader)
        }
    }

    private mutating func addPod(_ name: Name, _ reader: ObjectReader) {
        let phase = reader.object("status")?.string("phase")
        if phase == "Succeeded" || phase == "Failed" {
            pods[name] = nil
            return
        }
        let owner = ClusterAssembly.controller(of: reader, in: name.namespace)
        var template = PodTemplate(reader)
        let pin = owner?.kind == .daemonSet ? template.removePin() : nil
        var pod = ClusterPod(
            namespace: name.namespace, name: name.name, template: shared(template),
            node: reader.object("spec")?.string("nodeName"), pinnedTo: pin)
        // A manifest of a pod that runs does not move it.
        pod.node = pod.node ?? pods[name]?.pod.node
        pods[name] = OwnedPod(pod: pod, owner: owner)
    }

    private mutating func addWorkload(_ id: WorkloadID, _ reader: ObjectReader) {
        owners[id] = ClusterAssembly.controller(of: reader, in: id.namespace)
        var workload = Workload(id, reader, replicas: workloads[id]?.replicas ?? 1)
        if let template = workload?.template { workload?.template = shared(template) }
        workloads[id] = workload
    }

    private static func autoscaler(_ name: Name, _ reader: ObjectReader) -> Autoscaler? {
        guard let spec = reader.object("spec"), let target = spec.object("scaleTargetRef") else {
            reader.refuse("spec", "expected a scaleTargetRef")
            return nil
        }
        let kind = target.needed("kind")
        guard let known = KnownKind(kind, apiVersion: target.string("apiVersion") ?? "apps/v1"),
            case .workload(let kind) = known, let most = spec.integer("maxReplicas", in: 1...ObjectReader.mostPods)
        else { return nil }
        let id = WorkloadID(kind: kind, namespace: name.namespace, name: target.needed("name"))
        return Autoscaler(target: id, most: most)
    }

    /// The object that made another, if it is of a kind that makes pods.
    private static func controller(of reader: ObjectReader, in namespace: String) -> WorkloadID? {
        let owners = reader.object("metadata")?.objects("ownerReferences") ?? []
        guard let owner = owners.first(where: { $0.bool("controller") == true }),
            let known = KnownKind(owner.needed("kind"), apiVersion: owner.needed("apiVersion")),
            case .workload(let kind) = known
        else { return nil }
        return WorkloadID(kind: kind, namespace: namespace, name: owner.needed("name"))
    }

    private mutating func shared(_ template: PodTemplate) -> PodTemplate {
        templates.insert(template).memberAfterInsert
    }

    // MARK: The cluster

    /// The cluster that the objects make.
    func cluster() -> Cluster {
        let nodes = nodes.values.enumerated()
            .sorted { ($0.element.created, $0.offset) < ($1.element.created, $1.offset) }
            .map(\.element.node)
        let pods = pods.values.map { owned in
            var pod = owned.pod
            pod.workload = owned.owner.map(top)
            return pod
        }
        var workloads = workloads
        for autoscaler in autoscalers.values { workloads[autoscaler.target]?.hpaMax = autoscaler.most }
        return Cluster(nodes: nodes, pods: pods, workloads: workloads.values.filter { top($0.id) == $0.id })
    }

    /// The Deployment of a ReplicaSet, the CronJob of a Job; the workload itself where what made it is not in the input.
    private func top(_ id: WorkloadID) -> WorkloadID {
        guard let owner = owners[id] ?? guessedOwner(id), workloads[owner] != nil else { return id }
        return owner
    }

    /// The owner of one that is not in the input itself: its name is the owner's, with a hash or a number added.
    private func guessedOwner(_ id: WorkloadID) -> WorkloadID? {
        let kinds: [WorkloadID.Kind: WorkloadID.Kind] = [.replicaSet: .deployment, .job: .cronJob]
        guard workloads[id] == nil, let kind = kinds[id.kind], let dash = id.name.lastIndex(of: "-") else { return nil }
        return WorkloadID(kind: kind, namespace: id.namespace, name: String(id.name[..<dash]))
    }

    /// What was left out, one sentence for each kind.
    var notes: [String] {
        let kinds = ignored.sorted { $0.key < $1.key }.map { kind, count in
            "ignored \(count) × \(kind): the planner does not need \(count == 1 ? "it" : "them")"
        }
        let strays = autoscalers.values.filter { workloads[$0.target] == nil }
        return kinds
            + strays.map { "ignored the HorizontalPodAutoscaler of \($0.target): the input has no such workload" }
    }
}

/// The kinds of objects that the planner looks at.
private enum KnownKind: Hashable {
    case node
    case pod
    case workload(WorkloadID.Kind)
    case autoscaler

    /// `nil` for every other kind, and for one of the same name in a group that extends the API.
    init?(_ kind: String, apiVersion: String) {
        let group = apiVersion.contains("/") ? String(apiVersion.prefix { $0 != "/" }) : ""
        switch (kind, group) {
        case ("Node", ""): self = .node
        case ("Pod", ""): self = .pod
        case ("HorizontalPodAutoscaler", "autoscaling"): self = .autoscaler
        case ("Job", "batch"), ("CronJob", "batch"), (_, "apps"), ("Deployment", "extensions"),
            ("DaemonSet", "extensions"):
            guard let kind = WorkloadID.Kind(rawValue: kind) else { return nil }
            self = .workload(kind)
        default: return nil
        }
    }
}

extension PodTemplate {
    /// Takes the node out of the affinity that the controller of a DaemonSet gives each of its pods.
    ///
    /// - Returns: the node's name.
    fileprivate mutating func removePin() -> String? {
        guard let name = affinityTerms.first?.name.first, case .isIn(_, let names) = name, names.count == 1 else {
            return nil
        }
        for index in affinityTerms.indices { affinityTerms[index].name = [] }
        // A term without conditions would match no node, but its only condition was the name.
        if affinityTerms.contains(where: { $0.labels.isEmpty }) { affinityTerms = [] }
        return names[0]
    }
}
