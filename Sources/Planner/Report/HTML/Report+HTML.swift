import Presentation

extension Report {
    private static let namedPods = 500

    /// The report as one HTML page that needs nothing else: its charts are SVG.
    public var html: String {
        HTML.page(
            title: title, headline: headline, verdict.mood,
            """
            \(tiles)\(momentSection)\(worst.map(momentSections))\(remedySection)\
            \(HTML.list("Warnings", warnings))\(HTML.list("Notes", notes))
            """,
            footer: "Predicted by warmpool-plan with the rules of the node daemon's pool."
        ).text
    }

    // MARK: Sections

    private var tiles: HTML? {
        worst.map { moment in
            func sum(_ count: (Subnet) -> Int) -> Int { moment.subnets.reduce(0) { $0 + count($1) } }
            let capacity = moment.nodeGroups.reduce(0) { $0 + $1.capacity }
            var tiles: [HTML] = [
                HTML.tile("Pods wanted", moment.pods.grouped),
                HTML.tile("Pods pending", moment.pending.grouped, isBad: moment.pending > 0),
                HTML.tile("Pod capacity", capacity.grouped),
                HTML.tile("Nodes", moment.nodeGroups.reduce(0) { $0 + $1.nodes }.grouped),
            ]
            if !moment.subnets.isEmpty {
                tiles += [
                    HTML.tile("Addresses warm", sum(\.warm).grouped),
                    HTML.tile("Addresses free", sum(\.free).grouped),
                ]
            }
            return HTML.tiles(tiles)
        }
    }

    private var momentSection: HTML? {
        guard moments.count > 1 else { return nil }
        let rows = moments.map { moment in
            [
                HTML.head(moment.title), .number(moment.pods), .count(moment.pending),
                .text(moment.pending.percent(of: moment.pods)),
            ]
        }
        return HTML.section(
            "Moments", "The cluster as it settles, then each event at its worst and at its end.",
            HTML.table(["Moment", "#Pods", "#Pending", "Share"], rows))
    }

    /// The charts and tables of the worst moment.
    private func momentSections(_ moment: Moment) -> HTML {
        let place = moments.count > 1 ? " Shown at the worst, \(moment.phrase)." : ""
        let legend = HTML.legend(
            [(.blue, "running"), (.red, "pending"), (.track, "room")], mark: "capacity")
        let groups = HTML.section(
            "Pod capacity per node group",
            "Both the addresses and kubelet's limit are in it; the smaller decides." + place,
            "\(legend)\(capacityChart(moment).svg)\(groupTable(moment))")
        return "\(groups)\(subnetSection)\(moment.pending > 0 ? causeSection(moment, place) : nil)"
    }

    private func groupTable(_ moment: Moment) -> HTML {
        let noNode: [HTML] = [
            .head("(no node)"), .text(""), .text(""), .number(moment.withoutNode), .number(0),
            .count(moment.withoutNode), .text(""),
        ]
        let rows: [[HTML]] =
            moment.nodeGroups.map { group in
                [
                    .head(group.name), .text(group.machines), .number(group.capacity), .number(group.wanted),
                    .number(group.running), .count(group.pending), .text(group.limitedBy),
                ]
            } + (moment.withoutNode > 0 ? [noNode] : [])
        return HTML.table(
            ["Node group", "Nodes", "#Capacity", "#Wanted", "#Running", "#Pending", "Limited by"], rows)
    }

    private var subnetSection: HTML? {
        guard moments.contains(where: { !$0.subnets.isEmpty }) else { return nil }
        let rows: [[HTML]] = subnetIDs.flatMap { id in
            moments(of: id).map { moment, subnet in
                [
                    .head(subnet.id), .text(subnet.zone), .text(moment.title), .number(subnet.size),
                    .number(subnet.used), .number(subnet.cooling), .number(subnet.warm), .number(subnet.free),
                    .number(subnet.freePrefixes),
                ]
            }
        }
        let table = HTML.table(
            ["Subnet", "Zone", "Moment", "#Size", "#Used", "#Cooling", "#Warm", "#Free", "#Free /28"], rows)
        let legend = HTML.legend([(.blue, "used"), (.violet, "cooling"), (.amber, "warm"), (.track, "free")])
        return HTML.section(
            Report.subnetTitle, "Warm addresses are held by nodes for pods to come; nobody else can have them.",
            "\(legend)\(subnetChart.svg)\(table)"
        )
    }

    private func causeSection(_ moment: Moment, _ place: String) -> HTML {
        let causes: [[HTML]] = moment.causes.map { cause in
            ["<th scope=\"row\"><code>\(cause.code)</code></th>", .number(cause.count), .text(cause.sentence)]
        }
        let workloads: [[HTML]] = moment.pendingWorkloads.map { workload in
            [
                .head(workload.name), .number(workload.count), "<td><code>\(workload.cause)</code></td>",
                .text(workload.pods),
            ]
        }
        let named: [HTML] = moment.pendingPods.prefix(Report.namedPods).map { pod in
            "<li>\(pod.namespace)/\(pod.name): \(pod.sentence)</li>\n"
        }
        let more = moment.pendingPods.count - named.count
        let rest: HTML = more > 0 ? "<li>and \(more.of("more pod")), which --output json names</li>" : ""
        return HTML.section(
            "Pending by cause", "Every pod counts once, with the cause that would have to go first." + place,
            """
            \(causeChart(moment).svg)\(HTML.table(["Cause", "#Pods", "Why"], causes))
            <details open><summary>Pending workloads</summary>
            \(HTML.table(["Workload", "#Pending", "Cause", "Pods"], workloads))</details>
            <details><summary>Every pending pod</summary><ul class="plain">
            \(named)\(rest)</ul></details>
            """)
    }

    private var remedySection: HTML? {
        guard !remedies.isEmpty else { return nil }
        let rows: [[HTML]] = remedies.map { remedy in
            [
                .head(remedy.change),
                "<td class=\"number\(remedy.pendingAfter == 0 ? " good" : "" as HTML)\">\(remedy.pendingText)</td>",
                "<td class=\"number\">\(remedy.addressesText)</td>", "<td class=\"number\">\(remedy.nodesText)</td>",
            ]
        }
        return HTML.section(
            "Remedies", "Each was planned again with its change; the best first.",
            HTML.table(["Change", "#Pending", "#Addresses saved", "#Nodes saved"], rows))
    }
}

extension Report.Verdict {
    fileprivate var mood: HTML.Mood {
        switch self {
        case .fits: .good
        case .warning: .warning
        case .pending: .bad
        }
    }
}
