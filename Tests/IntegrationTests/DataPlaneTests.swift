import LiveTesting
import Testing

/// What must be true of the pods' packets, on real namespaces with real daemons and the real plugin. One fabric at a
/// time, since the paths are the same for all and the machine is small.
@Suite(.serialized) enum DataPlaneTests {
    /// Two nodes with three ENIs each. Nothing is given back during the tests, and an address can be used again at once.
    @Suite(
        .serialized,
        .liveFabric(
            "t3.medium", nodes: 2,
            settings: [
                "warmIPTarget": "8", "cooldown": "0s", "shrinkInterval": "24h", "consistencyWindow": "0s",
            ]))
    enum StandardNodes {}
}
