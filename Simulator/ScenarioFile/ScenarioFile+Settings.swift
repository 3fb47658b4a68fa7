import Addressing
import CloudSettings
import ModelVPC
import Pool
import RateLimiting
import Settings
import Timekeeping
import VirtualSimulator

extension ScenarioFile {
    /// Reads every key, so that every problem is found; with any, the value is of no use.
    ///
    /// - Parameter withPlan: whether to make the plan, or to read the keys alone.
    init(_ reader: SettingsReader, file: String, withPlan: Bool) {
        name = ScenarioFile.name(ofFile: file)
        reader.require("about", "what the scenario shows, in a sentence or a few")
        reader.require("duration", "how long the simulation lasts, such as 30m")
        about = reader.string("about") ?? ""
        let month = Duration.seconds(1) ... .seconds(31 * 86_400)
        let duration = reader.duration("duration", in: month) ?? .seconds(1)
        let subnets = Scenario.Subnet.read(reader)
        let pool = reader.nested("pool")
        let trace = reader.string("trace")
        let usual = reader.nestedList("workloads")
        if trace != nil, !usual.isEmpty { reader.refuse("workloads", "the trace says which pods come") }
        reader.require("groups", "at least one group of nodes with name and instanceType")
        let groups = reader.nestedList("groups").compactMap {
            NodeGroup(
                $0, subnets: subnets.filter { !$0.isForPods }.map(\.id), pool: pool, usual: usual,
                isTraced: trace != nil)
        }
        pool?.finish()
        self.groups = groups
        let seed = UInt64(reader.integer("seed", in: 0...Int.max) ?? 1)
        let plan = withPlan ? ScenarioFile.plan(groups, trace, beside: file, duration, seed, reader) : nil
        scenario = Scenario(
            groups: groups.map {
                Scenario.Group(name: $0.name, instanceType: $0.instanceType, pool: $0.pool, subnet: $0.subnet)
            },
            subnets: subnets, plan: plan ?? Plan(nodes: [], pods: []), duration: duration, seed: seed)
        let ids = subnets.map(\.id)
        expectations = reader.nested("expect").map { Expectations($0, subnets: ids) } ?? Expectations()
        scenario.readCloud(reader)
        scenario.readTimes(reader)
        scenario.incidents = reader.nestedList("incidents").compactMap {
            Incident($0, nodes: plan?.nodes.count, subnets: ids)
        }
        check(reader)
    }

    /// Which nodes and pods come and go.
    private static func plan(
        _ groups: [NodeGroup], _ trace: String?, beside file: String, _ duration: Duration, _ seed: UInt64,
        _ reader: SettingsReader
    ) -> Plan {
        guard let trace else {
            var seeds = Random(seed: seed)
            return .joined(groups.enumerated().map { $1.plan(index: $0, duration: duration, seeds: &seeds) })
        }
        let folder = trace.hasPrefix("/") ? "" : file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
        do throws(SettingsProblems) {
            return try PlanTrace.load(path: folder + trace, groups: groups.map(\.name))
        } catch {
            for problem in error.problems { reader.refuse("trace", problem) }
            return Plan(nodes: [], pods: [])
        }
    }

    static func name(ofFile path: String) -> String {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        return [".yaml", ".yml"].first { file.hasSuffix($0) }.map { String(file.dropLast($0.count)) } ?? file
    }

    /// Reports names that are there twice, and names that are not there.
    private func check(_ reader: SettingsReader) {
        for (index, group) in groups.enumerated() where groups[..<index].contains(where: { $0.name == group.name }) {
            reader.refuse("groups", "there are two groups \(group.name)")
        }
        let ids = Set(scenario.subnets.map(\.id))
        for id in Set(groups.flatMap { $0.pool.placement.subnets }).subtracting(ids).sorted(by: { "\($0)" < "\($1)" }) {
            reader.refuse("pool", "the subnet \(id) is not one of subnets")
        }
        for subnet in scenario.subnets where !scenario.network.contains(subnet.cidr) {
            reader.refuse("subnets", "\(subnet.id) (\(subnet.cidr)) is not within vpcCIDR, \(scenario.network)")
        }
    }
}

extension Scenario.Subnet {
    fileprivate var isForPods: Bool { SubnetTag.isForPods(tags) }

    /// Reads the list `subnets`; without it there is one that is large enough for most.
    fileprivate static func read(_ reader: SettingsReader) -> [Scenario.Subnet] {
        let subnets = reader.nestedList("subnets").compactMap { keys -> Scenario.Subnet? in
            defer { keys.finish() }
            var tags = keys.dictionary("tags") ?? [:]
            guard let subnet = SubnetSettings(keys) else { return nil }
            if subnet.isForPods { tags[SubnetTag.pods] = "1" }
            return Scenario.Subnet(id: subnet.id, cidr: subnet.cidr, zone: subnet.zone, tags: tags, used: subnet.used)
        }
        SubnetSettings.check(subnets.map { ($0.id, $0.cidr) }, reader)
        return subnets.isEmpty ? [Scenario.usualSubnet] : subnets
    }
}

extension Scenario {
    /// Reads what the cloud is like, and how it fails.
    fileprivate mutating func readCloud(_ reader: SettingsReader) {
        let expected = "an IPv4 network such as 10.0.0.0/16, with host bits zero"
        network = reader.value("vpcCIDR", expecting: expected) ?? network
        if let keys = reader.nested("cloud") {
            cloud = ModelVPC.Settings(keys, usual: cloud)
            keys.finish()
        }
        if let keys = reader.nested("throttling") { throttling = ModelVPC.Throttling(keys) }
        faults = reader.nestedList("faults").compactMap { ModelVPC.FaultRule($0) }
    }

    /// Reads the times of daemons and kubelet, as far as pools do not have them.
    fileprivate mutating func readTimes(_ reader: SettingsReader) {
        if let keys = reader.nested("calls") {
            calls = CallPolicy(keys)
            callTimeout = keys.duration("timeout", in: .milliseconds(100) ... .seconds(20)) ?? callTimeout
            keys.finish()
        }
        let seconds = Duration.seconds(1) ... .seconds(600)
        reconcileInterval =
            reader.duration("reconcileInterval", in: .seconds(1) ... .seconds(3600)) ?? reconcileInterval
        attachTimeout = reader.duration("attachTimeout", in: seconds) ?? attachTimeout
        addTimeout = reader.duration("addTimeout", in: seconds) ?? addTimeout
        retryPause = reader.duration("retryPause", in: seconds) ?? retryPause
        let rest = reader.duration("quiesce", in: .zero ... .seconds(86_400)) ?? .seconds(600)
        quiesce = rest > .zero ? rest : nil
        sampleInterval =
            reader.duration("sampleInterval", in: .milliseconds(100) ... .seconds(86_400))
            ?? .seconds(max(duration.nanoseconds / 240_000_000_000, 1))
    }
}
