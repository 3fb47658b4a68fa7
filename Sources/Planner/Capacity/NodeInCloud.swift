import Identity
import ModelVPC
import ModelViews
import Pool
import Timekeeping

/// A node with its real pool in a cloud that answers at once: nothing of the pool's rules is here.
///
/// Each event is carried through until nothing more is to be done. The pods' names are numbers.
struct NodeInCloud {
    private(set) var pool: Pool
    let instance: ModelVPC.InstanceID
    private(set) var now: Instant
    /// The pods that have an address.
    private(set) var running = 0
    /// Why the last pod that asked in vain got no address; times are told from then on.
    private(set) var refusal: Cause?
    private var podsMade = 0
    private var releasedPods = 0

    /// The longest that a pool is given to settle, in its own steps: each is a tick for which it asked.
    private static let mostTicks = 100

    /// A node that was launched already, whose pool reads what it has.
    ///
    /// - Parameter pods: how many pods have addresses of its ENIs, in the order of these.
    init(
        _ instance: ModelVPC.InstanceID, _ configuration: PoolConfiguration, pods: Int = 0, in vpc: inout ModelVPC
    ) {
        self.instance = instance
        now = vpc.clock
        pool = Pool(configuration: configuration, nonce: instance.rawValue, now: now)
        guard var seen = observation(&vpc) else { return }
        let addresses = seen.interfaces.flatMap(\.blocks).flatMap(\.addresses).prefix(pods)
        for address in addresses {
            podsMade += 1
            seen.pods.append(Observation.Pod(id: podID(podsMade), addresses: .ipv4(address)))
        }
        running = podsMade
        perform(pool.reconcile(seen, takenAt: now, now: now), &vpc)
    }

    /// A pod asks for an address, and does not wait.
    ///
    /// - Returns: whether it gets one; otherwise ``refusal`` says why not.
    @discardableResult
    mutating func add(_ vpc: inout ModelVPC) -> Bool {
        podsMade += 1
        let before = running
        let request = AddRequest(id: podID(podsMade), netns: "", deadline: now + .milliseconds(1))
        perform(pool.add(request, waiter: WaiterID(UInt64(podsMade)), now: now), &vpc)
        return running > before
    }

    /// The pod that runs longest ends, and its address begins to rest.
    mutating func release(_ vpc: inout ModelVPC) {
        releasedPods += 1
        running -= 1
        perform(pool.release(podID(releasedPods), now: now), &vpc)
    }

    /// Lets time pass until the pool has no wish left.
    mutating func settle(_ vpc: inout ModelVPC) {
        for _ in 0..<NodeInCloud.mostTicks {
            guard let next = pool.nextTick(after: now) else { return }
            now = next
            vpc.advance(to: now)
            perform(pool.tick(now: now), &vpc)
        }
    }

    /// Lets so much time pass, and no more.
    mutating func rest(for duration: Duration, _ vpc: inout ModelVPC) {
        let end = now + duration
        while let next = pool.nextTick(after: now), next <= end {
            now = next
            vpc.advance(to: now)
            perform(pool.tick(now: now), &vpc)
        }
        now = end
        vpc.advance(to: now)
    }

    private func podID(_ number: Int) -> AttachmentID {
        AttachmentID(network: "plan", containerID: "\(number)", ifname: "eth0")
    }

    private func observation(_ vpc: inout ModelVPC) -> Observation? {
        guard
            case .success(.instance(let node)) = vpc.handle(.describeInstance(instance), from: instance, at: now).result,
            case .success(.interfaces(let interfaces)) =
                vpc.handle(.describeInterfacesOf(instance, orTagged: nil), from: instance, at: now).result,
            case .success(.subnets(let subnets)) = vpc.handle(.describeSubnets, from: instance, at: now).result
        else { return nil }
        return Observation(
            node: NodeView(node, networks: [vpc.cidr], ipv6Networks: vpc.ipv6Networks),
            interfaces: interfaces.map(InterfaceView.init),
            subnets: subnets.filter { $0.zone == node.zone }.map(SubnetView.init),
            pods: [])
    }

    // MARK: The pool's actions

    private mutating func perform(_ outcome: Outcome, _ vpc: inout ModelVPC) {
        var actions = outcome.actions[...]
        while let action = actions.popFirst() {
            switch action {
            case .grant: running += 1
            case .refuse(_, let cause): refusal = cause.counted(from: now)
            case .readBack: break
            case .configureENI(let eni): actions += pool.ready(eni, now: now).actions
            default: actions += answer(action, &vpc).actions
            }
        }
    }

    private mutating func answer(_ action: Action, _ vpc: inout ModelVPC) -> Outcome {
        do throws(ProviderError) {
            return try carryOut(action, &vpc)
        } catch {
            return pool.failed(action, error, jitter: 0, now: now)
        }
    }

    private mutating func carryOut(_ action: Action, _ vpc: inout ModelVPC) throws(ProviderError) -> Outcome {
        func ask(_ request: ModelVPC.Request) throws(ProviderError) -> ModelVPC.Reply {
            do throws(ModelVPC.Failure) {
                return try vpc.handle(request, from: instance, at: now).result.get()
            } catch {
                throw ProviderError(error)
            }
        }
        switch action {
        case .createENI(let token, let eni):
            if case .interface(let made) = try ask(.createInterface(ModelVPC.NewInterface(eni), token: nil)) {
                return pool.created(token, InterfaceView(made), now: now)
            }
        case .attachENI(let eni, let index):
            _ = try ask(.attach(.init(eni), to: instance, deviceIndex: index))
            return pool.ready(eni, now: now)
        case .assign(let eni, let kind, let count, let token):
            switch try ask(.assigning(kind, count: count, to: .init(eni), token: nil)) {
            case .addresses(let new): return pool.assigned(eni, new.map(Block.address), token: token, now: now)
            case .prefixes(let new): return pool.assigned(eni, new.map(Block.prefix), token: token, now: now)
            case .ipv6Prefixes(let new): return pool.assigned(eni, new.map(Block.ipv6Prefix), token: token, now: now)
            default: break
            }
        case .unassign(let eni, let blocks):
            _ = try ask(.taking(blocks, from: .init(eni)))
            return pool.unassigned(eni, blocks, now: now)
        case .detachENI(let eni):
            _ = try ask(.detach(.init(eni)))
            return pool.detached(eni, now: now)
        case .deleteENI(let eni):
            _ = try ask(.delete(.init(eni)))
            return pool.deleted(eni, now: now)
        case .grant, .refuse, .configureENI, .readBack: break
        }
        return Outcome()
    }
}

extension Cause {
    /// The same with its times counted from a moment, as if that were a clock's origin.
    fileprivate func counted(from now: Instant) -> Cause {
        func later(_ at: Instant) -> Instant { .origin + (at - now) }
        return switch self {
        case .subnetExhausted(let subnet, let at): .subnetExhausted(subnet, retryAt: later(at))
        case .noContiguousPrefix(let subnet, let at): .noContiguousPrefix(subnet, retryAt: later(at))
        case .providerFailing(let what, let at): .providerFailing(what, retryAt: later(at))
        case .cooling(let count, let until): .cooling(count: count, until: later(until))
        default: self
        }
    }
}
