extension ModelVPC {
    /// The name of a network interface; the n-th that the VPC made prints as `eni-` and n in 17 hexadecimal digits.
    public struct InterfaceID: RawRepresentable, Hashable, Comparable, Codable, CodingKeyRepresentable, Sendable {
        /// Counts from 1 in the order of creation.
        public let rawValue: Int

        /// The interface of this number, whether it exists or not.
        public init(rawValue: Int) {
            self.rawValue = rawValue
        }

        public static func < (left: InterfaceID, right: InterfaceID) -> Bool {
            left.rawValue < right.rawValue
        }
    }

    /// The name of a subnet, which whoever adds it chooses.
    public struct SubnetID: RawRepresentable, Hashable, Codable, CodingKeyRepresentable, Sendable {
        /// The name as text.
        public let rawValue: String

        /// The subnet of this name, whether it exists or not.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }
    }

    /// The name of an instance, which whoever launches it chooses.
    public struct InstanceID: RawRepresentable, Hashable, Codable, CodingKeyRepresentable, Sendable {
        /// The name as text.
        public let rawValue: String

        /// The instance of this name, whether it exists or not.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }
    }
}

extension ModelVPC.InterfaceID: LosslessStringConvertible {
    /// Reads what ``description`` prints, and nothing else.
    public init?(_ text: String) {
        guard text.hasPrefix("eni-"), let number = Int(text.dropFirst(4), radix: 16) else { return nil }
        self.init(rawValue: number)
        guard description == text else { return nil }
    }

    public var description: String {
        let digits = String(rawValue, radix: 16)
        return "eni-" + String(repeating: "0", count: max(17 - digits.count, 0)) + digits
    }
}

extension ModelVPC.SubnetID: CustomStringConvertible {
    public var description: String { rawValue }
}

extension ModelVPC.InstanceID: CustomStringConvertible {
    public var description: String { rawValue }
}
