import Addressing
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
        guard !isStopping else { return }
        guard observing == nil else {
            // What is under way may have read what is asked for now already.
            observeAgain = true
            return
        }
        observing = Task { [self] in
            defer {
                observing = nil
                if observeAgain {
                    observeAgain = false
                    observe()
                }
            }
            return try await observeOnce()
        }
    }

    /// What an observation has read so far of the provider's view.
    struct Look {
        let takenAt: Instant
        var node: NodeView?
        var interfaces: [InterfaceView]?
    }

    private func observeOnce() async throws -> [String] {
        var look = unfinishedLook ?? Look(takenAt: BootClock.now)
        unfinishedLook = nil
        do {
            let node = try await nodeView(&look)
            let interfaces = try await interfaces(&look)
            let subnets = try await call { provider throws(ProviderError) in try await provider.subnets() }
            reading.answered()
            self.node = node
            // Pods are listed and compared without a pause in between, so that no ADD or DEL falls between the two.
            let (pods, routes) = try observedPods()
            let seen = Observation(node: node, interfaces: interfaces, subnets: subnets, pods: pods)
            let outcome = pool.reconcile(seen, takenAt: look.takenAt, now: BootClock.now)
            lastObservation = BootClock.now
            perform(outcome)
            let convergence = await converge()
            return outcome.repairs.map(\.sentence) + routes + convergence.repairs
                + [convergence.problem].compactMap(\.self)
        } catch let error as ProviderError {
            log.warning("the provider's view cannot be read: \(error)")
            if error.isThrottling {
                reading.throttled()
                // Before its first view nothing of a node changes: what was read need not be read again.
                if pool.limits == nil { unfinishedLook = look }
            }
            perform(pool.observationFailed(error, jitter: .random(in: 0..<1), now: BootClock.now))
            throw error
        } catch {
            log.error("the kernel's pods cannot be listed: \(error)")
            throw error
        }
    }

    private func nodeView(_ look: inout Look) async throws(ProviderError) -> NodeView {
        if let known = look.node { return known }
        let node = try await call { provider throws(ProviderError) in try await provider.describeNode() }
        look.node = node
        pool.observationAdvanced()
        return node
    }

    private func interfaces(_ look: inout Look) async throws(ProviderError) -> [InterfaceView] {
        if let known = look.interfaces { return known }
        let interfaces = try await call { provider throws(ProviderError) in try await provider.interfaces() }
        look.interfaces = interfaces
        pool.observationAdvanced()
        return interfaces
    }

    /// The kernel's pods, and what became of routes that were gone, a sentence each. A pod whose route somebody deleted
    /// lives all the same, and gets the route back.
    private func observedPods() throws -> (pods: [Observation.Pod], routes: [String]) {
        var routes: [String] = []
        let pods: [Observation.Pod] = try host.pods().compactMap { pod in
            // What has no alias of ours is nobody's pod.
            guard let id = pod.attachment?.id else { return nil }
            guard let known = pool.attachments[id] else {
                return pod.addresses.map { Observation.Pod(id: id, addresses: $0) }
            }
            // One that is routed to by another address is a stray.
            if let routed = pod.addresses, !known.addresses.all.contains(routed.primary) {
                return Observation.Pod(id: id, addresses: routed)
            }
            // The plugin may be about to make the route of a new one.
            let missing = known.since + NodeAgent.routeGrace < BootClock.now ? pod.unrouted(of: known.addresses) : []
            routes += missing.map { restoreRoute(to: $0, of: id, by: pod.hostInterface) }
            return Observation.Pod(id: id, addresses: known.addresses)
        }
        return (pods, routes)
    }

    /// Makes a route anew that is gone. Where the kernel takes none, as by an interface that is down, that pod cannot be
    /// reached; all others are no worse for it.
    ///
    /// - Returns: what was done, as a sentence.
    private func restoreRoute(to address: IPAddress, of id: AttachmentID, by hostInterface: String) -> String {
        do {
            try host.restoreRoute(to: address, hostInterface: hostInterface)
            let repair = "the route to \(address) of \(id) was gone and is made anew"
            log.warning("\(repair)", metadata: ["repair": "pod-route"])
            return repair
        } catch {
            let problem = "the route to \(address) of \(id) is gone and cannot be made anew: \(error)"
            log.error("\(problem)")
            return problem
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

    /// What a convergence of the node's network changed, and what it could not, as a sentence.
    struct Convergence {
        var repairs: [String] = []
        var problem: String?
    }

    /// What the node's network is to serve at present.
    var networkPurpose: HostNetwork.Purpose {
        let traffic = configuration.traffic
        let ipv4 = traffic.vpcCIDRs ?? node?.networks
        let ipv6 = traffic.vpcIPv6CIDRs ?? node?.ipv6Networks ?? []
        return HostNetwork.Purpose(
            enis: pool.enis.values.filter(\.isServingOrComing).map { ($0, pool.ipv6Gateway(of: $0)) },
            families: configuration.pool.families,
            vpc: ipv4.map { ($0, ipv6) }, traffic: traffic)
    }

    /// Makes the node's routes, rules and packet filter as the present ENIs need them.
    @discardableResult
    func converge() async -> Convergence {
        do {
            let repairs = try await host.converge(to: networkPurpose)
            for repair in repairs { log.notice("\(repair)", metadata: ["repair": "host-network"]) }
            return Convergence(repairs: repairs.map { "the node's network: \($0)" })
        } catch {
            log.error("the node's network cannot be set up: \(error)")
            return Convergence(problem: "the node's network cannot be set up: \(error)")
        }
    }

    /// Some events of interfaces were not delivered.
    func linkEventsWereLost() {
        Task { await host.lookAgain() }
        observe()
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
