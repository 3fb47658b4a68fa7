/// A name that the provider gave to something of its own: plain text in every encoded form.
public protocol ProviderName: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    /// The name as the provider writes it.
    init(_ text: String)
}

extension ProviderName {
    public static func < (left: Self, right: Self) -> Bool {
        left.description < right.description
    }

    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// The provider's name of a network interface, such as `eni-0a1b2c3d`.
public struct ENIID: ProviderName {
    public let description: String

    public init(_ text: String) {
        description = text
    }
}

/// The provider's name of a subnet, such as `subnet-0a1b2c3d`.
public struct SubnetID: ProviderName {
    public let description: String

    public init(_ text: String) {
        description = text
    }
}

/// The identity of one mutation: a provider that sees the same token twice carries the mutation out once.
public struct MutationToken: Hashable, Codable, Sendable, CustomStringConvertible {
    /// The token as the provider gets it.
    public let description: String

    public init(_ text: String) {
        description = text
    }
}
