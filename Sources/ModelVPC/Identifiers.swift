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

    /// The name of one attachment of an interface to an instance; the n-th that the VPC made prints as `eni-attach-` and n
    /// in 17 hexadecimal digits.
    public struct AttachmentID: RawRepresentable, Hashable, Codable, CodingKeyRepresentable, Sendable {
        /// Counts from 1 in the order of attaching.
        public let rawValue: Int

        /// The attachment of this number, whether it exists or not.
        public init(rawValue: Int) {
            self.rawValue = rawValue
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
        guard let number = number(after: "eni-", in: text) else { return nil }
        self.init(rawValue: number)
    }

    public var description: String { name("eni-", rawValue) }
}

extension ModelVPC.AttachmentID: LosslessStringConvertible {
    /// Reads what ``description`` prints, and nothing else.
    public init?(_ text: String) {
        guard let number = number(after: "eni-attach-", in: text) else { return nil }
        self.init(rawValue: number)
    }

    public var description: String { name("eni-attach-", rawValue) }
}

extension ModelVPC.SubnetID: CustomStringConvertible {
    public var description: String { rawValue }
}

extension ModelVPC.InstanceID: CustomStringConvertible {
    public var description: String { rawValue }
}

/// More than any number has.
private let digitCount = 17
private let hexDigits = Array("0123456789abcdef".utf8)

private func name(_ prefix: String, _ number: Int) -> String {
    var text = Array(prefix.utf8)
    for place in (0..<digitCount).reversed() { text.append(hexDigits[number >> (4 * place) & 0xf]) }
    return String(decoding: text, as: UTF8.self)
}

/// The number of which ``name(_:_:)`` makes this text.
private func number(after prefix: String, in text: String) -> Int? {
    guard text.hasPrefix(prefix) else { return nil }
    let digits = text.utf8.dropFirst(prefix.utf8.count)
    guard digits.count == digitCount else { return nil }
    var number = 0
    for digit in digits {
        guard number < 1 << 59, let value = hexDigits.firstIndex(of: digit) else { return nil }
        number = number << 4 | value
    }
    return number
}
