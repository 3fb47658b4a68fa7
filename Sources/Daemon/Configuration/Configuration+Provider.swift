import Addressing
import InstanceLimits
import ModelVPC
import Pool
import Providers
import Timekeeping

extension Configuration {
    private enum ProviderName: String, CaseIterable {
        case mock
    }

    /// Reads which provider is used and how.
    ///
    /// - Returns: something in any case, so that the rest can be read too; what is wrong with it the reader reports.
    static func readProvider(_ reader: SettingsReader, limits: NodeLimits?) -> Provider {
        reader.require("provider", "which cloud the node is in; this version has mock")
        let name = reader.choice("provider", of: ProviderName.self)
        if name == .mock { reader.require("mock", "what the mock cloud is like") }
        return .mock(readMock(reader.nested("mock"), limits: limits))
    }

    private static func readMock(_ reader: SettingsReader?, limits: NodeLimits?) -> Mock {
        guard let reader else {
            return Mock(
                instanceID: "", instanceType: "", cloud: MockCloudConfiguration(cidr: .everything, subnets: []))
        }
        defer { reader.finish() }
        reader.require("instanceType", "the type of the instance, such as m5.large")
        let type = reader.string("instanceType")
        if let type, limits == nil {
            do {
                _ = try InstanceType(named: type)
            } catch {
                reader.refuse("instanceType", "\(error)")
            }
        }
        return Mock(
            file: reader.string("file"), instanceID: reader.string("instanceID") ?? "i-mock",
            instanceType: type ?? "", cloud: readCloud(reader), fabricRouter: reader.string("fabricRouter"))
    }

    private static func readCloud(_ reader: SettingsReader) -> MockCloudConfiguration {
        let network = "an IPv4 network such as 10.0.0.0/16, with host bits zero"
        reader.require("vpcCIDR", "the network of the VPC, such as 10.0.0.0/16")
        let cidr: IPv4Network? = reader.value("vpcCIDR", expecting: network)
        reader.require("subnets", "at least one subnet with id, cidr and zone")
        let subnets = reader.nestedList("subnets").compactMap { subnet -> MockCloudConfiguration.Subnet? in
            defer { subnet.finish() }
            for key in ["id", "cidr", "zone"] { subnet.require(key, "a subnet has id, cidr and zone") }
            guard let id = subnet.string("id"), let zone = subnet.string("zone"),
                let range: IPv4Network = subnet.value("cidr", expecting: network)
            else { return nil }
            if let cidr, !cidr.contains(range) { subnet.refuse("cidr", "\(range) is not within the VPC's \(cidr)") }
            if !(16...28).contains(range.prefixLength) {
                subnet.refuse("cidr", "\(range) is not of a subnet's size, /16 to /28")
            }
            return .init(id: SubnetID(id), cidr: range, zone: zone)
        }
        for (index, subnet) in subnets.enumerated() {
            for other in subnets[..<index] {
                if other.id == subnet.id { reader.refuse("subnets", "there are two subnets \(subnet.id)") }
                guard other.cidr.overlaps(subnet.cidr) else { continue }
                reader.refuse("subnets", "\(subnet.id) (\(subnet.cidr)) overlaps \(other.id) (\(other.cidr))")
            }
        }
        var settings = ModelVPC.Settings()
        let minutes = Duration.zero ... .seconds(600)
        settings.latency = .init(reader.duration("latency", in: minutes) ?? .zero)
        settings.attachDelay = .init(reader.duration("attachDelay", in: minutes) ?? .zero)
        settings.detachDelay = .init(reader.duration("detachDelay", in: minutes) ?? .zero)
        settings.consistencyDelay = .init(reader.duration("consistencyDelay", in: minutes) ?? .zero)
        return MockCloudConfiguration(cidr: cidr ?? .everything, subnets: subnets, settings: settings)
    }
}
