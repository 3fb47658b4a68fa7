import ModelVPC
import ModelViews
import Pool
import RateLimiting
import Timekeeping

/// A call of the provider that is on its way.
struct PendingCall {
    let node: Int
    /// The daemon's run that makes it.
    let run: Int
    let errand: Errand
    /// `nil` for a call that the node itself did not let go.
    var permit: CallGovernor.Permit?
    var start: Instant
    var result: Result<ModelVPC.Reply, ProviderError>
}

extension Simulation {
    /// Makes a call as soon as the node's governor lets it go.
    mutating func begin(_ errand: Errand, on node: Int) throws(Violation) {
        callsMade += 1
        nodes[node].callsUnderWay += 1
        var call = PendingCall(
            node: node, run: nodes[node].run, errand: errand, permit: nil, start: now,
            result: .failure(.callsLimited(retryAfter: nil)))
        switch nodes[node].governor.admit(errand.call, at: now) {
        case .refused(let refusal):
            call.result = .failure(ProviderError(refusal, lastFailure: nodes[node].lastFailure))
            calls[callsMade] = call
            queue.add(.callEnds(callsMade), at: now)
        case .go(let permit):
            call.permit = permit
            calls[callsMade] = call
            if permit.at > now { queue.add(.callDeparts(callsMade), at: permit.at) } else { try depart(callsMade) }
        }
    }

    mutating func depart(_ number: Int) throws(Violation) {
        guard var call = calls[number], let permit = call.permit else { return }
        guard nodes[call.node].run == call.run else {
            calls[number] = nil
            return
        }
        call.start = now
        var arrival = now
        if let refusal = nodes[call.node].governor.confirm(permit, at: now) {
            nodes[call.node].governor.ended(permit, start: now, .inconclusive, jitter: 0, at: now)
            call.permit = nil
            call.result = .failure(ProviderError(refusal, lastFailure: nodes[call.node].lastFailure))
        } else {
            (call.result, arrival) = try answer(call.errand, from: call.node)
        }
        calls[number] = call
        queue.add(.callEnds(number), at: arrival)
    }

    /// What the cloud answers now, and when that is heard.
    private mutating func answer(
        _ errand: Errand, from node: Int
    ) throws(Violation) -> (Result<ModelVPC.Reply, ProviderError>, at: Instant) {
        let instance = nodes[node].instance
        if let objection = nodes[node].pace.depart(errand.call, at: now) {
            throw Violation(at: now, .callPolicy, "\(instance.rawValue): \(objection)")
        }
        let request: ModelVPC.Request
        do throws(ProviderError) {
            request = try errand.request(from: instance)
        } catch {
            return (.failure(error), now)
        }
        report.calls[request.action.rawValue, default: 0] += 1
        report.callCount += 1
        trace.add(7, now, request.action.hashPart)
        tell?(now, "node \(node) asks: \(errand)")
        let response = vpc.handle(request, from: instance, at: now)
        try check(after: request, by: node)
        let limit = now + scenario.callTimeout
        guard response.at <= limit else {
            return (.failure(.unreachable("no answer within \(scenario.callTimeout.rounded)")), limit)
        }
        if case .failure(.requestLimitExceeded) = response.result {
            report.throttled += 1
            report.throttles[request.action.rawValue, default: 0] += 1
        }
        return (response.result.mapError { ProviderError($0) }, response.at)
    }

    /// An answer arrives: the next call of the same action follows, or the pool hears of its end.
    mutating func finish(_ number: Int) throws(Violation) {
        guard let call = calls.removeValue(forKey: number), nodes[call.node].run == call.run else { return }
        nodes[call.node].callsUnderWay -= 1
        if let permit = call.permit {
            var ending = CallGovernor.Ending.answered
            if case .failure(let error) = call.result {
                ending = error.ending
                if ending == .failed { nodes[call.node].lastFailure = error }
            }
            nodes[call.node].pace.ended(ending, at: now)
            nodes[call.node].governor.ended(
                permit, start: call.start, ending, jitter: random.nextFraction(), at: now)
        }
        tell?(now, "node \(call.node) hears: \(call.errand): \(call.result.words)")
        switch call.result {
        case .success(let reply): try succeed(call.errand, reply, on: call.node)
        case .failure(let error): try fail(call.errand, error, on: call.node)
        }
    }

