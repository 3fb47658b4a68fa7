import ModelVPC
import Pool
import Timekeeping

/// Tells the network of one node what its cloud shows: after each call that changed something, and when an attachment
/// changes by itself. One telling at a time; each tells the newest state, so that several changes can share one.
package actor GuestFollower {
    typealias Outcome = Result<Void, ProviderError>

    /// How long after a telling that failed the next is made, if nothing happens before.
    private static let retryDelay = Duration.seconds(1)

    private let cloud: MockCloud
    private let node: ModelVPC.InstanceID
    private let tell: @Sendable ([GuestInterface]) async throws -> Void
    private var waiting: [AsyncStream<Outcome>.Continuation] = []
    private var isTelling = false
    private var told: [GuestInterface]?
    private var alarm: Task<Void, Never>?

    package init(
        _ node: ModelVPC.InstanceID, of cloud: MockCloud,
        tell: @escaping @Sendable ([GuestInterface]) async throws -> Void
    ) {
        self.node = node
        self.cloud = cloud
        self.tell = tell
    }

    deinit {
        alarm?.cancel()
    }

    /// Returns when the network has been told a state not older than this call.
    ///
    /// - Throws: ``ProviderError/transient(status:_:)`` when the network could not follow, what ``MockCloud`` throws, and
    ///   ``ProviderError/unreachable(_:)`` when cancelled.
    package func converge() async throws(ProviderError) {
        let (outcomes, waiter) = AsyncStream.makeStream(of: Outcome.self)
        waiting.append(waiter)
        if !isTelling {
            isTelling = true
            Task { await tellAll() }
        }
        for await outcome in outcomes {
            return try outcome.get()
        }
        throw .unreachable("the call was cancelled")
    }

    private func tellAll() async {
        while !waiting.isEmpty {
            let served = waiting
            waiting = []
            let outcome = await tellOnce()
            for waiter in served {
                waiter.yield(outcome)
                waiter.finish()
            }
        }
        isTelling = false
    }

    private func tellOnce() async -> Outcome {
        do throws(ProviderError) {
            let (interfaces, wait) = try await cloud.inspect { [node] vpc, now in
                vpc.advance(to: now)
                return (
                    vpc.interfacesInSight(of: node).compactMap(GuestInterface.init),
                    vpc.nextChange(after: now, of: node).map { $0 - now }
                )
            }
            setAlarm(wait)
            if interfaces != told {
                told = nil
                try await tell(interfaces: interfaces)
                told = interfaces
            }
            return .success(())
        } catch {
            setAlarm(GuestFollower.retryDelay)
            return .failure(error)
        }
    }

    private func tell(interfaces: [GuestInterface]) async throws(ProviderError) {
        do {
            try await tell(interfaces)
        } catch {
            throw .transient(status: nil, "the node's network cannot follow the cloud: \(error)")
        }
    }

    private func setAlarm(_ wait: Duration?) {
        alarm?.cancel()
        alarm = wait.map { wait in
            Task { [weak self] in
                guard (try? await Task.sleep(for: wait)) != nil else { return }
                // A failure sets the next alarm.
                try? await self?.converge()
            }
        }
    }
}
