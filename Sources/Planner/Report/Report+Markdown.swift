import Presentation

extension Report {
    /// The report as Markdown for a comment on a pull request: verdict, tables, and the pending pods folded away.
    public var markdown: String {
        var text = "## \(verdict.sign) \(Markdown.escaped(headline))\n\n\(Markdown.escaped(title))\n"
        if moments.count > 1 {
            text +=
                "\n"
                + Markdown.table(
                    ["Moment", "#Pods", "#Pending"],
                    moments.map { [Markdown.escaped($0.title), $0.pods.grouped, Markdown.count($0.pending)] })
        }
        if let worst { text += section(worst) }
        if !remedies.isEmpty {
            text +=
                "\n### Remedies, each planned again\n\n"
                + Markdown.table(
                    ["Change", "#Pending", "#Addresses saved", "#Nodes saved"],
                    remedies.map { remedy in
                        [
                            Markdown.escaped(remedy.change), remedy.pendingText, remedy.addressesText, remedy.nodesText,
                        ]
                    })
        }
        text += Markdown.list("Warnings", warnings) + Markdown.list("Notes", notes)
        return text
    }

    /// The pods that are in no group.
    private func noNodeRow(_ moment: Moment) -> [String] {
        ["(no node)", "", "", moment.withoutNode.grouped, Markdown.count(moment.withoutNode), ""]
    }

    private func section(_ moment: Moment) -> String {
        var text = "\n### \(moments.count > 1 ? Markdown.escaped(moment.title) : "Node groups")\n\n"
        text += Markdown.table(
            ["Node group", "Nodes", "#Capacity", "#Wanted", "#Pending", "Limited by"],
            moment.nodeGroups.map { group in
                [
                    Markdown.escaped(group.name), Markdown.escaped(group.machines), group.capacity.grouped,
                    group.wanted.grouped, Markdown.count(group.pending), Markdown.escaped(group.limitedBy),
                ]
            } + (moment.withoutNode > 0 ? [noNodeRow(moment)] : []))
        if !moment.subnets.isEmpty {
            text +=
                "\n"
                + Markdown.table(
                    ["Subnet", "Zone", "#Used", "#Cooling", "#Warm", "#Free", "#Free /28"],
                    moment.subnets.map { subnet in
                        [
                            Markdown.escaped(subnet.id), Markdown.escaped(subnet.zone), subnet.used.grouped,
                            subnet.cooling.grouped, subnet.warm.grouped, subnet.free.grouped,
                            subnet.freePrefixes.grouped,
                        ]
                    })
        }
        guard moment.pending > 0 else { return text }
        text +=
            "\n"
            + Markdown.table(
                ["Cause", "#Pods", "Why"],
                moment.causes.map { [Markdown.escaped($0.code), $0.count.grouped, Markdown.escaped($0.sentence)] })
        let workloads = Markdown.table(
            ["Workload", "#Pending", "Cause", "Pods"],
            moment.pendingWorkloads.map { workload in
                [
                    Markdown.escaped(workload.name), workload.count.grouped, Markdown.escaped(workload.cause),
                    Markdown.escaped(workload.pods),
                ]
            })
        return text + "\n<details><summary>Pending pods</summary>\n\n\(workloads)\n</details>\n"
    }
}

extension Report.Verdict {
    fileprivate var sign: String {
        switch self {
        case .fits: "✅"
        case .warning: "⚠️"
        case .pending: "❌"
        }
    }
}
