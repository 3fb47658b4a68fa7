import Addressing
import InstanceLimits
import ModelVPC
import Pool
import Providers
import Settings
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
            instanceType: type ?? "", cloud: MockCloudConfiguration(reader), fabricRouter: reader.string("fabricRouter")
        )
    }
}
