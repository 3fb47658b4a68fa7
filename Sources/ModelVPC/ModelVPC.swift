import Addressing
import Collections
import Timekeeping

/// A cloud as a value: subnets with real address maps, instances, interfaces, and the limits, delays, throttling and
/// faults of a real one. It has no clock, no randomness but its seed, and no I/O: `(state, request, now) -> (state,
/// reply, when)`.
///
/// ```swift
/// var vpc = ModelVPC(cidr: IPv4Network("10.0.0.0/16")!, seed: 1)
/// try vpc.addSubnet(SubnetID(rawValue: "subnet-a"), cidr: IPv4Network("10.0.0.0/24")!, zone: "a")
/// let node = try vpc.launch(node, type: "m5.large", limits: Limits(type), in: subnet, at: now)
/// let response = vpc.handle(.assign(node.primaryInterface, .count(4), token: nil), from: node.id, at: now)
/// // response.result is .success(.addresses([…])), and reaches the caller at response.at
/// ```
///
/// Time is what the caller says, and never goes back: an earlier instant counts as the latest one seen.
public struct ModelVPC: Hashable, Codable, Sendable {
    /// The network that holds those of all subnets.
    public let cidr: IPv4Network
    /// How slow and how consistent it is.
    public let settings: Settings

    /// The latest time that it has been told.
    public internal(set) var clock: Instant = .origin
    var random: Random
    var throttling: Throttling
    var faults: [ArmedFault]

    var subnets: [SubnetID: Subnet] = [:]
    var subnetOrder: [SubnetID] = []
    var instances: [InstanceID: Instance] = [:]
    var interfaces: [InterfaceID: Interface] = [:]
    var interfacesMade = 0
    var attachmentsMade = 0
    /// The interface of each attachment.
    var attachments: [AttachmentID: InterfaceID] = [:]
    /// The interfaces that bear a tag.
    var tagged: [Tag: Set<InterfaceID>] = [:]
    /// What changes by itself, the earliest first.
    var changes: Deque<Change> = []
    var completed: [String: Completed] = [:]
    var expiries: Deque<Expiry> = []

    /// An empty cloud.
    ///
    /// - Parameter faults: the first that matches a call decides about it.
    public init(
        cidr: IPv4Network, settings: Settings = Settings(), throttling: Throttling = Throttling(),
        faults: [FaultRule] = [], seed: UInt64
    ) {
        self.cidr = cidr
        self.settings = settings
        self.throttling = throttling
        self.faults = faults.map { ArmedFault(rule: $0) }
        random = Random(seed: seed)
    }

    /// Carries a request out, unless the caller is throttled or a fault stops it.
    ///
    /// - Parameter caller: the instance that calls, as fault rules name it.
    public mutating func handle(_ request: Request, from caller: InstanceID, at now: Instant) -> Response {
        advance(to: now)
        let action = request.action
        let latency = settings.latencyPerAction[action] ?? settings.latency
        let arrival = clock + latency.drawn(from: &random)
        do throws(Failure) {
            try throttling.take(for: action, at: clock)
        } catch {
            return Response(.failure(error), at: arrival)
        }
        switch fault(on: action, by: caller) {
        case .fail(.unauthorized):
            // A rule for several actions does not know which of them it will refuse.
            return Response(.failure(.unauthorized(action)), at: arrival)
        case .fail(let failure):
            return Response(.failure(failure), at: arrival)
        case .loseReply:
            _ = carryOut(request, stuck: false)
            return Response(.failure(.noAnswer), at: arrival)
        case .attachStuck:
            return Response(carryOut(request, stuck: true), at: arrival)
        case nil:
            return Response(carryOut(request, stuck: false), at: arrival)
        }
    }

    private mutating func fault(on action: Action, by caller: InstanceID) -> FaultRule.Effect? {
        for index in faults.indices where faults[index].fires(on: action, by: caller, at: clock, random: &random) {
            return faults[index].rule.effect
        }
        return nil
    }

    private mutating func carryOut(_ request: Request, stuck: Bool) -> Result<Reply, Failure> {
        if let token = request.token, let completed = completed[token] {
            return completed.request == request
                ? .success(completed.reply) : .failure(.idempotentParameterMismatch(token: token))
        }
        do throws(Failure) {
            let reply = try perform(request, stuck: stuck)
            if let token = request.token {
                completed[token] = Completed(request: request, reply: reply)
                expiries.append(Expiry(at: clock + settings.tokenLifetime, token: token))
            }
            return .success(reply)
        } catch {
            return .failure(error)
        }
    }

    private mutating func perform(_ request: Request, stuck: Bool) throws(Failure) -> Reply {
        switch request {
        case .describeInstance(let id): return .instance(try instance(id))
        case .describeInstances(let ids): return .instances(try describeInstances(ids))
        case .describeInstanceTypes: return .instanceTypes(instanceTypes)
        case .describeInterfacesOf(let instance, let tag):
            return .interfaces(try describeInterfaces(of: instance, orTagged: tag))
        case .describeInterfaces(let ids): return .interfaces(try describeInterfaces(ids))
        case .searchInterfaces(let candidates): return .interfaces(describeInterfaces(candidates))
        case .describeSubnets: return .subnets(describeSubnets())
        case .createInterface(let new, _): return .interface(try createInterface(new))
        case .attach(let interface, let instance, let deviceIndex):
            return .attachment(try attach(interface, to: instance, deviceIndex: deviceIndex, stuck: stuck))
        case .detach(let interface): try detach(interface)
        case .endAttachment(let attachment): try detach(try interface(attachedBy: attachment))
        case .delete(let interface): try delete(interface)
        case .setDeleteOnTermination(let interface, let enabled, let attachment):
            try setDeleteOnTermination(interface, enabled, attachment: attachment)
        case .assign(let interface, let addresses, _): return .addresses(try assign(addresses, to: interface))
        case .assignPrefixes(let interface, let prefixes, _):
            return .prefixes(try assignPrefixes(prefixes, to: interface))
        case .unassign(let interface, let addresses, let prefixes, let strictly):
            try unassign(addresses, prefixes, from: interface, strictly: strictly)
        case .assignIPv6Prefixes(let interface, let prefixes, _):
            return .ipv6Prefixes(try assignIPv6Prefixes(prefixes, to: interface))
        case .unassignIPv6Prefixes(let interface, let prefixes, let strictly):
            try unassignIPv6Prefixes(prefixes, from: interface, strictly: strictly)
        case .tag(let interfaces, let tags): try tag(interfaces, tags)
        }
        return .done
    }
}

extension ModelVPC {
    func interface(_ id: InterfaceID) throws(Failure) -> Interface {
        guard let interface = interfaces[id] else { throw .interfaceNotFound(id) }
        return interface
    }

    func interface(attachedBy id: AttachmentID) throws(Failure) -> InterfaceID {
        guard let interface = attachments[id] else { throw .attachmentNotFound(id) }
        return interface
    }

    func subnet(_ id: SubnetID) throws(Failure) -> Subnet {
        guard let subnet = subnets[id] else { throw .subnetNotFound(id) }
        return subnet
    }

    /// An instance, as it is.
    ///
    /// - Throws: ``Failure/instanceNotFound(_:)``.
    public func instance(_ id: InstanceID) throws(Failure) -> Instance {
        guard let instance = instances[id] else { throw .instanceNotFound(id) }
        return instance
    }
}
