import Addressing

extension ModelVPC {
    /// The calls of the cloud's API, by the names that EC2 gives them.
    public enum Action: String, Hashable, Codable, CodingKeyRepresentable, CaseIterable, Sendable {
        case describeInstances = "DescribeInstances"
        case describeNetworkInterfaces = "DescribeNetworkInterfaces"
        case describeSubnets = "DescribeSubnets"
        case createNetworkInterface = "CreateNetworkInterface"
        case attachNetworkInterface = "AttachNetworkInterface"
        case detachNetworkInterface = "DetachNetworkInterface"
        case deleteNetworkInterface = "DeleteNetworkInterface"
        case modifyNetworkInterfaceAttribute = "ModifyNetworkInterfaceAttribute"
        case assignPrivateIpAddresses = "AssignPrivateIpAddresses"
        case unassignPrivateIpAddresses = "UnassignPrivateIpAddresses"
        case createTags = "CreateTags"

        /// Whether the call may change something.
        public var isMutating: Bool {
            switch self {
            case .describeInstances, .describeNetworkInterfaces, .describeSubnets: false
            default: true
            }
        }
    }

    /// What a caller asks of the cloud.
    public enum Request: Hashable, Codable, Sendable {
        /// Answered by ``Reply/instance(_:)``.
        case describeInstance(InstanceID)
        /// The interfaces attached to an instance, and the detached ones that bear the tag, in the order of their ids.
        /// Answered by ``Reply/interfaces(_:)``.
        case describeInterfacesOf(InstanceID, orTagged: Tag?)
        /// Answered by ``Reply/interfaces(_:)``, in the order asked for.
        case describeInterfaces([InterfaceID])
        /// Every subnet in the order in which they were added. Answered by ``Reply/subnets(_:)``.
        case describeSubnets
        /// A new interface with a primary and these secondary addresses, attached to nothing. With the token of a
        /// request that has been carried out already: the reply of then. Answered by ``Reply/interface(_:)``.
        case createInterface(SubnetID, secondary: Addresses, tags: [String: String], token: String?)
        /// Begins to attach. Answered by ``Reply/done``.
        case attach(InterfaceID, to: InstanceID, deviceIndex: Int)
        /// Begins to detach. Answered by ``Reply/done``.
        case detach(InterfaceID)
        /// Deletes a detached interface, with its addresses. Answered by ``Reply/done``.
        case delete(InterfaceID)
        /// Whether an attached interface is deleted with its instance. Answered by ``Reply/done``.
        case setDeleteOnTermination(InterfaceID, Bool)
        /// Assigns secondary addresses: all that are asked for, or none. With the token of a request that has been
        /// carried out already: the reply of then. Answered by ``Reply/addresses(_:)``.
        case assign(InterfaceID, Addresses, token: String?)
        /// Takes secondary addresses away; one that the interface does not have is no error.
        /// Answered by ``Reply/done``.
        case unassign(InterfaceID, [IPv4Address])
        /// Sets tags, and leaves those of other keys. Answered by ``Reply/done``.
        case tag(InterfaceID, [String: String])

        /// The call of the API that this is.
        public var action: Action {
            switch self {
            case .describeInstance: .describeInstances
            case .describeInterfacesOf, .describeInterfaces: .describeNetworkInterfaces
            case .describeSubnets: .describeSubnets
            case .createInterface: .createNetworkInterface
            case .attach: .attachNetworkInterface
            case .detach: .detachNetworkInterface
            case .delete: .deleteNetworkInterface
            case .setDeleteOnTermination: .modifyNetworkInterfaceAttribute
            case .assign: .assignPrivateIpAddresses
            case .unassign: .unassignPrivateIpAddresses
            case .tag: .createTags
            }
        }

        var token: String? {
            switch self {
            case .createInterface(_, _, _, let token), .assign(_, _, let token): token
            default: nil
            }
        }
    }

    /// Which addresses to assign.
    public enum Addresses: Hashable, Codable, Sendable {
        /// So many of the cloud's choice.
        case count(Int)
        /// These; one that the interface has already stays, which is no error.
        case these([IPv4Address])
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
