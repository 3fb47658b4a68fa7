import LiveTesting
import Testing

extension DataPlaneTests.StandardNodes {
    /// Addresses of services, with kube-proxy in each of its modes.
    @Suite(.serialized) struct Services {
        @Test(arguments: ServicePath.allCases, KubeProxy.Mode.allCases)
        func holds(path: ServicePath, mode: KubeProxy.Mode) async throws {
            for family in Family.allCases { try await path.hold(on: .current(family), mode) }
        }
    }
}
