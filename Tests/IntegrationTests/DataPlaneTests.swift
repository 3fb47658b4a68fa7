import LiveTesting
import Simulator
import Testing

/// What must be true of the pods' packets, on real namespaces with real daemons and the real plugin. One fabric at a
/// time, since the machine is small.
@Suite(.serialized) enum DataPlaneTests {
    /// Two nodes whose pods have addresses of both families, on the primary ENI and on others.
    @Suite(.serialized, .steadyFabric(PodNetworking(families: .dualStack))) enum StandardNodes {}
}

extension Trait where Self == LiveFabricTrait {
    /// Two nodes with three ENIs each. Nothing is given back during the tests, and an address can be used again at once.
    ///
    /// - Parameter settings: beside these, or in their place.
    static func steadyFabric(_ pods: PodNetworking, settings: [String: String] = [:]) -> LiveFabricTrait {
        let steady = ["warmIPTarget": "8", "cooldown": "0s", "shrinkInterval": "24h", "consistencyWindow": "0s"]
        return .liveFabric("t3.medium", nodes: 2, pods: pods, settings: steady.merging(settings) { $1 })
    }
}
