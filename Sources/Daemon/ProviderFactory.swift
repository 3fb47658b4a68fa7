import Addressing
import ControlProtocol
import Fabric
import InstanceLimits
import Netlink
import Pool
import Providers

extension Configuration {
    /// The provider that the configuration names, ready for calls.
    ///
    /// - Throws: `ProviderError` where it cannot be reached or made.
    func connectProvider() async throws -> any CloudProvider {
        switch provider {
        case .mock(let mock): try await connect(mock)
        case .ec2, .rest: throw DaemonError.cannotPrepare("XXX")
        }
    }

    private func connect(_ mock: Mock) async throws -> MockProvider {
        guard let subnet = mock.cloud.subnets.first?.id else {
            throw DaemonError.cannotPrepare("the mock cloud has no subnet")
        }
        let node =
            if let limits {
                MockNode(instanceID: mock.instanceID, subnet: subnet, limits: limits)
            } else {
                MockNode(instanceID: mock.instanceID, subnet: subnet, type: try InstanceType(named: mock.instanceType))
            }
        let cloud = try MockCloud(
            mock.cloud, storage: mock.file.map { .file(path: $0) } ?? .memory, now: { BootClock.now })
        guard let router = mock.fabricRouter.map(FabricRouter.init(namespace:)) else {
            return try await MockProvider(cloud: cloud, node: node)
        }
        let here = try NetworkNamespace.current()
        return try await MockProvider(cloud: cloud, node: node) { interfaces in
            try router.follow(interfaces.map(FabricENI.init), in: here)
        }
    }
}

extension FabricENI {
    fileprivate init(_ interface: GuestInterface) {
        self.init(
            mac: interface.mac, deviceIndex: interface.deviceIndex, subnet: interface.subnetCIDR,
            primaryAddress: interface.primaryAddress, secondaryAddresses: interface.secondaryAddresses,
            prefixes: interface.prefixes)
    }
}

extension Configuration.Provider {
    /// The provider's name, as the configuration has it.
    var name: String {
        switch self {
        case .mock: "mock"
        case .ec2: "ec2"
        case .rest: "rest"
        }
    }
}
