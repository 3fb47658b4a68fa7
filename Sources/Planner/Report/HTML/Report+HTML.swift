extension Report {
    private static let namedPods = 500

    /// The report as one HTML page that needs nothing else: its charts are SVG, and it follows the reader's choice of light
    /// or dark.
    public var html: String {
        let page: HTML = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(title): \(headline)</title>
            <style>
            \(HTML(trusted: String(decoding: PackageResources.report_css, as: UTF8.self)))</style>
            </head>
            <body>
            <main>
            <header class="\(verdict.rawValue)"><p>\(title)</p><h1>\(headline.heading)</h1></header>
            \(tiles)\(momentSection)\(worst.map(momentSections))\(remedySection)\(Report.list("Warnings", warnings))\
            \(Report.list("Notes", notes))
            <footer>Predicted by warmpool-plan with the rules of the node daemon's pool.</footer>
            </main>
            </body>
            </html>

            """
        return page.text
    }

    // MARK: Sections

    private var tiles: HTML? {
        worst.map { moment in
            func sum(_ count: (Subnet) -> Int) -> Int { moment.subnets.reduce(0) { $0 + count($1) } }
            let capacity = moment.nodeGroups.reduce(0) { $0 + $1.capacity }
            var tiles: [HTML] = [
                Report.tile("Pods wanted", moment.pods),
                Report.tile("Pods pending", moment.pending, isBad: moment.pending > 0),
                Report.tile("Pod capacity", capacity),
                Report.tile("Nodes", moment.nodeGroups.reduce(0) { $0 + $1.nodes }),
            ]
            if !moment.subnets.isEmpty {
                tiles += [Report.tile("Addresses warm", sum(\.warm)), Report.tile("Addresses free", sum(\.free))]
            }
            return "<dl class=\"tiles\">\(tiles)</dl>\n"
        }
    }

    private static func tile(_ name: String, _ count: Int, isBad: Bool = false) -> HTML {
        "<div\(isBad ? " class=\"bad\"" : "" as HTML)><dt>\(name)</dt><dd>\(count.grouped)</dd></div>"
    }

    private var momentSection: HTML? {
        guard moments.count > 1 else { return nil }
        let rows = moments.map { moment in
            [
                HTML.head(moment.title), .number(moment.pods), .count(moment.pending),
                .text(moment.pending.percent(of: moment.pods)),
            ]
        }
        return section(
            "Moments", "The cluster as it settles, then each event at its worst and at its end.",
            HTML.table(["Moment", "#Pods", "#Pending", "Share"], rows))
    }

    /// The charts and tables of the worst moment.
    private func momentSections(_ moment: Moment) -> HTML {
        let place = moments.count > 1 ? " Shown at the worst, \(moment.phrase)." : ""
        let legend = HTML.legend(
            [(.running, "running"), (.pending, "pending"), (.room, "room")], mark: "capacity")
        let groups = section(
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
        let legend = HTML.legend([(.used, "used"), (.cooling, "cooling"), (.warm, "warm"), (.free, "free")])
        return section(
            subnetChart.title, "Warm addresses are held by nodes for pods to come; nobody else can have them.",
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
        return section(
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
        return section(
            "Remedies", "Each was planned again with its change; the best first.",
            HTML.table(["Change", "#Pending", "#Addresses saved", "#Nodes saved"], rows))
    }

    private static func list(_ title: String, _ sentences: [String]) -> HTML? {
        guard !sentences.isEmpty else { return nil }
        let items: [HTML] = sentences.map { "<li>\($0)</li>\n" }
        return "<section><h2>\(title)</h2><ul class=\"plain\">\n\(items)</ul></section>\n"
    }

    private func section(_ title: String, _ lead: String, _ body: HTML) -> HTML {
        "<section>\n<h2>\(title)</h2>\n<p>\(lead)</p>\n\(body)</section>\n"
    }
}

extension String {
    /// The sentence with a capital letter, and no line break before a percent sign.
    fileprivate var heading: String { prefix(1).uppercased() + dropFirst().replacing(" %", with: "\u{a0}%") }
}
