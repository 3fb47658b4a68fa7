import ControlProtocol
import Identity
import Netlink
import PodNetwork
import Pool
import Providers
import Timekeeping

/// Reading the world and settling what disagrees.
extension NodeAgent {
    /// Reads the provider's view and the kernel's pods, unless that is under way.
    func observe() {
        guard observing == nil, !isStopping else { return }
        observing = Task { [self] in
            defer { observing = nil }
            return try await observeOnce()
        }
    }

    private func observeOnce() async throws -> [String] {
        let takenAt = BootClock.now
        do {
            let node = try await call { provider throws(ProviderError) in try await provider.describeNode() }
            let interfaces = try await call { provider throws(ProviderError) in try await provider.interfaces() }
            let subnets = try await call { provider throws(ProviderError) in try await provider.subnets() }
            self.node = node
            // Pods are listed and compared without a pause in between, so that no ADD or DEL falls between the two.
            let seen = Observation(node: node, interfaces: interfaces, subnets: subnets, pods: try observedPods())
            let outcome = pool.reconcile(seen, takenAt: takenAt, now: BootClock.now)
            lastObservation = BootClock.now
            perform(outcome)
            await converge()
            return outcome.repairs.map(\.sentence)
        } catch let error as ProviderError {
            log.warning("the provider's view cannot be read: \(error)")
            perform(pool.observationFailed(error, jitter: .random(in: 0..<1), now: BootClock.now))
            throw error
        } catch {
            log.error("the kernel's pods cannot be listed: \(error)")
            throw error
        }
    }

    /// The kernel's pods. One whose route somebody deleted lives all the same, and gets the route back.
    private func observedPods() throws -> [Observation.Pod] {
        try host.pods().compactMap { pod in
            // What has no alias of ours is nobody's pod.
            guard let id = pod.attachment?.id else { return nil }
            if let address = pod.address { return Observation.Pod(id: id, address: address) }
            guard let known = pool.attachments[id] else { return nil }
            // The plugin may be about to make the route of a new one.
            if known.since + NodeAgent.routeGrace < BootClock.now {
                log.warning("the route to \(known.address) of \(id) is gone and is made anew")
                try host.restoreRoute(to: known.address, hostInterface: pod.hostInterface)
            }
            return Observation.Pod(id: id, address: known.address)
        }
    }

    /// How long the plugin has for the route of a new pod.
    private static let routeGrace = Duration.seconds(5)

    /// `warmpoolctl gc`: reads the world now.
    func reconcileNow() async -> Reply {
        do {
            if let running = observing { _ = try? await running.value }
            observe()
            return .success(ReconcileReport(repairs: try await observing?.value ?? []))
        } catch {
            return .failure(.init(.failed, "\(error)"))
        }
    }

    /// Makes the node's routes, rules and packet filter as the present ENIs need them.
    ///
    /// - Returns: what could not be made, as a sentence.
    @discardableResult
    func converge() async -> String? {
        do {
            for repair in try await host.converge(
                to: pool.enis.values.filter(\.isServingOrComing), traffic: configuration.traffic)
            {
                log.notice("\(repair)", metadata: ["repair": "host-network"])
            }
            return nil
        } catch {
            log.error("the node's network cannot be set up: \(error)")
            return "\(error)"
        }
    }

    /// An interface of the node came, changed or went.
    func linkEvent(_ event: LinkMonitor.Event) {
        switch event {
        case .changed(let link):
            if let mac = link.mac, pool.enis.values.contains(where: { $0.mac == mac }) {
                Task { await host.interfaceAppeared(mac) }
            }
        case .deleted(let link):
            reaper.linkIsGone(link.name)
        }
    }
}
