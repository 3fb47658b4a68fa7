/// A value that is one piece of text in every encoded form, as people write it.
protocol TextCodable: LosslessStringConvertible, Codable {
    /// What the text must be, for the error that a wrong one gets.
    static var expectedText: String { get }
}

extension TextCodable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = Self(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "'\(text)' is not \(Self.expectedText)")
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension IPv4Address: TextCodable {
    static let expectedText = "an IPv4 address such as 10.0.3.7"
}

extension IPv4Network: TextCodable {
    static let expectedText = "an IPv4 network such as 10.0.3.0/24, with host bits zero"
}

extension IPv6Address: TextCodable {
    static let expectedText = "an IPv6 address such as 2001:db8::7"
}

extension IPv6Network: TextCodable {
    static let expectedText = "an IPv6 network such as 2001:db8:0:3::/64, with host bits zero"
}

extension IPAddress: TextCodable {
    static let expectedText = "an IPv4 or IPv6 address such as 10.0.3.7 or 2001:db8::7"
}

extension IPNetwork: TextCodable {
    static let expectedText = "an IPv4 or IPv6 network such as 10.0.3.0/24 or 2001:db8:0:3::/64, with host bits zero"
}

extension MACAddress: TextCodable {
    static let expectedText = "a MAC address such as 02:11:22:33:44:55"
}
