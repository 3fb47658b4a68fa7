import InstanceLimits

extension ModelVPC {
    /// What an instance of a type can have.
    public struct Limits: Hashable, Codable, Sendable {
        /// The most interfaces, the primary one included.
        public var interfaces: Int
        /// The most IPv4 addresses of one interface, its primary address included.
        public var ipv4PerInterface: Int

        public init(interfaces: Int, ipv4PerInterface: Int) {
            self.interfaces = interfaces
            self.ipv4PerInterface = ipv4PerInterface
        }

        public init(_ type: InstanceType) {
            self.init(interfaces: type.enis, ipv4PerInterface: type.ipv4PerENI)
        }
    }

    public struct Instance: Hashable, Codable, Sendable {
        public let id: InstanceID
        public let type: String
        public let zone: String
        public let limits: Limits
        public let primaryInterface: InterfaceID
        /// All that are attaching, attached or detaching, in the order of their attaching.
        public internal(set) var interfaces: [InterfaceID]
    }
}
