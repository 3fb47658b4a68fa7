import Addressing
import Pool

/// What an interface is created with.
public struct InterfaceRequest: Hashable, Sendable {
    /// What an interface has for pods from the start.
    public enum Secondary: Hashable, Sendable {
        /// So many secondary addresses.
        case addresses(Int)
        /// So many /28 prefixes.
        case prefixes(Int)
    }

    /// Where its addresses come from.
    public var subnet: SubnetID
    /// The security groups' ids; none for the provider's default.
    public var securityGroups: [String]
    /// What the interface has for pods.
    public var secondary: Secondary
    /// The tags that it bears from the start, beside ``CloudTag/instance``.
    public var tags: [String: String]

    public init(
        subnet: SubnetID, securityGroups: [String] = [], secondary: Secondary, tags: [String: String] = [:]
    ) {
        self.subnet = subnet
        self.securityGroups = securityGroups
        self.secondary = secondary
        self.tags = tags
    }
}

/// A cloud, as one node sees it: the same protocol for every backend.
///
/// Every call can be cancelled. A mutation with a ``MutationToken`` that the provider has carried out already returns
/// what it returned then; after ``ProviderError/unreachable(_:)`` the caller reads the provider's view back before it
/// tries anything else.
public protocol CloudProvider: Sendable {
    /// The instance that this node is, with its limits.
    func describeNode() async throws(ProviderError) -> NodeView

    /// The interfaces that are attached to this node, and the detached ones that bear its tag.
    func interfaces() async throws(ProviderError) -> [InterfaceView]

    /// The subnets that this node may use: those of its VPC in its zone, the primary interface's or not.
    func subnets() async throws(ProviderError) -> [SubnetView]

    /// A new interface, attached to nothing, which bears ``CloudTag/instance``.
    func createInterface(
        _ request: InterfaceRequest, token: MutationToken
    ) async throws(ProviderError) -> InterfaceView

    /// Begins to attach an interface to this node; ``interfaces()`` shows when it is attached.
    func attach(_ eni: ENIID, deviceIndex: Int) async throws(ProviderError)

    /// Begins to detach an interface from this node; ``interfaces()`` shows when it is detached.
    func detach(_ eni: ENIID) async throws(ProviderError)

    /// Deletes a detached interface, with its addresses.
    func delete(_ eni: ENIID) async throws(ProviderError)

    /// Whether the provider deletes the interface with the instance.
    func setDeleteOnTermination(_ eni: ENIID, _ enabled: Bool) async throws(ProviderError)

    /// Assigns `count` more secondary addresses of the provider's choice, and returns them.
    func assign(_ eni: ENIID, count: Int, token: MutationToken) async throws(ProviderError) -> [IPv4Address]

    /// Assigns these secondary addresses; assigning one that the interface has already changes nothing.
    func assign(_ eni: ENIID, addresses: [IPv4Address]) async throws(ProviderError)

    /// Assigns `count` more /28 prefixes of the provider's choice, and returns them.
    func assignPrefixes(_ eni: ENIID, count: Int, token: MutationToken) async throws(ProviderError) -> [IPv4Network]

    /// Takes secondary addresses away; one that the interface does not have is no error.
    func unassign(_ eni: ENIID, addresses: [IPv4Address]) async throws(ProviderError)

    /// Takes prefixes away; one that the interface does not have is no error.
    func unassign(_ eni: ENIID, prefixes: [IPv4Network]) async throws(ProviderError)

    /// Assigns `count` more /80 prefixes of IPv6 of the provider's choice, and returns them;
    /// ``ProviderError/incorrectState(_:)`` where the interface's subnet has no IPv6.
    func assignIPv6Prefixes(
        _ eni: ENIID, count: Int, token: MutationToken
    ) async throws(ProviderError) -> [IPv6Network]

    /// Takes prefixes of IPv6 away; one that the interface does not have is no error.
    func unassign(_ eni: ENIID, ipv6Prefixes: [IPv6Network]) async throws(ProviderError)
}
