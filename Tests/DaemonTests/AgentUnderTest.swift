import Addressing
import ControlProtocol
import Foundation
import Identity
import JSON
import Logging
import ModelVPC
import NIOCore
import NIOPosix
import PodNetwork
import Pool
import Providers
import RateLimiting
import Store
import Synchronization
import Testing
import Timekeeping

@testable import Daemon

/// An agent over a mock cloud in memory and a store on disk, with a primary ENI that is ready. It does not observe, so
/// that it neither reads nor changes the network of the machine on which the tests run.
struct AgentUnderTest {
    let agent: NodeAgent
    let store: Store
    let log: LogRecorder
    let storePath: String

    /// - Parameters:
    ///   - directory: where the store is.
    ///   - addresses: how many pod addresses the node can have, on one ENI; it begins with none.
    ///   - faults: what goes wrong with the calls that the agent makes.
    init(
        in directory: String, addresses: Int = 3, faults: [ModelVPC.FaultRule] = [],
        patience: Duration = .seconds(60)
    ) async throws {
        let subnet = try MockCloudConfiguration.Subnet(
            id: SubnetID("a"), cidr: #require(IPv4Network("10.0.0.0/24")), zone: "z")
        let cloud = try MockCloudConfiguration(
            cidr: #require(IPv4Network("10.0.0.0/16")), subnets: [subnet],
            faults: faults.map { rule in
                var rule = rule
                // The first call of each kind is the test's own.
                if rule.actions.isEmpty || rule.actions.contains(.describeInstances) { rule.skipping = 1 }
                return rule
            })
        let limits = NodeLimits(enis: 1, ipv4PerENI: addresses + 1)
        let provider = try await MockProvider(
            cloud: MockCloud(cloud, storage: .memory, now: { BootClock.now }),
            node: MockNode(instanceID: "i-1", subnet: subnet.id, limits: limits), timeout: .seconds(3600))
        var configuration = Configuration(
            provider: .mock(.init(instanceID: "i-1", instanceType: "custom", cloud: cloud)))
        configuration.pool.target = .addresses(warm: 0, minimum: 0)
        configuration.pool.cooldown = .seconds(3600)
        configuration.layout.groupBase = 1_000_000
        storePath = directory + "/pool.sqlite"
        store = try Store.open(path: storePath, bootID: "boot", date: "now").store
        log = LogRecorder()
        let pool = try await AgentUnderTest.pool(configuration.pool, provider, store)
        agent = NodeAgent(
            configuration: configuration, pool: pool, store: store,
            provider: GovernedProvider(policy: CallPolicy(), now: { BootClock.now }) { provider }, patience: patience,
            host: try HostNetwork(configuration), eventLoop: MultiThreadedEventLoopGroup.singleton.any(),
            log: Logger(label: "test") { [log] _ in log })
    }

    private static func pool(
        _ configuration: PoolConfiguration, _ provider: MockProvider, _ store: Store
    ) async throws -> Pool {
        var pool = Pool(configuration: configuration, nonce: "test", now: BootClock.now)
        let seen = try await Observation(
            node: provider.describeNode(), interfaces: provider.interfaces(), subnets: provider.subnets(), pods: [])
        try store.apply(pool.reconcile(seen, takenAt: BootClock.now, now: BootClock.now).changes)
        let primary = try #require(pool.enis.values.first?.id)
        try store.apply(pool.ready(primary, now: BootClock.now).changes)
        return pool
    }

    /// Asks as a peer would, and waits for the answer, which must be the only one.
    func ask(_ command: Command, within limit: Duration = .seconds(30)) async -> Reply {
        let (replies, continuation) = AsyncStream.makeStream(of: Reply.self)
        let answers = Atomic(0)
        _ = await agent.handle(Request(command, deadline: BootClock.now + limit)) {
            if answers.add(1, ordering: .relaxed).newValue > 1 { Issue.record("\(command.name) has a second answer") }
            continuation.yield($0)
        }
        for await reply in replies { return reply }
        return .failure(.init(.failed, "the test was cancelled before an answer came"))
    }

    func add(_ container: String, within limit: Duration = .seconds(30)) async -> Reply {
        await ask(.add(container), within: limit)
    }

    func delete(_ container: String) async -> Reply {
        await ask(.delete(AttachmentID(container)))
    }
}

extension AttachmentID {
    init(_ container: String) {
        self.init(network: "warmpool", containerID: container, ifname: "eth0")
    }
}

extension Command {
    static func add(_ container: String) -> Command {
        .add(
            AddCommand(
                attachment: AttachmentID(container), pod: PodIdentity(namespace: "shop", name: container, uid: "u"),
                netns: "/run/netns/\(container)", requested: nil))
    }
}

extension Reply {
    func value<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        switch self {
        case .success(let result): try JSONCoding.decode(type, from: result)
        case .failure(let failure): throw failure
        }
    }

    var failure: Failure? {
        if case .failure(let failure) = self { failure } else { nil }
    }
}

/// Keeps what was logged, as `level: message`.
struct LogRecorder: LogHandler {
    private final class Lines: Sendable {
        let list = Mutex<[String]>([])
    }

    private let recorded = Lines()
    var logLevel = Logger.Level.debug
    var metadata = Logger.Metadata()

    var lines: [String] { recorded.list.withLock { $0 } }

    func log(event: LogEvent) {
        recorded.list.withLock { $0.append("\(event.level): \(event.message)") }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }
}
