import ControlProtocol
import Identity
import JSON
import PodNetwork
import Pool
import Store
import Timekeeping

/// What the plugin asks.
extension NodeAgent {
    /// Takes one request. The answer comes at once, or when the pool has it.
    ///
    /// - Returns: the waiter to cancel when the peer goes away, if the answer is not there yet.
    func handle(_ request: Request, sink: @escaping ReplySink) -> WaiterID? {
        guard request.deadline > BootClock.now else {
            sink(.failure(.init(.deadlinePassed, "the request came after its deadline and was not executed; retry")))
            return nil
        }
        guard !isStopping else {
            sink(NodeAgent.stopping)
            return nil
        }
        switch request.command {
        case .add(let add): return self.add(add, deadline: request.deadline, sink)
        case .delete(let id): delete(id, sink)
        case .check(let id): sink(check(id))
        case .collect(let collect): Task { sink(await self.collect(collect)) }
        case .status: sink(.success(readiness))
        case .overview: sink(.success(overview))
        case .interfaces: sink(.success(interfaceRows))
        case .pods: sink(.success(podRows))
        case .explain(let command): sink(explain(command.subject))
        case .maxPods: sink(maxPods)
        case .verify: Task { sink(await verify()) }
        case .reconcile: Task { sink(await reconcileNow()) }
        }
        return nil
    }

    private func add(_ add: AddCommand, deadline: Instant, _ sink: @escaping ReplySink) -> WaiterID? {
        if let storeTrouble {
            sink(refusal(storeTrouble))
            return nil
        }
        let request = AddRequest(
            id: add.attachment, pod: add.pod, netns: add.netns, requested: add.requested, deadline: deadline)
        let waiter = newWaiter(sink)
        perform(pool.add(request, waiter: waiter, now: BootClock.now))
        return waiting[waiter] == nil ? nil : waiter
    }

    /// Removes the pod's link, and releases the address when the kernel says that the link is gone.
    private func delete(_ id: AttachmentID, _ sink: @escaping ReplySink) {
        reaper.delete([AttachmentName(id)]) { [self] problems in
            assumeIsolated { agent in
                if let problem = problems.values.first {
                    sink(.failure(.init(.failed, "the interface of \(id) cannot be removed: \(problem)")))
                } else {
                    agent.perform(agent.pool.release(id, now: BootClock.now))
                    sink(.success([:]))
                }
            }
        }
    }

    private func check(_ id: AttachmentID) -> Reply {
        guard let attachment = pool.attachments[id] else {
            // What is not known yet may become known with the first observation.
            if pool.limits == nil, let cause = pool.obstacle(BootClock.now) { return refusal(cause) }
            return .failure(.init(.unknownAttachment, "warmpoold has no record of \(id)"))
        }
        return podAddress(Grant(attachment: attachment, isRepeat: true))
    }

    /// Removes every attachment of a network that does not live any more, as many as can be: those that the pool knows,
    /// and those that only the kernel knows.
    private func collect(_ command: CollectCommand) async -> Reply {
        var reply = CollectReply(removed: [], failures: [])
        let valid = Set(command.valid)
        var stale = pool.stale(in: command.network, valid: valid).map(\.id)
        do {
            let known = Set(pool.attachments.keys)
            stale += try host.pods().compactMap(\.attachment?.id).filter {
                $0.network == command.network && !valid.contains($0) && !known.contains($0)
            }
        } catch {
            reply.failures.append("the kernel's pods cannot be listed: \(error)")
        }
        let problems = await withCheckedContinuation { continuation in
            reaper.delete(stale.map(AttachmentName.init)) { continuation.resume(returning: $0) }
        }
        for id in stale {
            if let problem = problems[hostInterface(of: id)] {
                reply.failures.append("the interface of \(id) cannot be removed: \(problem)")
            } else {
                perform(pool.release(id, now: BootClock.now))
                reply.removed.append(id.description)
            }
        }
        return .success(reply)
    }

    private var readiness: Readiness {
        if pool.isReady, storeTrouble == nil { return Readiness(isReady: true, reason: nil) }
        return Readiness(isReady: false, reason: obstacle(BootClock.now)?.sentence)
    }

    // MARK: Answers

    func podAddress(_ grant: Grant) -> Reply {
        let attachment = grant.attachment
        let usableFrom = grant.isRepeat ? BootClock.now : attachment.since
        return .success(
            PodAddress(
                addresses: attachment.addresses, gateway: configuration.layout.gateway,
                gatewayIPv6: configuration.layout.gatewayIPv6, podTable: configuration.layout.podTable,
                interfaceGroup: configuration.layout.group(table: routingTable(of: attachment.eni) ?? 0),
                mtu: UInt32(configuration.podMTU ?? configuration.eniMTU), eniMTU: UInt32(configuration.eniMTU),
                isRepeat: grant.isRepeat, hostNamespace: host.namespace,
                usableUntil: usableFrom + configuration.pool.attachmentGrace))
    }

    func refusal(_ cause: Cause) -> Reply {
        .failure(.init(.refused, Obstacle(cause, BootClock.now)))
    }

    func refusal(_ error: StoreError) -> Reply {
        let now = BootClock.now
        return .failure(.init(.refused, Obstacle(cause(of: error, now), now)))
    }
}

extension Reply.Failure {
    fileprivate init(_ kind: Kind, _ obstacle: Obstacle) {
        self.init(kind, obstacle.sentence, cause: obstacle.cause, retryAfter: obstacle.retryAfter)
    }
}

extension Reply {
    /// A result of ours as JSON; what cannot be expressed is a failure of ours as well.
    static func success(_ result: some Encodable) -> Reply {
        do {
            return .success(try JSONCoding.encode(result))
        } catch {
            return .failure(.init(.failed, "the answer cannot be expressed: \(error)"))
        }
    }
}
