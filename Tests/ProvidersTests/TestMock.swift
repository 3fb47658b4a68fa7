import Addressing
import Foundation
import ModelVPC
import Pool
import Providers
import Testing
import Timekeeping

/// The cloud of ``ProviderUnderTest``, with what a test wants otherwise.
enum TestMock {
    static func configuration(
        _ settings: ModelVPC.Settings = .init(), throttling: ModelVPC.Throttling = .init(),
        faults: [ModelVPC.FaultRule] = []
    ) throws -> MockCloudConfiguration {
        try MockCloudConfiguration(
            cidr: #require(IPv4Network("10.0.0.0/16")),
            subnets: [
                .init(
                    id: SubnetID("subnet-roomy"), cidr: #require(IPv4Network("10.0.1.0/24")),
                    ipv6CIDR: IPv6Network("2001:db8:0:1::/64"), zone: "a"),
                .init(id: SubnetID("subnet-tiny"), cidr: #require(IPv4Network("10.0.2.0/28")), zone: "a"),
                .init(
                    id: SubnetID("subnet-pods"), cidr: #require(IPv4Network("10.0.3.0/24")),
                    ipv6CIDR: IPv6Network("2001:db8:0:3::/64"), zone: "a", tags: ["kubernetes.io/role/cni": "1"]),
                .init(id: SubnetID("subnet-elsewhere"), cidr: #require(IPv4Network("10.0.4.0/24")), zone: "b"),
            ],
            settings: settings, throttling: throttling, faults: faults, seed: 1)
    }

    static func cloud(
        _ settings: ModelVPC.Settings = .init(), throttling: ModelVPC.Throttling = .init(),
        faults: [ModelVPC.FaultRule] = [], storage: MockCloud.Storage = .memory
    ) throws -> MockCloud {
        try MockCloud(configuration(settings, throttling: throttling, faults: faults), storage: storage, now: now)
    }

    static func node(_ id: String = "i-1") -> MockNode {
        MockNode(
            instanceID: id, subnet: SubnetID("subnet-roomy"),
            limits: NodeLimits(enis: 3, ipv4PerENI: 4, ipv6PerENI: 3, supportsPrefixes: true, vCPUs: 2))
    }

    private static let start = ContinuousClock.now

    /// The same clock for all clouds of the process.
    static let now: @Sendable () -> Instant = { .origin + (ContinuousClock.now - start) }
}

/// A directory that is removed when nobody holds it any more.
final class TestDirectory: Sendable {
    private let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "warmpool-test-\(UUID())")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    func path(_ name: String) -> String {
        url.appending(path: name).path
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: url.appending(path: name))
    }

    func read(_ name: String) throws -> Data {
        try Data(contentsOf: url.appending(path: name))
    }

    var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() }
    }
}
