import Addressing
import InstanceLimits
import ModelVPC
import Pool
import Providers
import Settings
import Timekeeping

extension Configuration {
    private enum ProviderName: String, CaseIterable {
        case mock, ec2, rest
    }

    /// Reads which provider is used and how. The sections of the others are read too, so that changing to one of them
    /// brings no surprise.
    ///
    /// - Returns: something in any case, so that the rest can be read too; what is wrong with it the reader reports.
    static func readProvider(_ reader: SettingsReader, limits: NodeLimits?) -> Provider {
        reader.require("provider", "which cloud the node is in: mock, ec2 or rest")
        let name = reader.choice("provider", of: ProviderName.self)
        if name == .mock { reader.require("mock", "what the mock cloud is like") }
        if name == .rest { reader.require("rest", "where the cloud's API is") }
        let mock = readMock(reader.nested("mock"), limits: limits)
        let ec2 = readEC2(reader.nested("ec2"))
        let rest = readREST(reader.nested("rest"))
        return switch name {
        case .ec2: .ec2(ec2)
        case .rest: .rest(rest)
        case .mock, nil: .mock(mock)
        }
    }

    private static func readEC2(_ reader: SettingsReader?) -> EC2 {
        var ec2 = EC2()
        guard let reader else { return ec2 }
        defer { reader.finish() }
        ec2.region = reader.string("region")
        ec2.endpoint = readURL("endpoint", reader)
        ec2.instanceID = reader.string("instanceID")
        ec2.metadataEndpoint = readURL("metadataEndpoint", reader) ?? ec2.metadataEndpoint
        ec2.caBundle = reader.string("caBundle")
        return ec2
    }

    private static func readREST(_ reader: SettingsReader?) -> REST {
        guard let reader else { return REST(endpoint: "", instanceID: "") }
        defer { reader.finish() }
        reader.require("endpoint", "the URL of the cloud's API, such as https://cloud.example.com")
        reader.require("instanceID", "the name that the cloud gave to this node")
        let rest = REST(
            endpoint: readURL("endpoint", reader) ?? "", instanceID: reader.string("instanceID") ?? "",
            tokenFile: reader.string("tokenFile"), caBundle: reader.string("caBundle"),
            clientCertificate: reader.string("clientCertificate"), clientKey: reader.string("clientKey"))
        if (rest.clientCertificate == nil) != (rest.clientKey == nil) {
            reader.refuse("clientCertificate", "clientCertificate and clientKey belong together")
        }
        return rest
    }

    private static func readURL(_ key: String, _ reader: SettingsReader) -> String? {
        let url: BaseURL? = reader.value(key, expecting: "a URL such as https://cloud.example.com:8443")
        return url?.description
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

/// The URL that an API's paths are added to.
private struct BaseURL: LosslessStringConvertible {
    let description: String

    init?(_ text: String) {
        guard let scheme = ["http://", "https://"].first(where: text.hasPrefix), text.count > scheme.count,
            !text.contains(where: { $0.isWhitespace || "?#@".contains($0) })
        else { return nil }
        description = text.last == "/" ? String(text.dropLast()) : text
    }
}
