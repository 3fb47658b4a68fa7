import Addressing
import ModelVPC
import Settings

extension ModelVPC.Occupancy {
    /// Reads what others have of a subnet, by the keys `usedAddresses` or `usedNetworks` of its mapping; nothing without.
    ///
    /// - Parameter cidr: the subnet's network; `nil` where that is wrong, and has been reported.
    public init(_ reader: SettingsReader, of cidr: IPv4Network?) {
        let count = reader.integer("usedAddresses", in: 0...65_531)
        let networks: [UsedNetwork]? = reader.list(
            "usedNetworks", of: "an IPv4 network or address such as 10.0.0.16/28 or 10.0.0.9, with host bits zero")
        if count != nil, networks != nil {
            reader.refuse("usedNetworks", "usedAddresses says how many there are; remove one of the two")
        }
        self = networks.map { .networks($0.map(\.network)) } ?? .addresses(count ?? 0)
        guard let cidr else { return }
        if let count, count > cidr.count - ModelVPC.Occupancy.reserved {
            reader.refuse(
                "usedAddresses", "\(count) is more than the \(cidr.count - ModelVPC.Occupancy.reserved) of \(cidr)")
        }
        ModelVPC.Occupancy.check(networks?.map(\.network) ?? [], in: cidr, reader)
    }

    /// How many addresses of each subnet the VPC keeps. Source: Amazon VPC user guide, "Subnet CIDR blocks".
    private static let reserved = 5

    private static func check(_ networks: [IPv4Network], in cidr: IPv4Network, _ reader: SettingsReader) {
        for (index, network) in networks.enumerated() {
            if !cidr.contains(network) { reader.refuse("usedNetworks", "\(network) is not within \(cidr)") }
            if let other = networks[..<index].first(where: { $0.overlaps(network) }) {
                reader.refuse("usedNetworks", "\(network) overlaps \(other)")
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
