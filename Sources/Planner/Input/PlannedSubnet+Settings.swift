import CloudSettings
import Settings

extension PlannedSubnet {
    /// Reads a subnet.
    ///
    /// - Returns: `nil` where something is wrong that makes it no subnet; the reader reports it.
    init?(_ reader: SettingsReader) {
        defer { reader.finish() }
        guard let subnet = SubnetSettings(reader) else { return nil }
        self.init(
            id: subnet.id, cidr: subnet.cidr, zone: subnet.zone, used: subnet.used, isForPods: subnet.isForPods)
    }
}
