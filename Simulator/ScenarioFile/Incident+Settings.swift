import Pool
import Settings
import Timekeeping
import VirtualSimulator

extension Incident {
    private enum Kind: String, CaseIterable {
        case daemonsDie, nodesReboot, strangerTakes, enisLeak
    }

    /// Reads an incident, and asks for every key of its mapping.
    ///
    /// - Parameters:
    ///   - nodes: how many nodes the plan has; `nil` where that is not known.
    ///   - subnets: those that there are.
    /// - Returns: `nil` where something is wrong that makes it no incident; the reader reports it.
    init?(_ reader: SettingsReader, nodes count: Int?, subnets: [SubnetID]) {
        reader.require("kind", "what happens: \(Kind.allCases.map(\.rawValue).joined(separator: ", "))")
        reader.require("at", "when it happens, since the beginning")
        // Which keys there can be, the kind says.
        guard let kind = reader.choice("kind", of: Kind.self) else { return nil }
        defer { reader.finish() }
        let month = Duration.zero ... .seconds(31 * 86_400)
        let at = reader.duration("at", in: month).map { Instant.origin + $0 } ?? .origin
        switch kind {
        case .daemonsDie:
            let nodes = Incident.readNodes(reader, among: count)
            self = .daemonsDie(nodes: nodes, at: at, downFor: reader.duration("downFor", in: month) ?? .seconds(5))
        case .nodesReboot:
            let nodes = Incident.readNodes(reader, among: count)
            self = .nodesReboot(nodes: nodes, at: at, downFor: reader.duration("downFor", in: month) ?? .seconds(60))
        case .enisLeak: self = .enisLeak(nodes: Incident.readNodes(reader, among: count), at: at)
        case .strangerTakes:
            reader.require("addresses", "how many addresses the stranger takes")
            let subnet = reader.string("subnet").map(SubnetID.init) ?? subnets[0]
            if !subnets.contains(subnet) { reader.refuse("subnet", "there is no subnet \(subnet)") }
            let until = reader.duration("until", in: month).map { Instant.origin + $0 }
            if let until, until <= at { reader.refuse("until", "it is not after at") }
            self = .strangerTakes(
                subnet: subnet, addresses: reader.integer("addresses", in: 1...65_536) ?? 0, at: at, until: until)
        }
    }

    /// Reads which nodes are meant: `all`, `3`, or `0 to 4`, by their index.
    private static func readNodes(_ reader: SettingsReader, among count: Int?) -> Range<Int> {
        if reader.isText("nodes", "all") { return 0..<(count ?? 0) }
        let bound: Bound<Int>? = reader.value("nodes", expecting: "all, the index of a node, or two such as 0 to 4")
        guard let first = bound?.least, let last = bound?.most else {
            reader.require("nodes", "which nodes: all, the index of one, or two such as 0 to 4")
            return 0..<0
        }
        if first < 0 || last >= count ?? .max {
            reader.refuse("nodes", "there are no nodes but 0 to \((count ?? 1) - 1)")
            return 0..<0
        }
        return first..<last + 1
    }
}
