import Addressing
import Pool
import Providers
import Testing

/// A backend that the conformance suite runs on.
///
/// It starts a cloud of its own for each test: a VPC with the subnets 10.0.1.0/24, which is 2001:db8:0:1::/64 too,
/// 10.0.2.0/28, and 10.0.3.0/24, which is 2001:db8:0:3::/64 too and tagged for pods, in one zone, 10.0.4.0/24 in another,
/// and in the first one the node, which has 2 vCPUs and may have 3 interfaces of 4 IPv4 and 3 IPv6 addresses.
struct ProviderUnderTest: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// The node's provider. The cloud lasts at least as long as it.
    let start: @Sendable () async throws -> any CloudProvider

    static let all: [ProviderUnderTest] = [.mockInMemory, .mockInFile, .ec2, .rest]

    static let mockInMemory = ProviderUnderTest(testDescription: "mock in memory") {
        try await MockProvider(cloud: TestMock.cloud(), node: TestMock.node())
    }

    static let mockInFile = ProviderUnderTest(testDescription: "mock in a file") {
        let directory = try TestDirectory()
        let cloud = try TestMock.cloud(storage: .file(path: directory.path("cloud.json")))
        return try await MockProvider(cloud: cloud, node: TestMock.node()) { [directory] _ in
            // The provider holds the directory, which is removed with it.
            _ = directory
        }
    }

    static let ec2 = ProviderUnderTest(testDescription: "ec2 against the cloud server") {
        try await TestCloudServer().provider()
    }

    static let rest = ProviderUnderTest(testDescription: "rest against the cloud server") {
        // Pages of one item, so that no list fits on one.
        try await TestCloudServer().restProvider(pageSize: 1)
    }
}

/// A started provider with what most tests need to know of its cloud.
struct StartedProvider {
    let provider: any CloudProvider
    let primary: ENIID
    let roomy: SubnetID
    let tiny: SubnetID
    let pods: SubnetID
    /// In another zone.
    let elsewhere = SubnetID("subnet-elsewhere")

    init(_ subject: ProviderUnderTest) async throws {
        provider = try await subject.start()
        primary = try await provider.describeNode().primaryENI
        let subnets = try await provider.subnets()
        roomy = try #require(subnets.first { $0.cidr == IPv4Network("10.0.1.0/24") }).id
        tiny = try #require(subnets.first { $0.cidr == IPv4Network("10.0.2.0/28") }).id
        pods = try #require(subnets.first { $0.cidr == IPv4Network("10.0.3.0/24") }).id
    }

    /// The interface as the cloud shows it; `nil` when it shows none.
    func interface(_ id: ENIID) async throws -> InterfaceView? {
        try await provider.interfaces().first { $0.id == id }
    }

    func create(in subnet: SubnetID? = nil, addresses: Int = 0, token: String) async throws -> InterfaceView {
        try await provider.createInterface(
            InterfaceRequest(subnet: subnet ?? roomy, secondary: .addresses(addresses)), token: MutationToken(token))
    }

    /// Waits until the cloud shows the interface attached so.
    func wait(for id: ENIID, toBe attachment: InterfaceView.Attachment) async throws {
        while try await interface(id)?.attachment != attachment { try await Task.sleep(for: .milliseconds(5)) }
    }
}
