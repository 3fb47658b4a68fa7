import Addressing
import Timekeeping

extension ModelVPC {
    /// The sizes that subnets can have. Source: Amazon VPC user guide, "Subnet CIDR blocks".
    public static let subnetPrefixLengths = 16...28

    struct Subnet: Hashable, Codable, Sendable {
        let id: SubnetID
        let zone: String
        let tags: [String: String]
        var addresses: AddressMap
        /// `nil` in a subnet without IPv6.
        var ipv6: IPv6PrefixMap?

        var cidr: IPv4Network { addresses.network }
    }

    struct Interface: Hashable, Codable, Sendable {
        /// A secondary address or a prefix.
        struct Assigned<Item: Hashable & Codable & Sendable>: Hashable, Codable, Sendable {
            let item: Item
            /// When describing begins to show it.
            let visible: Instant
        }

        let id: InterfaceID
        let subnet: SubnetID
        let primaryAddress: IPv4Address
        /// Its own IPv6 address, which only the interface has that an instance was launched with.
        var ipv6Address: IPv6Address?
        /// When describing begins to show it.
        let visible: Instant
        let securityGroups: [String]
        let text: String
        var secondary: [Assigned<IPv4Address>]
        var prefixes: [Assigned<IPv4Network>]
        var ipv6Prefixes: [Assigned<IPv6Network>] = []
        var tags: [String: String]
        var attachment: Attachment?

        /// How many of the IPv4 addresses that its instance's type allows it uses: each prefix counts as one. Source: EC2 user
        /// guide, "Prefix delegation for Amazon EC2 network interfaces".
        var slots: Int { 1 + secondary.count + prefixes.count }

        /// The same of the IPv6 addresses.
        var ipv6Slots: Int { (ipv6Address == nil ? 0 : 1) + ipv6Prefixes.count }

        var mac: MACAddress { .locallyAdministered(UInt64(id.rawValue)) }
    }

    struct Attachment: Hashable, Codable, Sendable {
        enum State: Hashable, Codable, Sendable {
            /// The instance sees the interface from `appears` on, which is not before `until`.
            case attaching(until: Instant, appears: Instant)
            case attached(appears: Instant)
            case detaching(until: Instant)

            /// When it changes, or changed, by itself.
            var changes: [Instant] {
                switch self {
                case .attaching(let until, let appears): [until, appears]
                case .attached(let instant), .detaching(let instant): [instant]
                }
            }
        }

        let id: AttachmentID
        let instance: InstanceID
        let deviceIndex: Int
        var deleteOnTermination: Bool
        var state: State

        var description: AttachmentDescription {
            let shown: AttachmentDescription.State =
                switch state {
                case .attaching: .attaching
                case .attached: .attached
                case .detaching: .detaching
                }
            return AttachmentDescription(
                id: id, instance: instance, deviceIndex: deviceIndex, state: shown,
                deleteOnTermination: deleteOnTermination)
        }
    }

    /// The time at which something about an interface changes by itself.
    struct Change: Hashable, Codable, Sendable {
        let at: Instant
        let interface: InterfaceID
    }

    /// A mutation that was carried out, for the caller that asks for it again.
    struct Completed: Hashable, Codable, Sendable {
        let request: Request
        let reply: Reply
    }

    struct Expiry: Hashable, Codable, Sendable {
        let at: Instant
        let token: String
    }
}
