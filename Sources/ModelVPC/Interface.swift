import Addressing
import Timekeeping

extension ModelVPC {
    struct Subnet: Hashable, Codable, Sendable {
        let id: SubnetID
        let zone: String
        let tags: [String: String]
        var addresses: AddressMap

        var cidr: IPv4Network { addresses.network }
    }

    struct Interface: Hashable, Codable, Sendable {
        struct SecondaryAddress: Hashable, Codable, Sendable {
            let address: IPv4Address
            /// When describing begins to show it.
            let visible: Instant
        }

        let id: InterfaceID
        let subnet: SubnetID
        let primaryAddress: IPv4Address
        /// When describing begins to show it.
        let visible: Instant
        var secondary: [SecondaryAddress]
        var tags: [String: String]
        var attachment: Attachment?

        var mac: MACAddress { .locallyAdministered(UInt64(id.rawValue)) }
    }

    struct Attachment: Hashable, Codable, Sendable {
        enum State: Hashable, Codable, Sendable {
            /// The instance sees the interface from `appears` on, which is not before `until`.
            case attaching(until: Instant, appears: Instant)
            case attached(appears: Instant)
            case detaching(until: Instant)
        }

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
                instance: instance, deviceIndex: deviceIndex, state: shown, deleteOnTermination: deleteOnTermination)
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
