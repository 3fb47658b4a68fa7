import Planner

/// Reports with every kind of row, to be shown in every form.
enum Samples {
    /// The classic situation: kubelet's max-pods is higher than what the ENIs can hold.
    static var pending: Report {
        let general = Report.NodeGroup(
            name: "general", instanceType: "t3.medium", nodes: 20, capacity: 300, limitedBy: "addresses",
            hostNetworkPods: 40, running: 300, pending: 113)
        let batch = Report.NodeGroup(
            name: "batch", instanceType: "m5.large", nodes: 4, addedNodes: 1, capacity: 108,
            limitedBy: "kubelet-max-pods", hostNetworkPods: 8, running: 52, pending: 0)
        let a = Report.Subnet(
            id: "subnet-a", zone: "a", pods: 180, interfaces: 41, others: 5, cooling: 0, warm: 25, free: 5,
            freePrefixes: 0)
        let b = Report.Subnet(
            id: "subnet-b", zone: "b", pods: 172, interfaces: 33, others: 5, cooling: 0, warm: 22, free: 280,
            freePrefixes: 11)
        return Report(
            title: "cluster.json, plan.yaml", verdict: .pending,
            moments: [
                moment(
                    "steady", title: "steady state", groups: [general, batch], subnets: [a, b], web: 113, batch: 7),
                moment(
                    "worst", event: "rolling-update=all", title: "during rolling-update=all", groups: [general, batch],
                    subnets: [
                        Report.Subnet(
                            id: "subnet-a", zone: "a", pods: 184, interfaces: 41, others: 5, cooling: 21, warm: 5,
                            free: 0, freePrefixes: 0),
                        Report.Subnet(
                            id: "subnet-b", zone: "b", pods: 190, interfaces: 33, others: 5, cooling: 30, warm: 4,
                            free: 250, freePrefixes: 9),
                    ], web: 113, batch: 29),
            ],
            remedies: [
                Report.Remedy(
                    change: "turn prefix delegation on", pendingBefore: 142, pendingAfter: 0, addressesSaved: -64,
                    nodesSaved: 0),
                Report.Remedy(
                    change: "add 8 nodes to node group 'general'", pendingBefore: 142, pendingAfter: 7,
                    addressesSaved: -152, nodesSaved: -8),
            ],
            warnings: ["subnet-a has 5 of 256 addresses free (2 %) in the steady state"],
            notes: ["cluster.json: 3 objects of kind Widget are ignored"])
    }

    /// No pod is pending, and nothing is tight.
    static var fitting: Report {
        Report(
            title: "plan.yaml", verdict: .fits,
            moments: [
                Report.Moment(
                    kind: "steady", title: "steady state", pods: 12_245,
                    nodeGroups: [
                        Report.NodeGroup(
                            name: "big", instanceType: "m5.24xlarge", nodes: 50, capacity: 36_750,
                            limitedBy: "addresses", hostNetworkPods: 100, running: 12_245, pending: 0)
                    ], subnets: [], causes: [], pendingPods: [])
            ])
    }

    /// Names that try to be markup, a table's edge or a terminal's commands.
    static var hostile: Report {
        var report = pending
        report.title = "<script>alert('title')</script>|\u{1b}[31m@team"
        for index in report.moments.indices {
            report.moments[index].nodeGroups[0].name = "\"><img src=x onerror=alert(1)>"
            report.moments[index].pendingPods[0].name = "</li></ul><b>&\u{7}"
            report.moments[index].causes[0].sentence = "'</title></svg><script>alert(2)</script>"
        }
        report.notes = ["]]></style>|`*_"]
        return report
    }

    private static func moment(
        _ kind: String, event: String? = nil, title: String, groups: [Report.NodeGroup], subnets: [Report.Subnet],
        web: Int, batch: Int
    ) -> Report.Moment {
        let full =
            "all ENIs are full: 3 of 3 ENIs attached, 15 of 15 addresses in use by pods; a pod must end, or use "
            + "a larger instance type or another node"
        let cpu =
            "it requests 2 cpu, and 1200m is the most that is free on all 4 nodes that could run it; request "
            + "less, or add a node or a larger one"
        let webPods = (0..<web).map { number in
            Report.PendingPod(
                namespace: "shop", name: "web-\(number)", workload: "deployment/shop/web",
                node: "general-\(number % 20)",
                cause: "enis-full", sentence: full)
        }
        let batchPods = (0..<batch).map { number in
            Report.PendingPod(
                namespace: "etl", name: "load-\(number)", workload: "job/etl/load", node: nil,
                cause: "insufficient-cpu",
                sentence: cpu)
        }
        return Report.Moment(
            kind: kind, event: event, title: title,
            pods: groups.reduce(0) { $0 + $1.running } + web + batch, nodeGroups: groups,
            subnets: subnets,
            causes: [
                Report.Cause(code: "enis-full", count: web, sentence: full),
                Report.Cause(code: "insufficient-cpu", count: batch, sentence: cpu),
            ], pendingPods: webPods + batchPods)
    }
}
