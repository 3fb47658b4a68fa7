extension Report {
    /// Plans, and looks for remedies where pods are pending.
    ///
    /// - Parameters:
    ///   - title: what is planned, such as the names of the files.
    ///   - progress: hears what begins, in a few words.
    /// - Throws: ``PlanProblem`` where the plan is impossible.
    public init(
        of input: ClusterInput, with plan: Plan, title: String, progress: (String) -> Void = { _ in }
    ) throws(PlanProblem) {
        let (cluster, size) = (input.cluster, input.cluster.pods.count)
        progress("planning \(cluster.nodes.count.of("node")) and \(size.of("pod"))")
        var prediction = try Prediction(of: cluster, with: plan)
        prediction.notes = input.notes + prediction.notes
        var remedies: [Planner.Remedy] = []
        if prediction.worst?.pending.isEmpty == false {
            progress("planning again with remedies")
            remedies = try prediction.remedies(for: cluster, with: plan)
        }
        self.init(prediction, remedies: remedies, title: title)
    }
}
