extension Report {
    /// Plans, and looks for remedies where pods are pending or something is tight.
    ///
    /// - Parameters:
    ///   - title: what is planned, such as the names of the files.
    ///   - seeksRemedies: each remedy is planned anew, which takes a large cluster as long as the plan itself.
    ///   - progress: hears what begins, in a few words.
    /// - Throws: ``PlanProblem`` where the plan is impossible.
    public init(
        of input: ClusterInput, with plan: Plan, title: String, seeksRemedies: Bool = true,
        progress: (String) -> Void = { _ in }
    ) throws(PlanProblem) {
        let cluster = input.cluster
        progress("planning \(cluster.nodes.count.of("node")) and \(cluster.workloads.count.of("workload"))")
        let prediction = try Prediction(of: cluster, with: plan)
        self.init(prediction, title: title, notes: input.notes)
        if seeksRemedies, verdict != .fits {
            progress("planning again with remedies")
            remedies = try prediction.remedies(for: cluster, with: plan).map(Remedy.init)
        }
    }
}
