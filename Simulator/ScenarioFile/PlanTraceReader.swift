import Settings
import Timekeeping
import VirtualSimulator

/// Reads a trace row by row: what it holds is the plan so far, not the file.
struct PlanTraceReader {
    /// More than these nobody reads.
    static let mostProblems = 20

    private enum Column: String, CaseIterable {
        case kind, node, group, start, end, lifetime, pause, longestPause
    }

    private let file: String
    private let groups: [String]
    private(set) var problems: [String] = []
    private var line = 0
    private var columns: [Column] = []
    private var nodes: [Plan.Node] = []
    private var pods: [Plan.Pod] = []
    private var indexes: [String: Int] = [:]

    init(file: String, groups: [String]) {
        self.file = file
        self.groups = groups
    }

    mutating func read(_ text: String) {
        line += 1
        let row = text.last?.isNewline == true ? text.dropLast() : text[...]
        guard !row.allSatisfy(\.isWhitespace) else { return }
        let fields = row.split(separator: ",", omittingEmptySubsequences: false).map(trimmed)
        guard !columns.isEmpty else { return readHeader(fields) }
        guard fields.count == columns.count else {
            return report("it has \(fields.count) fields, and the header has \(columns.count)")
        }
        var values: [Column: Substring] = [:]
        for (column, field) in zip(columns, fields) where !field.isEmpty { values[column] = field }
        switch values[.kind] {
        case "node": readNode(values)
        case "pod", nil: readPod(values)
        case let other?: report("kind: '\(other)' is neither node nor pod")
        }
    }

    func finish() throws(SettingsProblems) -> Plan {
        guard problems.isEmpty else { throw SettingsProblems(problems) }
        guard !nodes.isEmpty else { throw SettingsProblems(["\(file): there is no node in it"]) }
        return Plan(nodes: nodes, pods: pods)
    }

    private mutating func readHeader(_ names: [Substring]) {
        columns = names.compactMap { Column(rawValue: String($0)) }
        let known = Column.allCases.map(\.rawValue).joined(separator: ", ")
        for name in names where Column(rawValue: String(name)) == nil {
            report("there is no column '\(name)'; the header has columns out of \(known)")
        }
        for needed in [Column.node, .start] where !columns.contains(needed) {
            report("the header lacks the column \(needed.rawValue); it has columns out of \(known)")
        }
        if Set(columns).count < columns.count { report("a column is there twice") }
        // Rows cannot be told without it.
        if !problems.isEmpty { columns = [.node] }
    }

    private mutating func readNode(_ values: [Column: Substring]) {
        guard let name = name(values), let joins = time(.start, values) else { return }
        let group = values[.group].map { name in groups.firstIndex { $0 == name } } ?? 0
        let leaves = time(.end, values, isNeeded: false)
        if values[.lifetime] != nil { report("a node has an end, and no lifetime") }
        if indexes[name] != nil { report("node \(name) is there already; its row comes once, before its pods") }
        if let leaves, leaves <= joins { report("node \(name) leaves before it has joined") }
        guard let group else {
            return report("there is no group '\(values[.group] ?? "")'; there are \(groups.joined(separator: ", "))")
        }
        indexes[name] = nodes.count
        nodes.append(Plan.Node(joins: joins, leaves: leaves, group: group))
    }

    private mutating func readPod(_ values: [Column: Substring]) {
        guard let name = name(values), let arrives = time(.start, values) else { return }
        let index = indexes[name] ?? nodes.count
        if index == nodes.count {
            indexes[name] = index
            nodes.append(Plan.Node())
        }
        let node = nodes[index]
        if arrives < node.joins { report("the pod comes before its node \(name) joins") }
        if let leaves = node.leaves, arrives >= leaves { report("the pod comes after its node \(name) has left") }
        pods.append(Plan.Pod(arrives: arrives, node: index, ends: readEnd(values, arrives)))
    }

    private mutating func readEnd(_ values: [Column: Substring], _ arrives: Instant) -> Plan.Pod.End {
        let end = time(.end, values, isNeeded: false)
        let life = time(.lifetime, values, isNeeded: false).map { $0 - .origin }
        let pause = time(.pause, values, isNeeded: false).map { $0 - .origin }
        let longest = time(.longestPause, values, isNeeded: false).map { $0 - .origin } ?? pause
        if end != nil, life != nil { report("a pod has an end or a lifetime; leave one of the two empty") }
        if life == nil, pause ?? longest != nil { report("only a pod with a lifetime comes back after a pause") }
        if let pause, let longest, longest < pause { report("longestPause is less than pause") }
        if let end, end <= arrives { report("the pod ends before it has come") }
        guard let life else { return end.map(Plan.Pod.End.at) ?? .never }
        guard let pause, let longest else { return .after(life) }
        return .again(life: life, pause: pause, longestPause: longest)
    }

    private mutating func name(_ values: [Column: Substring]) -> String? {
        if values[.node] == nil { report("node: the name of the node is missing") }
        return values[.node].map(String.init)
    }

    private mutating func time(_ column: Column, _ values: [Column: Substring], isNeeded: Bool = true) -> Instant? {
        guard let text = values[column] else {
            if isNeeded { report("\(column.rawValue): the time is missing") }
            return nil
        }
        guard text.first?.isNumber == true, text.last?.isNumber == true, let time = Duration(text: text + "s") else {
            report("\(column.rawValue): '\(text)' is not a number of seconds, such as 90 or 20.5")
            return nil
        }
        return .origin + time
    }

    private func trimmed(_ field: Substring) -> Substring {
        guard let first = field.firstIndex(where: { !$0.isWhitespace }),
            let last = field.lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return field[first...last]
    }

    private mutating func report(_ problem: String) {
        problems.append("\(file):\(line): \(problem)")
    }
}
