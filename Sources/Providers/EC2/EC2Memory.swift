import Addressing
import Pool
import Synchronization

/// What a provider remembers between calls, of bounded size: all of it can be asked again, or forgotten.
final class EC2Memory: Sendable {
    /// What stays as it is for as long as the instance lives; and the security groups, as they were last seen.
    struct Node: Hashable, Sendable {
        var vpc: String
        var zone: String
        var securityGroups: [String]
    }

    /// The networks of the VPC.
    struct Networks: Hashable, Sendable {
        var ipv4: [IPv4Network]
        var ipv6: [IPv6Network]
    }

    private struct Known {
        var subnet: SubnetID
        var addresses: Set<IPv4Address>
        /// When this process created it.
        var created: ContinuousClock.Instant?
    }

    private struct State {
        var node: Node?
        var networks: Networks?
        var limits: [String: NodeLimits] = [:]
        var subnets: [SubnetID: IPv4Network] = [:]
        var interfaces: [ENIID: Known] = [:]
        var completed = CompletedMutations()
    }

    /// How long EC2 may not know an interface everywhere that it has just created.
    private static let newness = Duration.seconds(30)

    private let state = Mutex(State())

    var node: Node? {
        get { state.withLock { $0.node } }
        set { state.withLock { $0.node = newValue } }
    }

    /// The VPC's networks, as they were told last.
    var networks: Networks? {
        get { state.withLock { $0.networks } }
        set { state.withLock { $0.networks = newValue } }
    }

    func limits(of type: String) -> NodeLimits? {
        state.withLock { $0.limits[type] }
    }

    func learn(_ limits: NodeLimits, of type: String) {
        state.withLock { $0.limits[type] = limits }
    }

    // MARK: Subnets

    func cidr(of subnet: SubnetID) -> IPv4Network? {
        state.withLock { $0.subnets[subnet] }
    }

    /// A subnet's CIDR block never changes.
    func learn(_ cidr: IPv4Network, of subnet: SubnetID) {
        state.withLock { $0.subnets[subnet] = cidr }
    }

    // MARK: Interfaces

    /// The node's interfaces are these; new ones that are not shown yet stay known.
    func learn(all views: [InterfaceView]) {
        let now = ContinuousClock.now
        state.withLock { state in
            let old = state.interfaces
            state.interfaces = old.filter { EC2Memory.isNew($0.value, now) }
            for view in views {
                state.interfaces[view.id] = Known(
                    subnet: view.subnet, addresses: Set(view.secondaryAddresses + [view.primaryAddress]),
                    created: old[view.id]?.created)
            }
        }
    }

    func learn(created view: InterfaceView) {
        state.withLock {
            $0.interfaces[view.id] = Known(
                subnet: view.subnet, addresses: Set(view.secondaryAddresses + [view.primaryAddress]),
                created: ContinuousClock.now)
        }
    }

    func learn(deleted eni: ENIID) {
        state.withLock { $0.interfaces[eni] = nil }
    }

    func learn(_ addresses: [IPv4Address], assignedTo eni: ENIID) {
        state.withLock { $0.interfaces[eni]?.addresses.formUnion(addresses) }
    }

    func learn(_ addresses: [IPv4Address], unassignedFrom eni: ENIID) {
        state.withLock { $0.interfaces[eni]?.addresses.subtract(addresses) }
    }

    func subnet(of eni: ENIID) -> SubnetID? {
        state.withLock { $0.interfaces[eni]?.subnet }
    }

    /// All of an interface, its primary one included, as far as this process has seen; `nil` for an unknown interface.
    func addresses(of eni: ENIID) -> Set<IPv4Address>? {
        state.withLock { $0.interfaces[eni]?.addresses }
    }

    /// Whether EC2 may not know the interface everywhere yet.
    func isNew(_ eni: ENIID) -> Bool {
        let now = ContinuousClock.now
        return state.withLock { $0.interfaces[eni].map { EC2Memory.isNew($0, now) } ?? false }
    }

    private static func isNew(_ known: Known, _ now: ContinuousClock.Instant) -> Bool {
        known.created.map { now - $0 < newness } ?? false
    }

    // MARK: Mutations that EC2 has no token for

    /// What the mutation with this token returned when it was carried out; `nil` when it was not.
    ///
    /// - Throws: ``ProviderError/incorrectState(_:)`` for a token of another mutation.
    func result(of token: MutationToken, for mutation: CompletedMutations.Mutation) throws(ProviderError)
        -> CompletedMutations.Result?
    {
        guard let done = state.withLock({ $0.completed[token] }) else { return nil }
        guard done.mutation == mutation else {
            throw .incorrectState("the token \(token) belongs to another request")
        }
        return done.result
    }

    func complete(
        _ token: MutationToken, _ mutation: CompletedMutations.Mutation, with result: CompletedMutations.Result
    ) {
        state.withLock { $0.completed[token] = (mutation, result) }
    }
}

/// The last mutations that were carried out, by their tokens.
struct CompletedMutations {
    enum Mutation: Hashable, Sendable {
        case assign(ENIID, count: Int)
        case assignPrefixes(ENIID, count: Int)
        case assignIPv6Prefixes(ENIID, count: Int)
    }

    enum Result: Hashable, Sendable {
        case addresses([IPv4Address])
        case prefixes([IPv4Network])
        case ipv6Prefixes([IPv6Network])
    }

    /// A node makes far fewer in the time in which it may ask again.
    static let capacity = 256

    private var done: [MutationToken: (mutation: Mutation, result: Result)] = [:]
    /// The tokens from the oldest to the newest.
    private var order: [MutationToken] = []

    subscript(token: MutationToken) -> (mutation: Mutation, result: Result)? {
        get { done[token] }
        set {
            if done[token] == nil { order.append(token) }
            done[token] = newValue
            if order.count > CompletedMutations.capacity { done[order.removeFirst()] = nil }
        }
    }
}
