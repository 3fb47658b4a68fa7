/// The provider's name of a network interface, such as `eni-0a1b2c3d`.
public struct ENIID: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    /// The text as the provider has it.
    public let description: String

    public init(_ text: String) {
        description = text
    }

    public static func < (left: ENIID, right: ENIID) -> Bool {
        left.description < right.description
    }

    public init(from decoder: any Decoder) throws {
        description = try decoder.singleValueContainer().decode(String.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// The provider's name of a subnet, such as `subnet-0a1b2c3d`.
public struct SubnetID: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    /// The text as the provider has it.
    public let description: String

    public init(_ text: String) {
        description = text
    }

    public static func < (left: SubnetID, right: SubnetID) -> Bool {
        left.description < right.description
    }

    public init(from decoder: any Decoder) throws {
        description = try decoder.singleValueContainer().decode(String.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// The identity of one mutation: a provider that sees the same token twice carries the mutation out once.
public struct MutationToken: Hashable, Codable, Sendable, CustomStringConvertible {
    /// The text as the provider has it.
    public let description: String

    public init(_ text: String) {
        description = text
    }
}
