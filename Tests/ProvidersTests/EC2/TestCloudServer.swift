import CloudServer
import Curl
import Glibc
import Logging
import ModelVPC
import Pool
import Providers
import Synchronization

/// A cloud server in this process, with the cloud and the node of ``TestMock``; it stops when nobody holds it any more.
final class TestCloudServer: Sendable {
    /// What callers of the REST API have to bring.
    static let token = "token-of-the-test"

    private let server: CloudServer
    private let directory: TestDirectory
    let records = Mutex<[CallRecord]>([])

    init(
        _ settings: ModelVPC.Settings = .init(), throttling: ModelVPC.Throttling = .init(),
        faults: [ModelVPC.FaultRule] = [], credentials: [CloudConfiguration.Credential] = []
    ) async throws {
        directory = try TestDirectory()
        let node = TestMock.node()
        let limits = ModelVPC.Limits(
            interfaces: node.limits.enis, ipv4PerInterface: node.limits.ipv4PerENI,
            ipv6PerInterface: node.limits.ipv6PerENI, supportsPrefixes: node.limits.supportsPrefixes,
            vCPUs: node.limits.vCPUs)
        let configuration = try CloudConfiguration(
            cloud: TestMock.configuration(settings, throttling: throttling, faults: faults),
            instances: [
                .init(
                    id: .init(rawValue: node.instanceID), type: node.instanceType, limits: limits,
                    subnet: .init(rawValue: node.subnet.description))
            ],
            credentials: credentials, bearerToken: TestCloudServer.token, region: "eu-test-1",
            imdsInstance: .init(rawValue: node.instanceID))
        server = try await CloudServer.start(
            configuration, host: "127.0.0.1", port: 0, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    deinit {
        Task { [server] in try await server.stop() }
    }

    /// A provider of the node, which holds the server.
    func provider(
        credentials: any CredentialSource = FixedCredentials(), retry: RetryPolicy = .patient, pageSize: Int = 100,
        withMetadata: Bool = true
    ) -> EC2Provider {
        let client = HTTPClient()
        let url = "http://127.0.0.1:\(server.port)"
        let patience = HTTPTimeouts(connect: .seconds(60), total: .seconds(60), idle: .seconds(60))
        let metadata = InstanceMetadata(client: client, endpoint: url, timeouts: patience) { time(nil) }
        return EC2Provider(
            instanceID: TestMock.node().instanceID, region: "eu-test-1", endpoint: url, credentials: credentials,
            metadata: withMetadata ? metadata : nil, client: client, retry: retry, pageSize: pageSize
        ) { record in
            self.records.withLock { $0.append(record) }
        }
    }

    /// The same over the REST API.
    func restProvider(
        token: String = TestCloudServer.token, retry: RetryPolicy = .patient, pageSize: Int = 100
    ) throws -> RESTProvider {
        let name = "token-\(UInt64.random(in: 0 ... .max))"
        try directory.write(token, to: name)
        return RESTProvider(
            RESTConfiguration(
                baseURL: "http://127.0.0.1:\(server.port)", instanceID: TestMock.node().instanceID,
                token: BearerToken(file: directory.path(name)), retry: retry, pageSize: pageSize),
            client: HTTPClient()
        ) { record in
            self.records.withLock { $0.append(record) }
        }
    }
}
