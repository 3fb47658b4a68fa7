import Presentation

extension RunReport {
    /// The report for a terminal: how it ended first, then the figures, then what was expected.
    ///
    /// - Returns: lines, the last one with its newline too.
    public func text(_ style: TextStyle) -> String {
        var text = "\(style.paint("\(name.printable), seed \(seed)", .faint))\n\(verdictLine(style))\n"
        if !about.isEmpty {
            text += "\n" + TextTable(columns: [.sentence("")], rows: [[.init(about, .faint)]]).text(style)
        }
        text += "\n" + figureTable.text(style)
        if !causes.isEmpty { text += "\n" + causeTable.text(style) }
        if !calls.isEmpty { text += "\n" + callTable(style).text(style) }
        if !subnets.isEmpty { text += "\n" + subnetTable(style).text(style) }
        if !checks.isEmpty { text += "\n" + checks.map { $0.line(style) }.joined() }
        return text
    }

    private func verdictLine(_ style: TextStyle) -> String {
        holds ? style.paint("✓ \(headline)", .good) : style.paint("✗ \(headline)", .bad)
    }

    private var figureTable: TextTable {
        var table = TextTable(columns: [.text(""), .sentence("")])
        func add(_ name: String, _ sentence: String?) {
            if let sentence { table.rows.append([.init(name, .faint), .init(sentence)]) }
        }
        add("nodes", "\(machines); \(nodesJoined.grouped) joined in \(duration.asDuration)")
        let peak = pods.mostPendingAt.map {
            "; at the worst \(pods.mostPending.grouped) pending, after \($0.asDuration)"
        }
        add(
            "pods",
            "\(pods.started.grouped) started, \(pods.running.grouped) running and \(pods.pending.grouped) pending at the end"
                + (peak ?? ""))
        add(
            "wait for an address",
            "p50 \(waits.p50.asDuration), p90 \(waits.p90.asDuration), p99 \(waits.p99.asDuration), "
                + "longest \(waits.longest.asDuration)")
        add("refusals", "\(refusals.reduce(0) { $0 + $1.count }.grouped)")
        add("stranded", "\(stranded.fixed(2)) addresses a node that no pod uses, on average")
        add("calls", "\(callsMade.grouped), of which \(callsThrottled.percent(of: callsMade)) throttled")
        add("token buckets", boundSentence)
        return table
    }

    private var causeTable: TextTable {
        var table = TextTable(columns: [
            .text("CAUSE"), .number("PENDING AT THE END"), .number("AT THE WORST"), .number("REFUSALS"),
        ])
        table.rows = causes.map { code in
            let pending = pods.pendingByCause.count(of: code)
            return [
                .init(code), .init(pending, pending > 0 ? .bad : .plain),
                .init(pods.mostPendingByCause.count(of: code)), .init(refusals.count(of: code)),
            ]
        }
        return table
    }

    private func callTable(_ style: TextStyle) -> TextTable {
        var table = TextTable(columns: [.text("CALL"), .number("MADE"), .number("THROTTLED"), .bar("SHARE")])
        let most = calls.first?.made ?? 1
        table.rows = calls.map { call in
            [
                .init(call.name), .init(call.made), .init(call.throttled, call.throttled > 0 ? .tight : .plain),
                .bar(
                    [(call.made - call.throttled, "█", .used), (call.throttled, "▒", .tight)], of: max(most, 1), style),
            ]
        }
        return table
    }

    private func subnetTable(_ style: TextStyle) -> TextTable {
        var table = TextTable(columns: [
            .text("SUBNET"), .text("CIDR"), .number("PODS"), .number("OTHERS"), .number("FREE"), .number("FREE /28"),
            .bar("FILL AT THE END"),
        ])
        table.rows = subnets.map { subnet in
            [
                .init(subnet.id), .init(subnet.cidr), .init(subnet.pods), .init(subnet.others),
                .init(subnet.free, subnet.free == 0 ? .bad : .plain), .init(subnet.freePrefixes),
                .bar([(subnet.pods, "█", .used), (subnet.others, "▒", .tight)], of: subnet.size, style),
            ]
        }
        return table
    }
}

extension RunReport.Check {
    fileprivate func line(_ style: TextStyle) -> String {
        let mark = holds ? style.paint("✓", .good) : style.paint("✗", .bad)
        return "\(mark) \(sentence.printable) \(style.paint("(\(seen.printable))", .faint))\n"
    }
}
