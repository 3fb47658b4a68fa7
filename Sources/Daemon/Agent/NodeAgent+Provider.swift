import ControlProtocol
import Pool
import Providers
import Timekeeping

/// How the pool's wishes become calls of the provider. Each runs by itself; its end is an event.
extension NodeAgent {
    /// Begins what an action asks for.
    func execute(_ action: Action) {
        guard !isStopping else { return }
        log.debug("\(action)")
        Task {
            do throws(ProviderError) {
                perform(try await carryOut(action))
            } catch {
                guard !isStopped else { return }
                perform(failed(action, error))
            }
        }
    }

    private func failed(_ action: Action, _ error: ProviderError) -> Outcome {
        log.warning("\(action.summary) failed: \(error)")
        return pool.failed(action, error, jitter: .random(in: 0..<1), now: BootClock.now)
    }

    /// Between an event of the pool and ``perform(_:)`` nothing is awaited: a later event would be stored first.
    private func carryOut(_ action: Action) async throws(ProviderError) -> Outcome {
        switch action {
        case .createENI(let token, let eni):
            let view = try await create(eni, token)
            return pool.created(token, view, now: BootClock.now)
        case .attachENI(let eni, let deviceIndex):
            try await call { provider throws(ProviderError) in
                try await provider.attach(eni, deviceIndex: deviceIndex)
            }
            do throws(ProviderError) {
                return try await configure(eni)
            } catch {
                // It is attached: only what follows is to be done again.
                return failed(.configureENI(eni), error)
            }
        case .configureENI(let eni):
            return try await configure(eni)
        case .assign(let eni, let kind, let count, let token):
            // The routes of IPv6 are there before any pod can have an address of it.
            if kind == .ipv6Prefix, let problem = await converge().problem { throw .incorrectState(problem) }
            let blocks = try await call { provider throws(ProviderError) in
                try await provider.assign(eni, kind, count: count, token: token)
            }
            let outcome = pool.assigned(eni, blocks, token: token, now: BootClock.now)
            followOwnAddress(blocks)
            return outcome
        case .unassign(let eni, let blocks):
            try await call { provider throws(ProviderError) in try await provider.unassign(eni, blocks) }
            let outcome = pool.unassigned(eni, blocks, now: BootClock.now)
            followOwnAddress(blocks)
            return outcome
        case .detachENI(let eni):
            try await call { provider throws(ProviderError) in try await provider.detach(eni) }
            try await waitUntilDetached(eni)
            await converge()
            return pool.detached(eni, now: BootClock.now)
        case .deleteENI(let eni):
            try await call { provider throws(ProviderError) in try await provider.delete(eni) }
            return pool.deleted(eni, now: BootClock.now)
        case .grant, .refuse, .readBack:
            return pool.tick(now: BootClock.now)
        }
    }

    /// An ENI gets an address of its own with its /80, and gives it up with that.
    private func followOwnAddress(_ blocks: [Block]) {
        if blocks.contains(where: { $0.kind == .ipv6Prefix }) { Task { await converge() } }
    }

    private func create(_ eni: NewENI, _ token: MutationToken) async throws(ProviderError) -> InterfaceView {
        var tags = configuration.eniTags
        tags[ENITag.token] = token.description
        let request = InterfaceRequest(
            subnet: eni.subnet, securityGroups: eni.securityGroups,
            secondary: eni.kind == .prefix ? .prefixes(eni.count) : .addresses(eni.count), tags: tags)
        return try await call { provider throws(ProviderError) in
            try await provider.createInterface(request, token: token)
        }
    }

    /// Sees to it that an ENI goes with the instance, waits for its interface and makes its routes.
    private func configure(_ eni: ENIID) async throws(ProviderError) -> Outcome {
        guard let known = pool.enis[eni] else { throw .notFound("\(eni)") }
        let mac = known.mac
        if !known.isPrimary {
            // Here and not at the attachment, because that may be an earlier run's.
            try await call { provider throws(ProviderError) in try await provider.setDeleteOnTermination(eni, true) }
        }
        guard await host.interfaceAppears(mac, within: configuration.attachTimeout) else {
            throw .incorrectState(
                "the interface \(mac) of \(eni) did not appear on the node within "
                    + configuration.attachTimeout.rounded)
        }
        if let problem = await converge().problem { throw .incorrectState(problem) }
        return pool.ready(eni, now: BootClock.now)
    }

    /// The provider tells about the end of a detachment only when asked. It has begun, so that a question without an answer
    /// is asked again.
    ///
    /// - Throws: `ProviderError.incorrectState` when the end has not been seen after a minute.
    private func waitUntilDetached(_ eni: ENIID) async throws(ProviderError) {
        var pause = Duration.milliseconds(200)
        let deadline = BootClock.now + .seconds(60)
        while BootClock.now < deadline {
            let interfaces = try? await call { provider throws(ProviderError) in try await provider.interfaces() }
            if let interfaces {
                let view = interfaces.first { $0.id == eni }
                guard let view, view.attachment != .detached else { return }
            }
            do {
                try await Task.sleep(for: pause)
            } catch {
                throw .cancelled
            }
            pause = min(pause * 2, .seconds(5))
        }
        throw .incorrectState("\(eni) is still being detached after 60 s")
    }
}

extension Action {
    /// The action in a few words, for the log.
    var summary: String {
        switch self {
        case .createENI(_, let eni): "creating an ENI in \(eni.subnet) with \(eni.kind.words(eni.count))"
        case .attachENI(let eni, let index): "attaching \(eni) as device \(index)"
        case .configureENI(let eni): "configuring \(eni)"
        case .assign(let eni, let kind, let count, _): "assigning \(kind.words(count)) to \(eni)"
        case .unassign(let eni, let blocks):
            "unassigning \((blocks.first?.kind ?? .address).words(blocks.count)) of \(eni)"
        case .detachENI(let eni): "detaching \(eni)"
        case .deleteENI(let eni): "deleting \(eni)"
        case .grant, .refuse, .readBack: "answering"
        }
    }
}
