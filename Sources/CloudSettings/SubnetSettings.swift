import Addressing
import ModelVPC
import Pool
import Settings

/// A subnet as plans and scenarios write it, by the keys `id`, `cidr`, `zone`, `usedAddresses` or `usedNetworks`, and
/// `forPods`.
public struct SubnetSettings: Hashable, Sendable {
    /// What of a subnet others have from the beginning.
    public enum Use: Hashable, Sendable {
        /// So many addresses, taken from the low end without a gap.
        case addresses(Int)
        /// These networks, down to single addresses (/32): a map of the subnet's fragmentation.
        case networks([IPv4Network])
    }

    public let id: SubnetID
    public let cidr: IPv4Network
    public let zone: String
    public private(set) var used: Use
    /// Whether it is for pods alone, so that no node is started in it.
    public let isForPods: Bool

    /// Reads a subnet; keys beyond these are the caller's.
    ///
    /// - Returns: `nil` where something is wrong that makes it no subnet; the reader reports it.
    public init?(_ reader: SettingsReader) {
        for key in ["id", "cidr", "zone"] { reader.require(key, "a subnet has id, cidr and zone") }
        let id = reader.string("id")
        let zone = reader.string("zone")
        let cidr: IPv4Network? = reader.value(
            "cidr", expecting: "an IPv4 network such as 10.0.0.0/24, with host bits zero")
        isForPods = reader.bool("forPods") ?? false
        let count = reader.integer("usedAddresses", in: 0...65_531)
        let networks: [UsedNetwork]? = reader.list(
            "usedNetworks", of: "an IPv4 network or address such as 10.0.0.16/28 or 10.0.0.9, with host bits zero")
        if count != nil, networks != nil {
            reader.refuse("usedNetworks", "usedAddresses says how many there are; remove one of the two")
        }
        guard let id, let zone, let cidr else { return nil }
        guard ModelVPC.subnetPrefixLengths.contains(cidr.prefixLength) else {
            reader.refuse("cidr", "\(cidr) is not of a subnet's size, /16 to /28")
            return nil
        }
        self.id = SubnetID(id)
        self.cidr = cidr
        self.zone = zone
        used = .addresses(count ?? 0)
        if let count, count > cidr.count - SubnetSettings.reserved {
            reader.refuse(
                "usedAddresses", "\(count) is more than the \(cidr.count - SubnetSettings.reserved) of \(cidr)")
        }
        if let networks { used = .networks(SubnetSettings.check(networks.map(\.network), in: cidr, reader)) }
    }

    /// How many addresses of each subnet the VPC keeps. Source: Amazon VPC user guide, "Subnet CIDR blocks".
    private static let reserved = 5

    private static func check(
        _ networks: [IPv4Network], in cidr: IPv4Network, _ reader: SettingsReader
    ) -> [IPv4Network] {
        for (index, network) in networks.enumerated() {
            if !cidr.contains(network) { reader.refuse("usedNetworks", "\(network) is not within \(cidr)") }
            if let other = networks[..<index].first(where: { $0.overlaps(network) }) {
                reader.refuse("usedNetworks", "\(network) overlaps \(other)")
            }
        }
        return networks
    }

    /// Reports subnets that cannot be side by side in one VPC.
    public static func check(_ subnets: [(id: SubnetID, cidr: IPv4Network)], _ reader: SettingsReader) {
        for (index, subnet) in subnets.enumerated() {
            for other in subnets[..<index] {
                if other.id == subnet.id { reader.refuse("subnets", "there are two subnets \(subnet.id)") }
                guard other.cidr.overlaps(subnet.cidr) else { continue }
                reader.refuse("subnets", "\(subnet.id) (\(subnet.cidr)) overlaps \(other.id) (\(other.cidr))")
            }
        }
    }
}

/// An address or a network that others use.
private struct UsedNetwork: LosslessStringConvertible {
    let network: IPv4Network

    init?(_ text: String) {
        let single = IPv4Address(text).map { IPv4Network(containing: $0, prefixLength: 32) }
        guard let network = single ?? IPv4Network(text) else { return nil }
        self.network = network
    }

    var description: String { "\(network)" }
}
