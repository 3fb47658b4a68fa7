import Addressing
import ModelVPC
import ModelViews
import Pool
import Timekeeping

/// A provider whose cloud is a ``ModelVPC`` in this process, or in a file that it shares with others.
///
/// ```swift
/// let cloud = try MockCloud(configuration, storage: .file(path: "/var/lib/warmpool/cloud.json"), now: bootTime)
/// let provider = try await MockProvider(cloud: cloud, node: node) { interfaces in
///     // make the node's links and addresses look like this
/// }
/// ```
public final class MockProvider: CloudProvider {
    private let cloud: MockCloud
    private let node: ModelVPC.InstanceID
    private let timeout: Duration
    private let follower: GuestFollower?

    /// Launches the node's instance, unless the cloud has it already, and tells the network what it shows.
    ///
    /// - Parameters:
    ///   - timeout: how long a call waits for the cloud's answer.
    ///   - onChange: is told the interfaces that the node sees, in the order of their device indices: now, after every
    ///     call that changed them, before it returns, and when one appears. One call at a time. When it throws, the call
    ///     that changed the cloud throws ``ProviderError/transient(status:_:)``, and it is told again later.
    /// - Throws: ``ProviderError`` when the instance cannot be launched, the cloud's file cannot be used, or the network
    ///   cannot follow.
    public init(
        cloud: MockCloud, node: MockNode, timeout: Duration = .seconds(5),
        onChange: (@Sendable ([GuestInterface]) async throws -> Void)? = nil
    ) async throws(ProviderError) {
        let id = ModelVPC.InstanceID(rawValue: node.instanceID)
        self.cloud = cloud
        self.node = id
        self.timeout = timeout
        follower = onChange.map { GuestFollower(id, of: cloud, tell: $0) }
        let failure = try await cloud.update { vpc, now -> ModelVPC.Failure? in
            do throws(ModelVPC.Failure) {
                if (try? vpc.instance(id)) == nil {
                    try vpc.launch(
                        id, type: node.instanceType, limits: .init(node.limits), in: .init(node.subnet), at: now)
                }
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw ProviderError(failure) }
        try await follower?.converge()
    }

    public func describeNode() async throws(ProviderError) -> NodeView {
        guard case .instance(let instance) = try await call(.describeInstance(node)) else { throw .unexpectedReply }
        let (network, ipv6Networks) = try await cloud.inspect { vpc, _ in (vpc.cidr, vpc.ipv6Networks) }
        return NodeView(instance, networks: [network], ipv6Networks: ipv6Networks)
    }

    public func interfaces() async throws(ProviderError) -> [InterfaceView] {
        let tag = ModelVPC.Tag(key: CloudTag.instance, value: node.rawValue)
        guard case .interfaces(let interfaces) = try await call(.describeInterfacesOf(node, orTagged: tag)) else {
            throw .unexpectedReply
        }
        return interfaces.map(InterfaceView.init)
    }

    public func subnets() async throws(ProviderError) -> [SubnetView] {
        guard case .subnets(let subnets) = try await call(.describeSubnets) else { throw .unexpectedReply }
        let zone = try await cloud.inspect { [node] vpc, _ in try? vpc.instance(node).zone }
        return subnets.filter { $0.zone == zone }.map(SubnetView.init)
    }

    /// The cloud keeps the security groups, which mean nothing to it.
    public func createInterface(
        _ request: InterfaceRequest, token: MutationToken
    ) async throws(ProviderError) -> InterfaceView {
        var new = ModelVPC.NewInterface(in: .init(request.subnet), securityGroups: request.securityGroups)
        switch request.secondary {
        case .addresses(let count): new.secondary = .count(count)
        case .prefixes(let count): new.prefixes = .count(count)
        }
        new.tags = request.tags.merging([CloudTag.instance: node.rawValue]) { _, own in own }
        guard case .interface(let interface) = try await call(.createInterface(new, token: token.description)) else {
            throw .unexpectedReply
        }
        return InterfaceView(interface)
    }

    public func attach(_ eni: ENIID, deviceIndex: Int) async throws(ProviderError) {
        _ = try await call(.attach(.init(eni), to: node, deviceIndex: deviceIndex))
    }

    public func detach(_ eni: ENIID) async throws(ProviderError) {
        _ = try await call(.detach(.init(eni)))
    }

    public func delete(_ eni: ENIID) async throws(ProviderError) {
        _ = try await call(.delete(.init(eni)))
    }

    public func setDeleteOnTermination(_ eni: ENIID, _ enabled: Bool) async throws(ProviderError) {
        _ = try await call(.setDeleteOnTermination(.init(eni), enabled))
    }

    public func assign(
        _ eni: ENIID, count: Int, token: MutationToken
    ) async throws(ProviderError) -> [IPv4Address] {
        let reply = try await call(.assign(.init(eni), .count(count), token: token.description))
        guard case .addresses(let addresses) = reply else { throw .unexpectedReply }
        return addresses
    }

    public func assign(_ eni: ENIID, addresses: [IPv4Address]) async throws(ProviderError) {
        _ = try await call(.assign(.init(eni), .these(addresses), token: nil))
    }

    public func unassign(_ eni: ENIID, addresses: [IPv4Address]) async throws(ProviderError) {
        _ = try await call(.unassign(.init(eni), addresses))
    }

    public func assignPrefixes(
        _ eni: ENIID, count: Int, token: MutationToken
    ) async throws(ProviderError) -> [IPv4Network] {
        let reply = try await call(.assignPrefixes(.init(eni), .count(count), token: token.description))
        guard case .prefixes(let prefixes) = reply else { throw .unexpectedReply }
        return prefixes
    }

    public func unassign(_ eni: ENIID, prefixes: [IPv4Network]) async throws(ProviderError) {
        _ = try await call(.unassign(.init(eni), prefixes: prefixes))
    }

    public func assignIPv6Prefixes(
        _ eni: ENIID, count: Int, token: MutationToken
    ) async throws(ProviderError) -> [IPv6Network] {
        let reply = try await call(.assignIPv6Prefixes(.init(eni), .count(count), token: token.description))
        guard case .ipv6Prefixes(let prefixes) = reply else { throw .unexpectedReply }
        return prefixes
    }

    public func unassign(_ eni: ENIID, ipv6Prefixes: [IPv6Network]) async throws(ProviderError) {
        _ = try await call(.unassignIPv6Prefixes(.init(eni), ipv6Prefixes))
    }

    /// Makes a call, lets the network follow, and returns when the cloud's answer arrives.
    private func call(_ request: ModelVPC.Request) async throws(ProviderError) -> ModelVPC.Reply {
        if Task.isCancelled { throw .unreachable("the call was cancelled") }
        let (result, latency) = try await cloud.update { [node] vpc, now in
            let response = vpc.handle(request, from: node, at: now)
            return (response.result, response.at - now)
        }
        let answered = latency <= timeout
        let arrival = ContinuousClock.now + min(latency, timeout)
        if request.action.isMutating { try await follower?.converge() }
        do {
            try await Task.sleep(until: arrival)
        } catch {
            throw .unreachable("the call was cancelled")
        }
        guard answered else {
            throw .unreachable("\(request.action.rawValue) got no answer within \(timeout.rounded)")
        }
        do throws(ModelVPC.Failure) {
            return try result.get()
        } catch {
            throw ProviderError(error)
        }
    }
}

extension ProviderError {
    /// The model answers each request with the reply that its documentation names; this says that it did not.
    fileprivate static let unexpectedReply = malformedReply("the model VPC gave the reply of another request")
}
