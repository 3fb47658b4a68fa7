import Addressing
import Timekeeping

extension ModelVPC {
    /// The cloud's answer to one request.
    public struct Response: Hashable, Sendable {
        /// What was asked for, or why it was not done.
        public let result: Result<Reply, Failure>
        /// When the answer reaches the caller; ``Instant/distantFuture`` with ``Failure/noAnswer``.
        public let at: Instant

        init(_ result: Result<Reply, Failure>, at: Instant) {
            self.result = result
            self.at = result == .failure(.noAnswer) ? .distantFuture : at
        }
    }

    /// What was asked for: which case answers which request is said at ``Request``.
    public enum Reply: Hashable, Codable, Sendable {
        indirect case instance(Instance)
        case instances([InstanceDescription])
        /// The limits of the types that the instances have.
        case instanceTypes([String: Limits])
        case interfaces([InterfaceDescription])
        case subnets([SubnetDescription])
        indirect case interface(InterfaceDescription)
        case addresses([IPv4Address])
        case prefixes([IPv4Network])
        case ipv6Prefixes([IPv6Network])
        /// As it was when it began.
        case attachment(AttachmentDescription)
        case done
    }

    /// An instance as the API shows it with its interfaces.
    public struct InstanceDescription: Hashable, Codable, Sendable {
        /// The instance.
        public let instance: Instance
        /// Those that are attaching, attached or detaching, in the order of their ids.
        public let interfaces: [InterfaceDescription]
    }

    /// An interface as the API shows it, which for a time can be without its newest addresses and prefixes.
    public struct InterfaceDescription: Hashable, Codable, Sendable {
        /// Its name.
        public let id: InterfaceID
        /// Its hardware address, unique in the VPC.
        public let mac: MACAddress
        /// The subnet of all its addresses.
        public let subnet: SubnetID
        /// The subnet's network.
        public let subnetCIDR: IPv4Network
        /// The subnet's IPv6 network, a /64; `nil` where it has none.
        public let subnetIPv6CIDR: IPv6Network?
        /// The subnet's zone.
        public let zone: String
        /// Its own address, for as long as it lives.
        public let primaryAddress: IPv4Address
        /// Its own IPv6 address, for as long as it lives; `nil` for an interface without one.
        public let ipv6Address: IPv6Address?
        /// In the order in which they were assigned.
        public let secondaryAddresses: [IPv4Address]
        /// Each a /28, in the order in which they were assigned.
        public let prefixes: [IPv4Network]
        /// Each a /80, in the order in which they were assigned.
        public let ipv6Prefixes: [IPv6Network]
        /// The ids of its security groups, as they were given when it was made; the model does not look at them.
        public let securityGroups: [String]
        /// What it is for, as it was given when it was made.
        public let text: String
        /// Its tags, by key.
        public let tags: [String: String]
        /// `nil` while attached to nothing.
        public let attachment: AttachmentDescription?
    }

    /// To which instance an interface is attached, and how far.
    public struct AttachmentDescription: Hashable, Codable, Sendable {
        /// Where the attachment stands.
        public enum State: String, Hashable, Codable, Sendable {
            case attaching
            case attached
            case detaching
        }

        /// Its name, which no other attachment has had.
        public let id: AttachmentID
        /// The instance.
        public let instance: InstanceID
        /// 0 for the primary interface; unique among those of the instance.
        public let deviceIndex: Int
        /// Where the attachment stands.
        public let state: State
        /// Whether the interface is deleted with the instance.
        public let deleteOnTermination: Bool
    }

    /// A subnet as the API shows it.
    public struct SubnetDescription: Hashable, Codable, Sendable {
        /// Its name.
        public let id: SubnetID
        /// Its network.
        public let cidr: IPv4Network
        /// Its IPv6 network, a /64; `nil` where it has none.
        public let ipv6CIDR: IPv6Network?
        /// The zone of all that is in it.
        public let zone: String
        /// How many addresses it can still give; never late.
        public let freeAddresses: Int
        /// Its tags, by key.
        public let tags: [String: String]
    }
}
