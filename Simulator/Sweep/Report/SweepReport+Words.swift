import Presentation

/// What all forms for people say in the same words.
extension SweepReport {
    /// What the figures are of, in a sentence.
    var headline: String {
        "\(grid.pools.count.of("setting")) of the pool over \(grid.workloads.count.of("workload")), "
            + "\(grid.count.of("simulation"))"
    }

    /// How large each simulation is, in a sentence.
    var size: String {
        let nodes = grid.nodes.map { "\($0.of("node"))" } ?? "nodes as the scenarios say (20 unless they do)"
        let duration = grid.duration ?? "as long as they say (2h unless they do)"
        let seeds = grid.seeds.map(String.init).joined(separator: ", ")
        return "\(nodes), \(duration), \(grid.seeds.count == 1 ? "seed" : "seeds") \(seeds)"
    }

    static let legend = """
        Stranded are the addresses that a node holds and no pod uses, on average. p50, p90, p99 and longest are waits for an \
        address in seconds, from kubelet's first try. Calls change something, for a hundred pods; of all calls so many percent \
        are throttled; pending are pods without an address at the end. No other setting is better than a marked one in one of \
        stranded and p99 without being worse in the other. For all workloads together, figures are means over them, but a wait \
        is the longest of any.
        """

    /// The columns after the setting's name.
    static let columns = ["Stranded", "p50", "p90", "p99", "Longest", "Calls", "Throttled", "Pending"]
}

extension SweepReport.Row {
    /// As ``SweepReport/columns``.
    var figures: [String] {
        [
            stranded.fixed(2), p50.fixed(2), p90.fixed(2), p99.fixed(2), longest.fixed(2), callsPerHundredPods.fixed(0),
            throttled.fixed(1), pending.fixed(1),
        ]
    }
}

extension PoolMode {
    /// What it is in a legend.
    var title: String {
        switch self {
        case .enis: "ENI target"
        case .addresses: "IP target"
        case .adaptive: "adaptive"
        case .prefixes: "prefix delegation"
        case .adaptivePrefixes: "adaptive with prefix delegation"
        }
    }

    var shade: Shade {
        switch self {
        case .enis: .amber
        case .addresses: .blue
        case .adaptive: .green
        case .prefixes: .violet
        case .adaptivePrefixes: .teal
        }
    }
}
