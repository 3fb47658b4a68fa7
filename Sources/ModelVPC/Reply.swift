import Addressing
import Timekeeping

extension ModelVPC {
    /// The cloud's answer to one request.
    public struct Response: Hashable, Sendable {
        public let result: Result<Reply, Failure>
        /// When the answer reaches the caller; ``Instant/distantFuture`` with ``Failure/noAnswer``.
        public let at: Instant

        init(_ result: Result<Reply, Failure>, at: Instant) {
            self.result = result
            self.at = result == .failure(.noAnswer) ? .distantFuture : at
        }
    }

    public enum Reply: Hashable, Codable, Sendable {
        case instance(Instance)
        case interfaces([InterfaceDescription])
        case subnets([SubnetDescription])
        case interface(InterfaceDescription)
        case addresses([IPv4Address])
        case done
    }

    /// An interface as the API shows it, which for a time can be without its newest addresses.
    public struct InterfaceDescription: Hashable, Codable, Sendable {
        public let id: InterfaceID
        public let mac: MACAddress
        public let subnet: SubnetID
        public let subnetCIDR: IPv4Network
        public let primaryAddress: IPv4Address
        /// In the order in which they were assigned.
        public let secondaryAddresses: [IPv4Address]
        public let tags: [String: String]
        /// `nil` while attached to nothing.
        public let attachment: AttachmentDescription?
    }

    public struct AttachmentDescription: Hashable, Codable, Sendable {
        public enum State: String, Hashable, Codable, Sendable {
            case attaching
            case attached
            case detaching
        }

        public let instance: InstanceID
        public let deviceIndex: Int
        public let state: State
        public let deleteOnTermination: Bool
    }

    public struct SubnetDescription: Hashable, Codable, Sendable {
        public let id: SubnetID
        public let cidr: IPv4Network
        public let zone: String
        public let freeAddresses: Int
        public let tags: [String: String]
    }
}
