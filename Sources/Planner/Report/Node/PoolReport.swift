import InstanceLimits
import Pool
import Presentation

/// The settled pool of one node: what `warmpool-plan pool` shows.
public struct PoolReport: Hashable, Sendable, Encodable {
    /// Such as `m5.large`.
    public var instanceType: String
    /// The pods that want an address.
    public var pods: Int
    /// Those of them that get none.
    public var pending: Int
    /// Why they get none, as the pool says it; absent where all have one.
    public var cause: String?
    /// The same as a sentence.
    public var sentence: String?
    /// The ENIs that are attached, the primary one included.
    public var eniCount: Int
    /// The single addresses for pods of each ENI.
    public var addressesPerENI: [Int]
    /// The addresses for pods, 16 for each prefix.
    public var attachedAddresses: Int
    /// Those that no pod uses.
    public var unusedAddresses: Int
    /// The /28 prefixes of each ENI.
    public var prefixesPerENI: [Int]
    /// The prefixes that no pod uses.
    public var unusedPrefixes: Int

    private let interfaces: [SettledPool.Interface]

    private enum CodingKeys: CodingKey {
        case instanceType, pods, pending, cause, sentence, eniCount, addressesPerENI, attachedAddresses
        case unusedAddresses, prefixesPerENI, unusedPrefixes
    }

    /// The pool of a node of a type with so many pods, when nothing is left to do.
    public init(_ type: InstanceType, pods: Int, _ configuration: PoolConfiguration) {
        let settled = SettledPool(pods: pods, on: NodeLimits(type), configuration)
        instanceType = type.name
        self.pods = pods
        pending = pods - settled.pods
        cause = settled.refusal?.code
        sentence = settled.refusal.map { PendingCause.address($0).sentence }
        eniCount = settled.eniCount
        addressesPerENI = settled.addressesPerENI
        attachedAddresses = settled.attachedAddresses
        unusedAddresses = settled.unusedAddresses
        prefixesPerENI = settled.prefixesPerENI
        unusedPrefixes = settled.unusedPrefixes
        interfaces = settled.interfaces
    }

    /// The pool for a terminal.
    public func text(_ style: TextStyle) -> String {
        let summary =
            "\(instanceType) with \(pods.of("pod")): \(eniCount.of("ENI")), \(attachedAddresses.grouped) addresses for "
            + "pods, \(unusedAddresses.grouped) of them unused"
        var table = TextTable(columns: [
            .text("ENI"), .number("PODS"), .number("ADDRESSES"), .number("PREFIXES"), .number("UNUSED PREFIXES"),
            .bar("IN USE"),
        ])
        table.rows = interfaces.enumerated().map { index, eni in
            [
                .init(index == 0 ? "0 (primary)" : "\(index)"), .init(eni.pods), .init(eni.addresses),
                .init(eni.prefixes), .init(eni.unusedPrefixes),
                .bar([(eni.pods, "█", .used), (max(eni.held - eni.pods, 0), "▒", .tight)], of: eni.held, style),
            ]
        }
        let refusal = sentence.map { style.paint("✗ \(pending.of("pod")) pending: \($0)", .bad) + "\n" }
        return summary + "\n\n" + table.text(style) + (refusal.map { "\n" + $0 } ?? "")
    }
}
