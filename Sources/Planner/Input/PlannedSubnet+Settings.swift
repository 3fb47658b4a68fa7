import Addressing
import ModelVPC
import Pool
import Settings

extension PlannedSubnet {
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

    /// Reads a subnet.
    ///
    /// - Returns: `nil` where something is wrong that makes it no subnet; the reader reports it.
    init?(_ reader: SettingsReader) {
        defer { reader.finish() }
        for key in ["id", "cidr", "zone"] { reader.require(key, "a subnet has id, cidr and zone") }
        let id = reader.string("id")
        let zone = reader.string("zone")
        let cidr: IPv4Network? = reader.value(
            "cidr", expecting: "an IPv4 network such as 10.0.0.0/24, with host bits zero")
        let isForPods = reader.bool("forPods") ?? false
        let count = reader.integer("usedAddresses", in: 0...65_531)
        let networks: [UsedNetwork]? = reader.list(
            "usedNetworks", of: "an IPv4 network or address such as 10.0.0.16/28 or 10.0.0.9, with host bits zero")
        if count != nil, networks != nil {
            reader.refuse("usedNetworks", "usedAddresses says how many there are; remove one of the two")
        }
        guard let id, let zone, let cidr else { return nil }
        guard PlannedSubnet.prefixLengths.contains(cidr.prefixLength) else {
            reader.refuse("cidr", "\(cidr) is not of a subnet's size, /16 to /28")
            return nil
        }
        self.init(id: SubnetID(id), cidr: cidr, zone: zone, used: .addresses(count ?? 0), isForPods: isForPods)
        if let count, count > cidr.count - PlannedSubnet.reserved {
            reader.refuse(
                "usedAddresses", "\(count) is more than the \(cidr.count - PlannedSubnet.reserved) of \(cidr)")
        }
        if let networks { used = .networks(PlannedSubnet.check(networks.map(\.network), in: cidr, reader)) }
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
    static func check(_ subnets: [PlannedSubnet], _ reader: SettingsReader) {
        for (index, subnet) in subnets.enumerated() {
            for other in subnets[..<index] {
                if other.id == subnet.id { reader.refuse("subnets", "there are two subnets \(subnet.id)") }
                guard other.cidr.overlaps(subnet.cidr) else { continue }
                reader.refuse("subnets", "\(subnet.id) (\(subnet.cidr)) overlaps \(other.id) (\(other.cidr))")
            }
        }
    }
}
