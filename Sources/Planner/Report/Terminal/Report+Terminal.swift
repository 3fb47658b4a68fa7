import Presentation

extension Report {
    /// The report for a terminal: the verdict first, then the worst moment in tables, then what helps.
    ///
    /// - Returns: lines, the last one with its newline too.
    public func text(_ style: TextStyle) -> String {
        var text = "\(style.paint(title.printable, .faint))\n\(verdictLine(style))\n"
        if moments.count > 1 { text += "\n" + momentTable.text(style) }
        if let worst { text += worst.text(style, isAlone: moments.count == 1) }
        if !remedies.isEmpty {
            text +=
                "\n\(style.paint("Remedies", .strong)), each planned again, the best first\n\n"
                + remedyTable.text(style)
        }
        text += Report.list(warnings, mark: style.paint("!", .tight), style)
        text += Report.list(notes, mark: style.paint("note:", .faint), style)
        return text
    }

    private func verdictLine(_ style: TextStyle) -> String {
        let (mark, ink): (String, TextStyle.Ink) =
            switch verdict {
            case .fits: ("✓", .good)
            case .warning: ("!", .tight)
            case .pending: ("✗", .bad)
            }
        return style.paint("\(mark) \(headline.printable)", ink)
    }

    private var momentTable: TextTable {
        var table = TextTable(columns: [.text("MOMENT"), .number("PODS"), .number("PENDING")])
        table.rows = moments.map { moment in
            [.init(moment.title), .init(moment.pods), .init(moment.pending, moment.pending > 0 ? .bad : .plain)]
        }
        return table
    }

    private var remedyTable: TextTable {
        var table = TextTable(columns: [
            .sentence("CHANGE"), .number("PENDING"), .number("ADDRESSES SAVED"), .number("NODES SAVED"),
        ])
        table.rows = remedies.map { remedy in
            [
                .init(remedy.change),
                .init(remedy.pendingText, remedy.pendingAfter == 0 ? .good : .tight), .init(remedy.addressesText),
                .init(remedy.nodesText),
            ]
        }
        return table
    }

    private static func list(_ sentences: [String], mark: String, _ style: TextStyle) -> String {
        sentences.isEmpty ? "" : "\n" + sentences.map { "\(mark) \($0.printable)\n" }.joined()
    }
}

extension Report.Moment {
    private static let shownWorkloads = 12

    fileprivate func text(_ style: TextStyle, isAlone: Bool) -> String {
        var text = isAlone ? "" : "\n\(style.paint(title.printable, .strong)): \(sentence)\n"
        text += "\n" + groupTable(style).text(style)
        if !subnets.isEmpty { text += "\n" + subnetTable(style).text(style) }
        guard pending > 0 else { return text }
        text += "\n" + causeTable.text(style) + "\n" + podTable.text(style)
        let more = pendingWorkloads.count - Report.Moment.shownWorkloads
        if more > 0 { text += "  … and \(more.of("more workload")); --output json names every pod\n" }
        return text
    }

    private func groupTable(_ style: TextStyle) -> TextTable {
        var table = TextTable(columns: [
            .text("NODE GROUP"), .text("NODES"), .number("CAPACITY"), .number("WANTED"), .number("PENDING"),
            .bar("PODS"), .text("LIMITED BY"),
        ])
        table.rows = nodeGroups.map { group in
            [
                .init(group.name), .init(group.machines), .init(group.capacity), .init(group.wanted),
                .init(group.pending, group.pending > 0 ? .bad : .plain),
                .bar(
                    [(group.running, "█", .used), (group.pending, "▒", .bad)], of: max(group.capacity, group.wanted),
                    style), .init(group.limitedBy),
            ]
        }
        if withoutNode > 0 {
            table.rows.append([
                "(no node)", "", "", .init(withoutNode), .init(withoutNode, .bad),
                .bar([(withoutNode, "▒", .bad)], of: withoutNode, style), "",
            ])
        }
        return table
    }

    private func subnetTable(_ style: TextStyle) -> TextTable {
        var table = TextTable(columns: [
            .text("SUBNET"), .text("ZONE"), .number("USED"), .number("COOLING"), .number("WARM"), .number("FREE"),
            .bar("FILL"), .number("FREE /28"),
        ])
        table.rows = subnets.map { subnet in
            [
                .init(subnet.id), .init(subnet.zone), .init(subnet.used), .init(subnet.cooling), .init(subnet.warm),
                .init(subnet.free, subnet.free == 0 ? .bad : .plain),
                .bar(
                    [(subnet.used, "█", .used), (subnet.cooling + subnet.warm, "▒", .tight)], of: subnet.size, style),
                .init(subnet.freePrefixes),
            ]
        }
        return table
    }

    private var causeTable: TextTable {
        var table = TextTable(columns: [.text("CAUSE"), .number("PODS"), .sentence("WHY")])
        table.rows = causes.map { [.init($0.code, .bad), .init($0.count), .init($0.sentence)] }
        return table
    }

    private var podTable: TextTable {
        var table = TextTable(columns: [.text("PENDING"), .text("CAUSE"), .text("POD")])
        table.rows = pendingWorkloads.prefix(Report.Moment.shownWorkloads).map { workload in
            [.init(workload.name), .init(workload.cause), .init(workload.pods)]
        }
        return table
    }
}
