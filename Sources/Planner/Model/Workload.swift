/// What names a workload.
public struct WorkloadID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// What makes pods.
    public enum Kind: String, Hashable, Comparable, Sendable, CaseIterable {
        case deployment = "Deployment"
        case statefulSet = "StatefulSet"
        case daemonSet = "DaemonSet"
        case replicaSet = "ReplicaSet"
        case job = "Job"
        case cronJob = "CronJob"

        /// The names that `kubectl` knows it by, in lower case.
        public var names: [String] {
            switch self {
            case .deployment: ["deployment", "deployments", "deploy"]
            case .statefulSet: ["statefulset", "statefulsets", "sts"]
            case .daemonSet: ["daemonset", "daemonsets", "ds"]
            case .replicaSet: ["replicaset", "replicasets", "rs"]
            case .job: ["job", "jobs"]
            case .cronJob: ["cronjob", "cronjobs", "cj"]
            }
        }

        public static func < (left: Kind, right: Kind) -> Bool { left.rawValue < right.rawValue }
    }

    public var kind: Kind
    public var namespace: String
    public var name: String

    public init(kind: Kind, namespace: String, name: String) {
        self.kind = kind
        self.namespace = namespace
        self.name = name
    }

    public static func < (left: WorkloadID, right: WorkloadID) -> Bool {
        (left.namespace, left.kind, left.name) < (right.namespace, right.kind, right.name)
    }

    /// Such as `deployment/shop/web`.
    public var description: String { "\(kind.names[0])/\(namespace)/\(name)" }
}

/// What makes pods and keeps up their number.
public struct Workload: Hashable, Sendable {
    /// How pods are replaced when the template changes.
    public enum Update: Hashable, Sendable {
        /// New pods beside old ones: so many more than wanted at once, and so many fewer.
        case rolling(surge: Amount, unavailable: Amount)
        /// All old pods end before the first new one starts.
        case recreate
        /// Running pods are left alone: jobs, and `OnDelete`.
        case none
    }

    /// A number of pods, or a share of the wanted ones.
    public enum Amount: Hashable, Sendable {
        case pods(Int)
        case percent(Int)
    }

    public var id: WorkloadID
    /// How many pods are wanted: `replicas`, or a job's `parallelism`; of a DaemonSet it is not looked at.
    public var replicas: Int
    public var template: PodTemplate
    public var update: Update
    /// The most replicas of its HorizontalPodAutoscaler; `nil` without one.
    public var hpaMax: Int?

    public init(
        id: WorkloadID, replicas: Int, template: PodTemplate,
        update: Update = .rolling(surge: .percent(25), unavailable: .percent(25)), hpaMax: Int? = nil
    ) {
        self.id = id
        self.replicas = replicas
        self.template = template
        self.update = update
        self.hpaMax = hpaMax
    }
}
