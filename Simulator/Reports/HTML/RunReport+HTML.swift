import Presentation

extension RunReport {
    /// The report as one HTML page that needs nothing else: its charts are SVG.
    public var html: String {
        HTML.page(
            title: "\(name), seed \(seed)", headline: headline, holds ? .good : .bad,
            """
            \(aboutParagraph)\(tiles)\(checkSection)\(podSection)\(waitSection)\(callSection)\(strandedSection)\(subnetSection)\
            \(seriesSection)
            """,
            footer: """
                Simulated by warmpool-sim in virtual time with the node daemon's own pool: \(events.of("event")), \
                \(duration.asDuration), trace \(traceHash).
                """
        ).text
    }

    private var aboutParagraph: HTML? { about.isEmpty ? nil : "<p class=\"about\">\(about)</p>\n" }

    private var tiles: HTML {
        HTML.tiles([
            HTML.tile("Pods started", pods.started.grouped),
            HTML.tile("Pods pending", pods.pending.grouped, isBad: pods.pending > 0),
            HTML.tile("Wait p50", waits.p50.asDuration), HTML.tile("Wait p99", waits.p99.asDuration),
            HTML.tile("Stranded a node", stranded.fixed(2)),
            HTML.tile("Calls throttled", callsThrottled.percent(of: callsMade)),
        ])
    }

    private var checkSection: HTML? {
        guard !checks.isEmpty else { return nil }
        let rows: [[HTML]] = checks.map { check in
            [
                check.holds ? "<td class=\"good\">✓</td>" : "<td class=\"bad\">✗</td>", .text(check.sentence),
                .text(check.seen),
            ]
        }
        return HTML.section(
            "Expectations", "What the scenario expects, and what was seen.",
            HTML.table(["Holds", "Expected", "Seen"], rows))
    }

    private var podSection: HTML {
        let rows: [[HTML]] = causes.map { code in
            [
                "<th scope=\"row\"><code>\(code)</code></th>", .count(pods.pendingByCause.count(of: code)),
                .number(pods.mostPendingByCause.count(of: code)), .number(refusals.count(of: code)),
            ]
        }
        let table: HTML? =
            rows.isEmpty ? nil : .table(["Cause", "#Pending at the end", "#At the worst", "#Refusals"], rows)
        let peak = pods.mostPendingAt.map {
            " At the worst \(pods.mostPending.of("pod")) \(pods.mostPending == 1 ? "waits" : "wait"), after \($0.asDuration)."
        }
        return HTML.section(
            "Pods, running and pending",
            "\(machines). A pending pod counts with the cause for which it was refused last.\(peak ?? "")",
            "\(podChart?.svg)\(pendingChart?.svg)\(table)")
    }

    private var waitSection: HTML {
        let rows: [[HTML]] = waits.distribution.map { bucket in
            [.head(bucket.upTo == 0 ? "no wait" : "up to \(bucket.upTo.asDuration)"), .number(bucket.pods)]
        }
        return HTML.section(
            "Time to an address", "From kubelet's first try, through all refusals and retries.",
            """
            \(waitChart.svg)<details><summary>In numbers</summary>
            \(HTML.table(["Wait", "#Pods"], rows))</details>
            """)
    }

    private var callSection: HTML {
        let rows: [[HTML]] = calls.map { call in
            [.head(call.name), .number(call.made), .count(call.throttled)]
        }
        let bound: HTML? = boundSentence.map { "<p>Convergence: \($0).</p>\n" }
        return HTML.section(
            "Calls of the cloud's API",
            "\(callsMade.of("call")), of which \(callsThrottled.percent(of: callsMade)) were throttled.",
            "\(callChart?.svg)\(bound)\(HTML.table(["Call", "#Made", "#Throttled"], rows))")
    }

    private var strandedSection: HTML? {
        strandedChart.map { chart in
            HTML.section(
                "Stranded addresses",
                """
                Addresses that nodes hold and no pod uses: free, cooling or on their way out, and ENIs' own ones beside \
                the primary. On average \(stranded.fixed(2)) a node.
                """, chart.svg)
        }
    }

    private var subnetSection: HTML? {
        guard !subnets.isEmpty else { return nil }
        let rows: [[HTML]] = subnets.map { subnet in
            [
                .head(subnet.id), .text(subnet.cidr), .number(subnet.size), .number(subnet.pods),
                .number(subnet.others), .number(subnet.free), .number(subnet.freePrefixes),
            ]
        }
        return HTML.section(
            "Subnet fill", "Over time, then at the end.",
            """
            \(subnetCharts.map(\.svg))\
            \(HTML.table(["Subnet", "CIDR", "#Size", "#Pods", "#Others", "#Free", "#Free /28"], rows))
            """)
    }

    /// The charts' numbers for those who do not see them.
    private var seriesSection: HTML? {
        let shown = RunReport.thinned(samples, to: 24)
        guard !shown.isEmpty else { return nil }
        let rows: [[HTML]] = shown.map { sample in
            [
                .head(AreaChart.time(sample.at)), .number(sample.nodes), .number(sample.running),
                .count(sample.pendingCount), .number(sample.calls), .number(sample.throttled),
                .number(sample.stranded), .number(sample.subnets.reduce(0) { $0 + $1.free }),
            ]
        }
        return HTML.section(
            "The charts in numbers", "Calls and throttles are counted from the beginning; CSV has every sample.",
            HTML.table(
                ["Time", "#Nodes", "#Running", "#Pending", "#Calls", "#Throttled", "#Stranded", "#Free"], rows))
    }
}
