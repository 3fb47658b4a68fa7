import InstanceLimits
import Pool
import Presentation

/// How many pods a node of a type can run: the row of `warmpool-plan max-pods`.
public struct MaxPodsRow: Hashable, Sendable, Encodable {
    /// Which limit is the least.
    public enum Limit: String, Hashable, Sendable, Encodable {
        /// The pod addresses that the ENIs can have.
        case addresses
        /// What is recommended for a machine with so many vCPUs, where it has addresses for more.
        case recommended
        /// With custom networking the primary ENI has no pods, and no other ENI is left for them.
        case noENIForPods = "no-eni-for-pods"
    }

    /// Such as `m5.large`.
    public var instanceType: String
    /// The number for kubelet's `--max-pods`, which counts pods on the host's network too.
    public var maxPods: Int
    /// The ENIs that the type can have, the primary one included.
    public var enis: Int
    /// The IPv4 addresses of one ENI, its primary address included.
    public var ipv4PerENI: Int
    /// What keeps ``maxPods`` from being higher.
    public var limitedBy: Limit
    /// The ENIs that have pods: less than ``enis`` where others are reserved, or the primary one has none.
    public var podENIs: Int

    private enum CodingKeys: CodingKey {
        case instanceType, maxPods, enis, ipv4PerENI, limitedBy
    }

    /// The pods of a node of a type with a configuration.
    public init(_ type: InstanceType, _ configuration: PoolConfiguration) {
        let limits = NodeLimits(type)
        let addresses = configuration.addressLimit(limits)
        instanceType = type.name
        maxPods = configuration.kubeletMaxPods(limits)
        enis = limits.enis
        ipv4PerENI = limits.ipv4PerENI
        podENIs = configuration.podENILimit(limits)
        limitedBy = addresses == 0 ? .noENIForPods : addresses > maxPods ? .recommended : .addresses
    }
}

extension MaxPodsRow {
    /// The rows as a table for a terminal.
    public static func text(_ rows: [MaxPodsRow], _ style: TextStyle) -> String {
        var table = TextTable(columns: [
            .text("INSTANCE TYPE"), .number("MAX PODS"), .number("ENIS"), .number("IPV4 PER ENI"), .text("LIMITED BY"),
        ])
        table.rows = rows.map { row in
            [
                .init(row.instanceType), .init(row.maxPods, .strong),
                .init(row.podENIs == row.enis ? "\(row.enis)" : "\(row.podENIs) of \(row.enis)"), .init(row.ipv4PerENI),
                .init(row.limitedBy.rawValue),
            ]
        }
        return table.text(style)
    }
}
