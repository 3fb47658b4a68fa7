import CloudSettings
import Settings

extension PlannedSubnet {
    /// Reads a subnet.
    ///
    /// - Returns: `nil` where something is wrong that makes it no subnet; the reader reports it.
    init?(_ reader: SettingsReader) {
        defer { reader.finish() }
        guard let subnet = SubnetSettings(reader) else { return nil }
        let used: Use =
            switch subnet.used {
            case .addresses(let count): .addresses(count)
            case .networks(let networks): .networks(networks)
            }
        self.init(
            id: subnet.id, cidr: subnet.cidr, zone: subnet.zone, used: used, isForPods: subnet.isForPods)
    }
}
