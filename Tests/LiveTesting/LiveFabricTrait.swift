import ControlProtocol
import Fabric
import FoundationEssentials
import InstanceLimits
import Simulator
import Synchronization
import Testing

/// Gives a suite a fabric of its own, with running daemons, that is removed after the last test, also when one fails.
///
/// ```swift
/// @Suite(.serialized, .liveFabric("t3.small", settings: ["cooldown": "1s"]))
/// struct MyTests {
///     @Test func aPodGetsAnAddress() async throws {
///         let pod = try await LiveFabric.current.nodes[0].add("web-1")
///     }
/// }
/// ```
public struct LiveFabricTrait: SuiteTrait, TestScoping {
    let instanceType: String
    let nodes: Int
    let pods: PodNetworking
    let settings: [String: String]
    let provider: LiveProvider
    let cloudSettings: [String: String]

    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let configuration = try LiveConfiguration(
            nodes: nodes, instanceType: InstanceType(named: instanceType), pods: pods, settings: settings,
            provider: provider, cloudSettings: cloudSettings)
        let live = try await LiveFabric.start(name: uniqueFabricName(), configuration)
        do {
            try await Current.$fabric.withValue(live, operation: function)
        } catch {
            try await live.remove()
            throw error
        }
        try await live.remove()
    }
}

extension Trait where Self == LiveFabricTrait {
    /// A fabric of nodes of one instance type; see `LiveConfiguration` for pods and settings.
    public static func liveFabric(
        _ instanceType: String, nodes: Int = 1, pods: PodNetworking = PodNetworking(),
        settings: [String: String] = [:],
        provider: LiveProvider = .mock,
        cloudSettings: [String: String] = LiveConfiguration.quickCloud
    ) -> LiveFabricTrait {
        LiveFabricTrait(
            instanceType: instanceType, nodes: nodes, pods: pods, settings: settings, provider: provider,
            cloudSettings: cloudSettings)
    }
}

private enum Current {
    @TaskLocal static var fabric: LiveFabric?
}

extension LiveFabric {
    /// The fabric of the suite that runs.
    ///
    /// - Throws: `ExpectationFailedError` in a suite without ``Testing/Trait/liveFabric(_:nodes:pods:settings:provider:cloudSettings:)``.
    public static var current: LiveFabric {
        get throws { try #require(Current.fabric, "the suite lacks the trait .liveFabric") }
    }
}

private let counter = Atomic(0)

/// A name for a fabric that no other test uses.
private func uniqueFabricName() -> String {
    "live-\(ProcessInfo.processInfo.processIdentifier)-\(counter.add(1, ordering: .relaxed).newValue)"
}
