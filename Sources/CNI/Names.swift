/// A text with a grammar: decoding refuses every other text, and says what is allowed.
protocol ValidatedText: LosslessStringConvertible, Decodable, Hashable, Sendable {
    /// What the text must be, for the error that a wrong one gets.
    static var expectedText: String { get }
}

extension ValidatedText {
    /// - Throws: `DecodingError` that says what the text must be.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = Self(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: Self.refusal(of: text))
        }
        self = value
    }

    /// Says that a text is not one of these, and what is.
    static func refusal(of text: String) -> String { "'\(text)' is not \(expectedText)" }
}

/// The runtime's name of a container or pod sandbox: a letter or digit, then letters, digits, `_`, `.` and `-`.
///
/// Source: CNI specification 1.1.0, section 2, `CNI_CONTAINERID`.
public struct ContainerID: ValidatedText {
    static let expectedText = "a container id: \(identifierRule)"
    /// The text itself.
    public let description: String

    /// `nil` for a text of another form.
    public init?(_ text: String) {
        guard isIdentifier(text) else { return nil }
        description = text
    }
}

/// The name of a network configuration, of the same form as a container id.
///
/// Source: CNI specification 1.1.0, section 1, `name`.
public struct NetworkName: ValidatedText {
    static let expectedText = "a network name: \(identifierRule)"
    /// The text itself.
    public let description: String

    /// `nil` for a text of another form.
    public init?(_ text: String) {
        guard isIdentifier(text) else { return nil }
        description = text
    }
}

/// The name of a network interface: 1 to 15 bytes, not `.` or `..`, without `/`, `:` and white space.
///
/// Source: CNI specification 1.1.0, section 2, `CNI_IFNAME`; Linux, `dev_valid_name`.
public struct InterfaceName: ValidatedText {
    static let expectedText =
        "an interface name: 1 to 15 bytes, not '.' or '..', without '/', ':', white space and NUL"
    /// The text itself.
    public let description: String

    /// `nil` for a text of another form.
    public init?(_ text: String) {
        let isForbidden = { (scalar: Unicode.Scalar) in
            scalar == "/" || scalar == ":" || scalar == "\0" || scalar.properties.isWhitespace
        }
        guard (1...15).contains(text.utf8.count), text != ".", text != "..",
            !text.unicodeScalars.contains(where: isForbidden)
        else { return nil }
        description = text
    }
}

/// One interface of one pod. Together with the network's name it identifies an attachment.
public struct PodInterface: Hashable, Sendable, Decodable {
    /// The container or pod sandbox.
    public let container: ContainerID
    /// The interface's name inside the pod.
    public let name: InterfaceName

    /// The interface of this name in this container.
    public init(container: ContainerID, name: InterfaceName) {
        self.container = container
        self.name = name
    }

    private enum CodingKeys: String, CodingKey {
        case container = "containerID"
        case name = "ifname"
    }
}

private let identifierRule = "a letter or digit, then letters, digits, '_', '.' and '-'"

private func isIdentifier(_ text: String) -> Bool {
    func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
    guard let first = text.utf8.first, isAlphanumeric(first) else { return false }
    return text.utf8.allSatisfy {
        isAlphanumeric($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
    }
}
