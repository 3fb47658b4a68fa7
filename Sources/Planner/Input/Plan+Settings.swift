import CloudSettings
import InstanceLimits
import Pool
import PoolSettings
import Settings

extension Plan {
    /// Reads a plan file; `Config/examples/plan.yaml` shows every key.
    ///
    /// - Throws: ``SettingsProblems`` with everything that is wrong.
    public static func load(path: String) throws(SettingsProblems) -> Plan {
        let hint = "name a plan with --plan, or write one with warmpool-plan init"
        return try parse(SettingsReader.text(ofFile: path, hint: hint), file: path)
    }

    /// Reads the text of a plan file.
    ///
    /// - Parameter file: its name, for the reports.
    /// - Throws: ``SettingsProblems`` with everything that is wrong.
    public static func parse(_ text: String, file: String) throws(SettingsProblems) -> Plan {
        try SettingsReader.read(text, file: file) { reader, _ in Plan(reader) }
    }

    /// Reads every key, so that every problem is found; with any, the value is of no use.
    private init(_ reader: SettingsReader) {
        self.init(
            groups: reader.nestedList("groups").compactMap { NodeGroup($0) },
            subnets: reader.nestedList("subnets").compactMap { PlannedSubnet($0) },
            growth: reader.nestedList("growth").compactMap { Growth($0) },
            events: reader.list("events", of: "an event, \(PlanEvent.forms.joined(separator: ", "))") ?? [])
        if let keys = reader.nested("pool") {
            pool = PoolConfiguration(keys)
            keys.finish()
        }
        for name in Plan.doubles(groups.map(\.name)) { reader.refuse("groups", "there are two groups \(name)") }
        SubnetSettings.check(subnets.map { ($0.id, $0.cidr) }, reader)
        checkReferences(reader)
    }

    /// Reports names of zones and subnets that the plan does not have; one without subnets says nothing of them.
    private func checkReferences(_ reader: SettingsReader) {
        guard !subnets.isEmpty else { return }
        let zones = Set(subnets.filter { !$0.isForPods }.map(\.zone))
        for group in groups {
            for zone in group.zones.sorted() where !zones.contains(zone) {
                reader.refuse("groups", "group \(group.name) is in zone \(zone), where no subnet for nodes is")
            }
        }
        let ids = Set(subnets.map(\.id))
        for id in pool.placement.subnets where !ids.contains(id) {
            reader.refuse("pool", "the subnet \(id) is not one of subnets")
        }
    }

    /// The names that are there more than once.
    static func doubles(_ names: [String]) -> [String] {
        Dictionary(grouping: names) { $0 }.filter { $0.value.count > 1 }.keys.sorted()
    }
}

extension NodeGroup {
    /// - Returns: `nil` where something is wrong that makes it no group; the reader reports it.
    fileprivate init?(_ reader: SettingsReader) {
        defer { reader.finish() }
        reader.require("name", "a node group has name and instanceType")
        reader.require("instanceType", "the type of the group's instances, such as m5.large")
        let name = reader.string("name")
        let type = reader.string("instanceType")
        if let type {
            do throws(UnknownInstanceType) {
                _ = try InstanceType(named: type)
            } catch {
                reader.refuse("instanceType", "\(error)")
            }
        }
        let counts = 0...1_000_000
        let taints: [Taint]? = reader.list("taints", of: "a taint such as dedicated=gpu:NoSchedule")
        let group = NodeGroup(
            name: name ?? "", instanceType: type ?? "", count: reader.integer("count", in: counts),
            min: reader.integer("min", in: counts) ?? 0, max: reader.integer("max", in: counts),
            zones: reader.list("zones", of: "the name of a zone") ?? [], labels: reader.dictionary("labels") ?? [:],
            taints: taints ?? [], maxPods: reader.integer("maxPods", in: 1...10_000),
            allocatable: NodeGroup.readAllocatable(reader))
        if let most = group.max, most < group.min {
            reader.refuse("max", "\(most) is less than min, which is \(group.min)")
        } else if let count = group.count, count < group.min || count > group.max ?? count {
            reader.refuse("count", "\(count) is not between min and max")
        }
        guard name != nil, type != nil else { return nil }
        self = group
    }

    private static func readAllocatable(_ reader: SettingsReader) -> Resources? {
        guard let texts = reader.dictionary("allocatable") else { return nil }
        var quantities: [String: Quantity] = [:]
        for (name, text) in texts.sorted(by: { $0.key < $1.key }) {
            quantities[name] = Quantity(text)
            if quantities[name] == nil {
                reader.refuse("allocatable", "\(name): '\(text)' is not \(Quantity.expectedText)")
            }
        }
        return Resources(quantities)
    }
}

extension Growth {
    /// - Returns: `nil` where something is wrong; the reader reports it.
    fileprivate init?(_ reader: SettingsReader) {
        defer { reader.finish() }
        reader.require("workloads", "which workloads grow: \(WorkloadPattern.expectedText)")
        let workloads: WorkloadPattern? = reader.value("workloads", expecting: WorkloadPattern.expectedText)
        let factor = reader.number("factor", in: 0...1000)
        let replicas = reader.integer("replicas", in: 0...1_000_000)
        let amount: Amount
        switch (factor, replicas) {
        case (let factor?, nil): amount = .factor(factor)
        case (nil, let replicas?): amount = .replicas(replicas)
        case (nil, nil):
            reader.require("factor", "growth has a factor, or replicas")
            return nil
        case (_?, _?):
            reader.refuse("replicas", "growth has a factor or replicas; remove one of the two")
            return nil
        }
        guard let workloads else { return nil }
        self.init(workloads: workloads, amount: amount)
    }
}

extension WorkloadPattern {
    /// What the text must be, for the error that a wrong one gets.
    static let expectedText = "all, or a workload such as web, deploy/web or deploy/shop/web"
}

extension Taint: LosslessStringConvertible {
    /// Reads what ``description`` prints.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"),
            let effect = Effect(rawValue: String(text[text.index(after: colon)...]))
        else { return nil }
        let parts = text[..<colon].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let key = parts.first, !key.isEmpty else { return nil }
        self.init(key: String(key), value: parts.count > 1 ? String(parts[1]) : "", effect: effect)
    }
}