    private mutating func succeed(_ errand: Errand, _ reply: ModelVPC.Reply, on node: Int) throws(Violation) {
        switch (errand, reply) {
        case (.create(let token, _), .interface(let interface)):
            try perform(nodes[node].pool.created(token, InterfaceView(interface), now: now), on: node)
        case (.attach(let eni, _), _): try begin(.setDeleteOnTermination(eni), on: node)
        case (.setDeleteOnTermination(let eni), _):
            try lookForInterface(of: eni, on: node, until: now + scenario.attachTimeout)
        case (.assign(let eni, _, _, let token), .addresses), (.assign(let eni, _, _, let token), .prefixes),
            (.assign(let eni, _, _, let token), .ipv6Prefixes):
            try perform(nodes[node].pool.assigned(eni, reply.blocks, token: token, now: now), on: node)
        case (.unassign(let eni, let blocks), _):
            try perform(nodes[node].pool.unassigned(eni, blocks, now: now), on: node)
        case (.detach(let eni), _):
            try begin(.pollDetached(eni, pause: .milliseconds(200), until: now + .seconds(60)), on: node)
        case (.pollDetached(let eni, _, _), .interfaces(let interfaces)):
            let view = interfaces.map(InterfaceView.init).first { $0.id == eni }
            if view == nil || view?.attachment == .detached {
                try perform(nodes[node].pool.detached(eni, now: now), on: node)
            } else {
                try pollAgain(errand, on: node)
            }
        case (.delete(let eni), _): try perform(nodes[node].pool.deleted(eni, now: now), on: node)
        case (.describe(let takenAt, _, _), .instance(let instance)):
            let view = NodeView(instance, networks: [vpc.cidr], ipv6Networks: [])
            nodes[node].pool.observationAdvanced()
            try begin(.describe(takenAt: takenAt, view, nil), on: node)
        case (.describe(let takenAt, let view, _), .interfaces(let interfaces)):
            nodes[node].pool.observationAdvanced()
            try begin(.describe(takenAt: takenAt, view, interfaces.map(InterfaceView.init)), on: node)
        case (.describe(let takenAt, let view?, let interfaces?), .subnets(let subnets)):
            let near = subnets.filter { $0.zone == view.zone }.map(SubnetView.init)
            let seen = observation(of: node, view, interfaces, near)
            nodes[node].reading.answered()
            try perform(nodes[node].pool.reconcile(seen, takenAt: takenAt, now: now), on: node)
            try endLook(node)
        default:
            throw Violation(
                at: now, .understanding, "the model VPC gave the reply of another request to node \(node)")
        }
    }

    private mutating func fail(_ errand: Errand, _ error: ProviderError, on node: Int) throws(Violation) {
        if case .pollDetached = errand { return try pollAgain(errand, on: node) }
        let jitter = random.nextFraction()
        if let action = errand.action {
            try perform(nodes[node].pool.failed(action, error, jitter: jitter, now: now), on: node)
        } else {
            if error.isThrottling {
                nodes[node].reading.throttled()
                // Before its first view nothing of a node changes: what was read need not be read again.
                if nodes[node].pool.limits == nil { nodes[node].unfinishedLook = errand }
            }
            try perform(nodes[node].pool.observationFailed(error, jitter: jitter, now: now), on: node)
            try endLook(node)
        }
    }

    /// The detachment has begun, so that it is asked for again after a longer pause.
    private mutating func pollAgain(_ errand: Errand, on node: Int) throws(Violation) {
        guard case .pollDetached(let eni, let pause, let deadline) = errand else { return }
        if now + pause < deadline {
            queue.add(
                .detachmentIsPolled(
                    node: node, run: nodes[node].run, eni, pause: min(pause * 2, .seconds(5)), until: deadline),
                at: now + pause)
        } else {
            let error = ProviderError.incorrectState("\(eni) is still being detached after 60 s")
            let jitter = random.nextFraction()
            try perform(nodes[node].pool.failed(.detachENI(eni), error, jitter: jitter, now: now), on: node)
        }
    }

    /// An attached ENI serves pods as soon as the node sees its interface.
    mutating func lookForInterface(of eni: ENIID, on node: Int, until deadline: Instant) throws(Violation) {
        vpc.advance(to: now)
        let (instance, run) = (nodes[node].instance, nodes[node].run)
        if vpc.interfacesInSight(of: instance).contains(where: { ENIID($0.id) == eni }) {
            try perform(nodes[node].pool.ready(eni, now: now), on: node)
        } else if let next = vpc.nextChange(after: now, of: instance), next < deadline {
            queue.add(.interfaceAppears(node: node, run: run, eni, until: deadline), at: next)
        } else if now < deadline {
            queue.add(.interfaceAppears(node: node, run: run, eni, until: deadline), at: deadline)
        } else {
            let error = ProviderError.incorrectState("the interface of \(eni) did not appear on the node")
            let jitter = random.nextFraction()
            try perform(nodes[node].pool.failed(.configureENI(eni), error, jitter: jitter, now: now), on: node)
        }
    }
}

extension ModelVPC.Reply {
    /// What was assigned; nothing in a reply to anything else.
    fileprivate var blocks: [Block] {
        switch self {
        case .addresses(let addresses): addresses.map(Block.address)
        case .prefixes(let prefixes): prefixes.map(Block.prefix)
        case .ipv6Prefixes(let prefixes): prefixes.map(Block.ipv6Prefix)
        default: []
        }
    }
}

extension Result<ModelVPC.Reply, ProviderError> {
    /// What came, in a few words.
    fileprivate var words: String {
        switch self {
        case .success(.interface(let interface)): "\(interface.id)"
        case .success(let reply) where !reply.blocks.isEmpty:
            reply.blocks.map(\.description).joined(separator: " ")
        case .success: "done"
        case .failure(let error): "failed: \(error)"
        }
    }
}
