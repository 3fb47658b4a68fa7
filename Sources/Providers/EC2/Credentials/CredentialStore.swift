import Curl
import Pool

/// Keeps credentials, and gets new ones before they expire. However many callers wait, the source is asked once.
public actor CredentialStore: CredentialSource {
    /// How long before their expiration new ones are asked for. AWS has new ones five minutes before, at the latest
    /// (EC2 User Guide, "Retrieve security credentials from instance metadata").
    static let margin = 600
    /// How long credentials that are about to expire are used before their source is asked once more.
    static let pause = 60

    private typealias Waiter = CheckedContinuation<Result<IssuedCredentials, ProviderError>, Never>

    private let issue: @Sendable () async throws(ProviderError) -> IssuedCredentials
    private let now: @Sendable () -> Int

    private var current: IssuedCredentials?
    /// When a source that failed, or gave what is about to expire, may be asked again; in seconds since 1970.
    private var nextRefresh = 0
    private var isRefreshing = false
    private var waiters: [Int: Waiter] = [:]
    private var nextWaiter = 0

    /// - Parameter now: the wall clock, in seconds since 1970.
    init(
        now: @escaping @Sendable () -> Int,
        issue: @escaping @Sendable () async throws(ProviderError) -> IssuedCredentials
    ) {
        self.now = now
        self.issue = issue
    }

    /// Credentials from wherever the AWS SDKs look for them: environment, web identity, shared files, container
    /// endpoint, instance role.
    ///
    /// - Parameters:
    ///   - environment: the process's variables; they are read now.
    ///   - now: the wall clock, in seconds since 1970.
    public init(
        environment: [String: String], client: HTTPClient, metadata: InstanceMetadata,
        now: @escaping @Sendable () -> Int
    ) {
        let chain = CredentialChain(environment: environment, client: client, metadata: metadata)
        self.init(now: now) { () async throws(ProviderError) in try await chain.issue() }
    }

    public func credentials() async throws(ProviderError) -> AWSCredentials {
        guard let current else { return try await refreshed().credentials }
        guard isDue(current) else { return current.credentials }
        do throws(ProviderError) {
            return try await refreshed().credentials
        } catch {
            // The old ones do as long as they are valid.
            guard let current = self.current, !Task.isCancelled else { throw error }
            return current.credentials
        }
    }

    public func credentials(insteadOf refused: AWSCredentials) async throws(ProviderError) -> AWSCredentials {
        // Somebody else may have got new ones meanwhile.
        if let current, current.credentials != refused { return try await credentials() }
        return try await refreshed().credentials
    }

    private func isDue(_ issued: IssuedCredentials) -> Bool {
        guard let expiration = issued.expiration else { return false }
        return now() >= max(expiration - CredentialStore.margin, nextRefresh)
    }

    /// What the source has now. A caller that is cancelled goes; the others wait on.
    private func refreshed() async throws(ProviderError) -> IssuedCredentials {
        let id = nextWaiter
        nextWaiter += 1
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: Waiter) in
                guard !Task.isCancelled else {
                    continuation.resume(returning: .failure(.cancelled))
                    return
                }
                waiters[id] = continuation
                beginRefresh()
            }
        } onCancel: {
            Task { await self.abandon(id) }
        }
        return try result.get()
    }

    private func abandon(_ id: Int) {
        waiters.removeValue(forKey: id)?.resume(returning: .failure(.cancelled))
    }

    private func beginRefresh() {
        guard !isRefreshing else { return }
        isRefreshing = true
        Task {
            do throws(ProviderError) {
                endRefresh(.success(try await issue()))
            } catch {
                endRefresh(.failure(error))
            }
        }
    }

    private func endRefresh(_ result: Result<IssuedCredentials, ProviderError>) {
        isRefreshing = false
        switch result {
        case .success(let issued):
            // Also where they look expired: this machine's clock may be wrong, and EC2 decides.
            current = issued
            nextRefresh = now() + CredentialStore.pause
        case .failure:
            if let expiration = current?.expiration, expiration <= now() { current = nil }
            nextRefresh = min(now() + CredentialStore.pause, current?.expiration ?? .max)
        }
        let waiting = waiters.values
        waiters = [:]
        for waiter in waiting { waiter.resume(returning: result) }
    }
}
