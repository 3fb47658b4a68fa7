import LiveTesting
import Simulator
import Testing

extension FaultTests {
    /// `kill -9` where pods have addresses of both families, out of prefixes of subnets of their own.
    @Suite(
        .serialized,
        .liveFabric(
            "t3.medium", nodes: 2,
            pods: PodNetworking(families: .dualStack, prefixDelegation: true, hasPodSubnets: true),
            settings: [
                "cooldown": "0s", "attachmentGrace": "10s", "reconcileInterval": "1s",
                "shrinkInterval": "100ms", "minimumENILifetime": "100ms", "consistencyWindow": "100ms",
                // One prefix on each ENI, and another one is due as soon as there is a third pod.
                "limits": "{ enis: 15, ipv4PerENI: 2, ipv6PerENI: 1, supportsPrefixes: true }", "warmIPTarget": "14",
            ],
            cloudSettings: ["latency": "5ms", "attachDelay": "50ms", "detachDelay": "50ms"]))
    struct ModeKillTests {
        @Test(.timeLimit(.minutes(5))) func ofTheDaemon() async throws {
            try await DaemonKillTests().expectThatPodsNoticeNothing(Rounds(6))
        }

        @Test(.timeLimit(.minutes(5))) func ofThePlugin() async throws {
            try await PluginKillTests().expectNoLeak(Rounds(12))
        }
    }
}
