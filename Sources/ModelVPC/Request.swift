import Addressing

extension ModelVPC {
    /// The calls of the cloud's API, by the names that EC2 gives them.
    public enum Action: String, Hashable, Codable, CodingKeyRepresentable, CaseIterable, Sendable {
        case describeInstances = "DescribeInstances"
        case describeInstanceTypes = "DescribeInstanceTypes"
        case describeNetworkInterfaces = "DescribeNetworkInterfaces"
        case describeSubnets = "DescribeSubnets"
        case createNetworkInterface = "CreateNetworkInterface"
        case attachNetworkInterface = "AttachNetworkInterface"
        case detachNetworkInterface = "DetachNetworkInterface"
        case deleteNetworkInterface = "DeleteNetworkInterface"
        case modifyNetworkInterfaceAttribute = "ModifyNetworkInterfaceAttribute"
        case assignPrivateIpAddresses = "AssignPrivateIpAddresses"
        case unassignPrivateIpAddresses = "UnassignPrivateIpAddresses"
        case assignIpv6Addresses = "AssignIpv6Addresses"
        case unassignIpv6Addresses = "UnassignIpv6Addresses"
        case createTags = "CreateTags"

        /// Whether the call may change something.
        public var isMutating: Bool {
            switch self {
            case .describeInstances, .describeInstanceTypes, .describeNetworkInterfaces, .describeSubnets: false
            default: true
            }
        }
    }

    /// What a caller asks of the cloud.
    public enum Request: Hashable, Codable, Sendable {
        /// Answered by ``Reply/instance(_:)``.
        case describeInstance(InstanceID)
        /// These in the order asked for; `nil`: every instance in the order of the ids. Answered by
        /// ``Reply/instances(_:)``.
        case describeInstances([InstanceID]?)
        /// Answered by ``Reply/instanceTypes(_:)``.
        case describeInstanceTypes
        /// The interfaces attached to an instance, and the detached ones that bear the tag, in the order of their ids.
        /// Answered by ``Reply/interfaces(_:)``.
        case describeInterfacesOf(InstanceID, orTagged: Tag?)
        /// Answered by ``Reply/interfaces(_:)``, in the order asked for.
        case describeInterfaces([InterfaceID])
        /// The interfaces among which a search has to look, in the order of their ids. Answered by
        /// ``Reply/interfaces(_:)``.
        case searchInterfaces(Candidates)
        /// Every subnet in the order in which they were added. Answered by ``Reply/subnets(_:)``.
        case describeSubnets
        /// A new interface, attached to nothing. With the token of a request that has been carried out already: the reply
        /// of then. Answered by ``Reply/interface(_:)``.
        case createInterface(NewInterface, token: String?)
        /// Begins to attach. Answered by ``Reply/attachment(_:)``.
        case attach(InterfaceID, to: InstanceID, deviceIndex: Int)
        /// Begins to detach. Answered by ``Reply/done``.
        case detach(InterfaceID)
        /// Begins to detach the interface that is attached so. Answered by ``Reply/done``.
        case endAttachment(AttachmentID)
        /// Deletes a detached interface, with its addresses. Answered by ``Reply/done``.
        case delete(InterfaceID)
        /// Whether an attached interface is deleted with its instance; fails where the interface is attached otherwise
        /// than by the attachment, if one is named. Answered by ``Reply/done``.
        case setDeleteOnTermination(InterfaceID, Bool, attachment: AttachmentID? = nil)
        /// Assigns secondary addresses: all that are asked for, or none. With the token of a request that has been
        /// carried out already: the reply of then. Answered by ``Reply/addresses(_:)``.
        case assign(InterfaceID, Addresses, token: String?)
        /// Assigns prefixes, as ``assign(_:_:token:)`` does addresses. Answered by ``Reply/prefixes(_:)``.
        case assignPrefixes(InterfaceID, Prefixes, token: String?)
        /// Takes secondary addresses and prefixes away. One that the interface does not have is no error, unless
        /// `strictly`: then nothing is taken away. Answered by ``Reply/done``.
        case unassign(InterfaceID, [IPv4Address] = [], prefixes: [IPv4Network] = [], strictly: Bool = false)
        /// Assigns IPv6 prefixes, as ``assign(_:_:token:)`` does addresses. Answered by ``Reply/ipv6Prefixes(_:)``.
        case assignIPv6Prefixes(InterfaceID, IPv6Prefixes, token: String?)
        /// Takes IPv6 prefixes away, as ``unassign(_:_:prefixes:strictly:)`` does others. Answered by ``Reply/done``.
        case unassignIPv6Prefixes(InterfaceID, [IPv6Network], strictly: Bool = false)
        /// Sets tags of all these interfaces, and leaves those of other keys. Answered by ``Reply/done``.
        case tag([InterfaceID], [String: String])

