import Addressing
import ModelVPC
import Pool
import Settings

/// A subnet as plans and scenarios write it, by the keys `id`, `cidr`, `zone`, `usedAddresses` or `usedNetworks`, and
/// `forPods`.
public struct SubnetSettings: Hashable, Sendable {
    public let id: SubnetID
    public let cidr: IPv4Network
    public let zone: String
    /// What others have of it from the beginning.
    public let used: ModelVPC.Occupancy
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
        used = ModelVPC.Occupancy(reader, of: cidr)
        guard let id, let zone, let cidr else { return nil }
        guard ModelVPC.subnetPrefixLengths.contains(cidr.prefixLength) else {
            reader.refuse("cidr", "\(cidr) is not of a subnet's size, /16 to /28")
            return nil
        }
        self.id = SubnetID(id)
        self.cidr = cidr
        self.zone = zone
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
