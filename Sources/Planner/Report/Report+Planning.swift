import Presentation

extension Report {
    /// Plans, and looks for remedies where pods are pending or something is tight.
    ///
    /// - Parameters:
    ///   - title: what is planned, such as the names of the files.
    ///   - seeksRemedies: each remedy is planned anew, which takes as long as the plan itself; `nil` for where that is short,
    ///     because the cluster is of at most ``quickNodes`` nodes.
    ///   - progress: hears what begins, in a few words.
    /// - Throws: ``PlanProblem`` where the plan is impossible.
    public init(
        of input: ClusterInput, with plan: Plan, title: String, seeksRemedies: Bool? = nil,
        progress: (String) -> Void = { _ in }
    ) throws(PlanProblem) {
        let cluster = input.cluster
        progress("planning \(cluster.nodes.count.of("node")) and \(cluster.workloads.count.of("workload"))")
        let prediction = try Prediction(of: cluster, with: plan)
        self.init(prediction, title: title, notes: input.notes)
        guard verdict != .fits, seeksRemedies != false else { return }
        let nodes = prediction.worst?.groups.reduce(0) { $0 + $1.nodes } ?? 0
        guard seeksRemedies == true || nodes <= Report.quickNodes else {
            notes.append("remedies were not looked for, which takes minutes with \(nodes) nodes: --remedies does it")
            return
        }
        progress("planning again with remedies")
        remedies = try prediction.remedies(for: cluster, with: plan).map(Remedy.init)
    }

    /// With more nodes, remedies are looked for only when asked for.
    public static let quickNodes = 2000
}