        /// The call of the API that this is.
        public var action: Action {
            switch self {
            case .describeInstance, .describeInstances: .describeInstances
            case .describeInstanceTypes: .describeInstanceTypes
            case .describeInterfacesOf, .describeInterfaces, .searchInterfaces: .describeNetworkInterfaces
            case .describeSubnets: .describeSubnets
            case .createInterface: .createNetworkInterface
            case .attach: .attachNetworkInterface
            case .detach, .endAttachment: .detachNetworkInterface
            case .delete: .deleteNetworkInterface
            case .setDeleteOnTermination: .modifyNetworkInterfaceAttribute
            case .assign, .assignPrefixes: .assignPrivateIpAddresses
            case .unassign: .unassignPrivateIpAddresses
            case .assignIPv6Prefixes: .assignIpv6Addresses
            case .unassignIPv6Prefixes: .unassignIpv6Addresses
            case .tag: .createTags
            }
        }

        var token: String? {
            switch self {
            case .createInterface(_, let token), .assign(_, _, let token), .assignPrefixes(_, _, let token),
                .assignIPv6Prefixes(_, _, let token):
                token
            default: nil
            }
        }
    }

    /// What an interface is made with.
    public struct NewInterface: Hashable, Codable, Sendable {
        /// The subnet of all its addresses.
        public var subnet: SubnetID
        /// Its own address; `nil`: one of the cloud's choice.
        public var primaryAddress: IPv4Address?
        /// Its secondary addresses.
        public var secondary: Addresses
        /// Its prefixes.
        public var prefixes: Prefixes
        /// The ids of its security groups, which the model keeps and does not look at.
        public var securityGroups: [String]
        /// What it is for.
        public var text: String
        /// Its tags, by key.
        public var tags: [String: String]

        /// An interface with nothing but its primary address, unless more is given.
        public init(
            in subnet: SubnetID, primaryAddress: IPv4Address? = nil, secondary: Addresses = .count(0),
            prefixes: Prefixes = .count(0), securityGroups: [String] = [], text: String = "",
            tags: [String: String] = [:]
        ) {
            self.subnet = subnet
            self.primaryAddress = primaryAddress
            self.secondary = secondary
            self.prefixes = prefixes
            self.securityGroups = securityGroups
            self.text = text
            self.tags = tags
        }
    }

    /// Which addresses or prefixes to assign.
    public enum Selection<Item: Hashable & Codable & Sendable>: Hashable, Codable, Sendable {
        /// So many of the cloud's choice.
        case count(Int)
        /// These; one that the interface has already stays, which is no error.
        case these([Item])

        /// How many are new to an interface that has these already.
        func newCount(besides owned: [Item]) -> Int {
            switch self {
            case .count(let count): count
            case .these(let asked): Set(asked).subtracting(owned).count
            }
        }
    }

    /// Secondary addresses to assign.
    public typealias Addresses = Selection<IPv4Address>
    /// Prefixes to assign, each a /28.
    public typealias Prefixes = Selection<IPv4Network>
    /// IPv6 prefixes to assign, each a /80.
    public typealias IPv6Prefixes = Selection<IPv6Network>

    /// The interfaces among which a search has to look.
    public enum Candidates: Hashable, Codable, Sendable {
        /// Every interface.
        case all
        /// Those that are attached to one of these instances; none for one that does not exist.
        case attached(to: [InstanceID])
        /// Those that bear one of these tags.
        case tagged([Tag])
    }

    /// A key with a value, by which interfaces are found.
    public struct Tag: Hashable, Codable, Sendable {
        /// What the tag is about.
        public var key: String
        /// What it says.
        public var value: String

        /// A tag, whether any interface bears it or not.
        public init(key: String, value: String) {
            self.key = key
            self.value = value
        }
    }
}
