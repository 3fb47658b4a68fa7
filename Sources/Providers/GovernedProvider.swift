import Addressing
import Pool
import RateLimiting
import Synchronization
import Timekeeping

/// A provider that is not called more often than its ``CallPolicy`` and its own throttling allow, and not at all for a
/// while when it keeps failing. It is connected to by the first call that needs it, so that a daemon can start while the
/// cloud is away.
///
/// A call that is not made throws ``ProviderError/throttled(retryAfter:)``, ``ProviderError/callsLimited(retryAfter:)`` or
/// ``ProviderError/suspended(retryAfter:_:)``.
public final class GovernedProvider: CloudProvider {
    private let connection: Connection
    private let now: @Sendable () -> Instant
    private let governor: Mutex<CallGovernor>
    private let lastFailure = Mutex<ProviderError?>(nil)

    /// - Parameters:
    ///   - now: the clock by which calls are spread.
    ///   - connect: makes the provider; what it throws the call throws, and the next call tries again.
    public init(
        policy: CallPolicy, now: @escaping @Sendable () -> Instant,
        connect: @escaping @Sendable () async throws(ProviderError) -> any CloudProvider
    ) {
        connection = Connection(connect)
        self.now = now
        governor = Mutex(CallGovernor(policy))
    }

    /// What lets calls through at this moment, and what does not.
    public var state: CallGovernor { governor.withLock { $0 } }

    public func describeNode() async throws(ProviderError) -> NodeView {
        try await govern(.describeNode) { base throws(ProviderError) in try await base.describeNode() }
    }

    public func interfaces() async throws(ProviderError) -> [InterfaceView] {
        try await govern(.interfaces) { base throws(ProviderError) in try await base.interfaces() }
    }

    public func subnets() async throws(ProviderError) -> [SubnetView] {
        try await govern(.subnets) { base throws(ProviderError) in try await base.subnets() }
    }

    public func createInterface(
        _ request: InterfaceRequest, token: MutationToken
    ) async throws(ProviderError) -> InterfaceView {
        try await govern(.createInterface) { base throws(ProviderError) in
            try await base.createInterface(request, token: token)
        }
    }

    public func attach(_ eni: ENIID, deviceIndex: Int) async throws(ProviderError) {
        try await govern(.attach) { base throws(ProviderError) in try await base.attach(eni, deviceIndex: deviceIndex) }
    }

    public func detach(_ eni: ENIID) async throws(ProviderError) {
        try await govern(.detach) { base throws(ProviderError) in try await base.detach(eni) }
    }

    public func delete(_ eni: ENIID) async throws(ProviderError) {
        try await govern(.delete) { base throws(ProviderError) in try await base.delete(eni) }
    }

    public func setDeleteOnTermination(_ eni: ENIID, _ enabled: Bool) async throws(ProviderError) {
        try await govern(.setDeleteOnTermination) { base throws(ProviderError) in
            try await base.setDeleteOnTermination(eni, enabled)
        }
    }

    public func assign(_ eni: ENIID, count: Int, token: MutationToken) async throws(ProviderError) -> [IPv4Address] {
        try await govern(.assign) { base throws(ProviderError) in
            try await base.assign(eni, count: count, token: token)
        }
    }

    public func assign(_ eni: ENIID, addresses: [IPv4Address]) async throws(ProviderError) {
        try await govern(.assign) { base throws(ProviderError) in try await base.assign(eni, addresses: addresses) }
    }

    public func assignPrefixes(
        _ eni: ENIID, count: Int, token: MutationToken
    ) async throws(ProviderError) -> [IPv4Network] {
        try await govern(.assign) { base throws(ProviderError) in
            try await base.assignPrefixes(eni, count: count, token: token)
        }
    }

    public func unassign(_ eni: ENIID, addresses: [IPv4Address]) async throws(ProviderError) {
        try await govern(.unassign) { base throws(ProviderError) in
            try await base.unassign(eni, addresses: addresses)
        }
    }

    public func unassign(_ eni: ENIID, prefixes: [IPv4Network]) async throws(ProviderError) {
        try await govern(.unassign) { base throws(ProviderError) in
            try await base.unassign(eni, prefixes: prefixes)
        }
    }

    public func assignIPv6Prefixes(
        _ eni: ENIID, count: Int, token: MutationToken
    ) async throws(ProviderError) -> [IPv6Network] {
        try await govern(.assign) { base throws(ProviderError) in
            try await base.assignIPv6Prefixes(eni, count: count, token: token)
        }
    }

    public func unassign(_ eni: ENIID, ipv6Prefixes: [IPv6Network]) async throws(ProviderError) {
        try await govern(.unassign) { base throws(ProviderError) in
            try await base.unassign(eni, ipv6Prefixes: ipv6Prefixes)
        }
    }

    private func govern<Value: Sendable>(
        _ call: ProviderCall, _ body: (any CloudProvider) async throws(ProviderError) -> Value
    ) async throws(ProviderError) -> Value {
        let permit = try await permit(call)
        let start = now()
        do throws(ProviderError) {
            let value = try await body(try await connection.provider())
            note(permit, start, .answered)
            return value
        } catch {
            note(permit, start, error.ending)
            if case .failed = error.ending { lastFailure.withLock { $0 = error } }
            throw error
        }
    }

    private func permit(_ call: ProviderCall) async throws(ProviderError) -> CallGovernor.Permit {
        switch governor.withLock({ $0.admit(call, at: now()) }) {
        case .refused(let refusal): throw error(of: refusal)
        case .go(let permit):
            let wait = permit.at - now()
            guard wait > .zero else { return permit }
            do {
                try await Task.sleep(for: wait)
            } catch {
                note(permit, now(), .inconclusive)
                throw .cancelled
            }
            if let refusal = governor.withLock({ $0.confirm(permit, at: now()) }) { throw error(of: refusal) }
            return permit
        }
    }

    private func error(of refusal: CallGovernor.Refusal) -> ProviderError {
        ProviderError(refusal, lastFailure: lastFailure.withLock { $0 })
    }

    private func note(_ permit: CallGovernor.Permit, _ start: Instant, _ ending: CallGovernor.Ending) {
        governor.withLock { $0.ended(permit, start: start, ending, jitter: .random(in: 0..<1), at: now()) }
    }
}

/// Makes a provider once, whoever asks for it first.
private actor Connection {
    private let connect: @Sendable () async throws(ProviderError) -> any CloudProvider
    private var connected: (any CloudProvider)?
    private var connecting: Task<Result<any CloudProvider, ProviderError>, Never>?

    init(_ connect: @escaping @Sendable () async throws(ProviderError) -> any CloudProvider) {
        self.connect = connect
    }

    func provider() async throws(ProviderError) -> any CloudProvider {
        if let connected { return connected }
        let task =
            connecting
            ?? Task { [connect] in
                do throws(ProviderError) {
                    return .success(try await connect())
                } catch {
                    return .failure(error)
                }
            }
        connecting = task
        let result = await task.value
        if connecting == task { connecting = nil }
        connected = try result.get()
        return try result.get()
    }
}
