import Addressing
import CloudSettings
import ModelVPC
import Pool
import Settings

extension MockCloudConfiguration {
    /// Reads what a cloud is like, out of the keys `vpcCIDR`, `subnets`, the delays, `throttling` and `faults`.
    ///
    /// - Returns: something in any case, so that the rest can be read too; what is wrong with it the reader reports.
    public init(_ reader: SettingsReader) {
        let network = "an IPv4 network such as 10.0.0.0/16, with host bits zero"
        let ipv6Network = "an IPv6 network such as 2001:db8:0:1::/64, with host bits zero"
        reader.require("vpcCIDR", "the network of the VPC, such as 10.0.0.0/16")
        let cidr: IPv4Network? = reader.value("vpcCIDR", expecting: network)
        reader.require("subnets", "at least one subnet with id, cidr and zone")
        let subnets = reader.nestedList("subnets").compactMap { subnet -> Subnet? in
            defer { subnet.finish() }
            for key in ["id", "cidr", "zone"] { subnet.require(key, "a subnet has id, cidr and zone") }
            let tags = subnet.dictionary("tags") ?? [:]
            let ipv6: IPv6Network? = subnet.value("ipv6CIDR", expecting: ipv6Network)
            let range: IPv4Network? = subnet.value("cidr", expecting: network)
            let used = ModelVPC.Occupancy(subnet, of: range)
            guard let id = subnet.string("id"), let zone = subnet.string("zone"), let range else { return nil }
            if let cidr, !cidr.contains(range) { subnet.refuse("cidr", "\(range) is not within the VPC's \(cidr)") }
            if !ModelVPC.subnetPrefixLengths.contains(range.prefixLength) {
                subnet.refuse("cidr", "\(range) is not of a subnet's size, /16 to /28")
            }
            if let ipv6, ipv6.prefixLength != 64 {
                subnet.refuse("ipv6CIDR", "\(ipv6) is not of the size of a subnet's IPv6 network, /64")
            }
            return Subnet(id: SubnetID(id), cidr: range, ipv6CIDR: ipv6, zone: zone, tags: tags, used: used)
        }
        for (index, subnet) in subnets.enumerated() {
            for other in subnets[..<index] {
                if other.id == subnet.id { reader.refuse("subnets", "there are two subnets \(subnet.id)") }
                if let ipv6 = subnet.ipv6CIDR, other.ipv6CIDR == ipv6 {
                    reader.refuse("subnets", "\(subnet.id) and \(other.id) have the same IPv6 network, \(ipv6)")
                }
                guard other.cidr.overlaps(subnet.cidr) else { continue }
                reader.refuse("subnets", "\(subnet.id) (\(subnet.cidr)) overlaps \(other.id) (\(other.cidr))")
            }
        }
        self.init(
            cidr: cidr ?? .everything, subnets: subnets, settings: .init(reader),
            throttling: reader.nested("throttling").map { .init($0) } ?? .init(),
            faults: reader.nestedList("faults").compactMap { .init($0) })
    }
}
