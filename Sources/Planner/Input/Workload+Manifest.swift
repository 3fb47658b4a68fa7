extension Workload {
    /// Reads an object that makes pods.
    ///
    /// - Parameter replicas: how many pods are wanted where the object does not say: those of the object that it
    ///   replaces, as `kubectl apply` leaves them to an autoscaler.
    /// - Returns: `nil` for a job that is done.
    init?(_ id: WorkloadID, _ reader: ObjectReader, replicas: Int) {
        let spec = reader.object("spec")
        let made = id.kind == .cronJob ? spec?.object("jobTemplate")?.object("spec") : spec
        let template = made?.object("template")
        if template == nil { reader.refuse("spec", "expected a template of pods") }
        self.init(id: id, replicas: replicas, template: template.map { PodTemplate($0) } ?? PodTemplate())
        guard let spec, let made else { return }
        switch id.kind {
        case .deployment, .statefulSet, .replicaSet:
            self.replicas = spec.integer("replicas", in: Workload.counts) ?? replicas
        case .daemonSet: self.replicas = 0
        case .job, .cronJob:
            guard let pods = Workload.parallelPods(made, status: reader.object("status")) else { return nil }
            self.replicas = spec.bool("suspend") == true ? 0 : pods
        }
        update = Workload.update(id.kind, spec)
    }

    private static let counts = 0...ObjectReader.mostPods

    /// How many pods of a job run at once; `nil` for one that is done.
    private static func parallelPods(_ spec: ObjectReader, status: ObjectReader?) -> Int? {
        let ends = status?.objects("conditions").filter { ["Complete", "Failed"].contains($0.string("type")) } ?? []
        if ends.contains(where: { $0.string("status") == "True" }) { return nil }
        let parallel = spec.integer("parallelism", in: counts) ?? 1
        guard let completions = spec.integer("completions", in: counts) else { return parallel }
        return min(parallel, max(completions - (status?.integer("succeeded", in: counts) ?? 0), 0))
    }

    /// How pods are replaced.
    ///
    /// Source: Kubernetes API reference. A Deployment has 25 % of surge, rounded up, and 25 % unavailable, rounded down,
    /// where it does not say; a StatefulSet and a DaemonSet one pod unavailable and no surge.
    private static func update(_ kind: WorkloadID.Kind, _ spec: ObjectReader) -> Update {
        let strategy = spec.object(kind == .deployment ? "strategy" : "updateStrategy")
        let rolling = strategy?.object("rollingUpdate")
        let surge = rolling?.amount("maxSurge")
        let unavailable = rolling?.amount("maxUnavailable")
        switch (kind, strategy?.string("type")) {
        case (.deployment, "Recreate"): return .recreate
        case (.deployment, _):
            return .rolling(surge: surge ?? .percent(25), unavailable: unavailable ?? .percent(25))
        case (.statefulSet, "OnDelete"), (.daemonSet, "OnDelete"): return .none
        case (.statefulSet, _): return .rolling(surge: .pods(0), unavailable: unavailable ?? .pods(1))
        case (.daemonSet, _): return .rolling(surge: surge ?? .pods(0), unavailable: unavailable ?? .pods(1))
        case (.replicaSet, _), (.job, _), (.cronJob, _): return .none
        }
    }
}
