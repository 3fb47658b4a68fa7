import Addressing
import Fabric
import Logging
import ModelVPC
import Netlink
import Providers
import Timekeeping

/// The cloud behind all dialects: the one place in which its model is asked, and in which its network follows.
final class CloudState: Sendable {
    let configuration: CloudConfiguration
    /// The keys that may call, those that the metadata service has given included.
    let keys: KeyRing
    private let cloud: MockCloud
    private let followers: [GuestFollower]
    private let logger: Logger

    /// Launches the instances and makes their links.
    ///
    /// - Throws: `ProviderError` for a cloud that cannot be, and for a network that cannot follow.
    init(
        _ configuration: CloudConfiguration, now: @escaping @Sendable () -> Instant, wallClock: @escaping WallClock,
        logger: Logger
    ) async throws {
        self.configuration = configuration
        self.logger = logger
        keys = KeyRing(configuration.credentials, role: configuration.role, wallClock: wallClock)
        let cloud = try MockCloud(configuration.cloud, storage: .memory, now: now)
        self.cloud = cloud
        let problem = try await cloud.update { vpc, now -> ModelVPC.Failure? in
            do throws(ModelVPC.Failure) {
                for instance in configuration.instances {
                    try vpc.launch(
                        instance.id, type: instance.type, limits: instance.limits, in: instance.subnet, at: now)
                }
                return nil
            } catch {
                return error
            }
        }
        if let problem { throw problem }
        followers = try CloudState.followers(of: cloud, configuration)
        for follower in followers { try await follower.converge() }
    }

    /// Carries a call out, and returns when its answer is due.
    ///
    /// - Parameter caller: the instance that calls, as fault rules name it.
    /// - Throws: what the cloud refuses. ``ModelVPC/Failure/noAnswer`` comes at once; the caller then has to be left
    ///   without an answer, which is ``Unanswered``'s to do.
    func ask(
        _ request: ModelVPC.Request, from caller: ModelVPC.InstanceID
    ) async throws -> ModelVPC.Reply {
        let (result, wait) = try await cloud.update { vpc, now in
            let response = vpc.handle(request, from: caller, at: now)
            return (response.result, response.at - now)
        }
        let arrival = ContinuousClock.now + wait
        if request.action.isMutating { await follow() }
        if result == .failure(.noAnswer) { throw ModelVPC.Failure.noAnswer }
        if wait > .zero { try await Task.sleep(until: arrival) }
        return try result.get()
    }

    /// Looks at the cloud without a call: what the network shows, which is neither late nor throttled.
    func look<Value: Sendable>(_ body: @Sendable (ModelVPC) -> Value) async throws -> Value {
        try await cloud.inspect { vpc, now in
            vpc.advance(to: now)
            return body(vpc)
        }
    }

    // MARK: The network

    /// Lets all links and routes become what the cloud says. A network that cannot follow is tried again later, and no
    /// reason to refuse a call, which has been carried out.
    private func follow() async {
        for follower in followers {
            do {
                try await follower.converge()
            } catch {
                logger.error("the network does not follow", metadata: ["error": "\(error)"])
            }
        }
    }

    private static func followers(
        of cloud: MockCloud, _ configuration: CloudConfiguration
    ) throws -> [GuestFollower] {
        guard let router = configuration.fabricRouter.map(FabricRouter.init(namespace:)) else { return [] }
        return try configuration.instances.compactMap { instance in
            guard let netns = try instance.netns.map({ try NetworkNamespace(named: $0) }) else { return nil }
            return GuestFollower(instance.id, of: cloud) { interfaces in
                try await router.followInBackground(interfaces.map(FabricENI.init), in: netns)
            }
        }
    }
}

extension FabricENI {
    fileprivate init(_ interface: GuestInterface) {
        self.init(
            mac: interface.mac, deviceIndex: interface.deviceIndex, subnet: interface.subnetCIDR,
            primaryAddress: interface.primaryAddress, secondaryAddresses: interface.secondaryAddresses,
            prefixes: interface.prefixes, ipv6Subnet: interface.subnetIPv6CIDR, ipv6Address: interface.ipv6Address,
            ipv6Prefixes: interface.ipv6Prefixes)
    }
}
