/// One JSON value (RFC 8259).
///
/// ```swift
/// let value = try JSONValue(parsing: #"{"name": "pods", "mtu": 9001}"#)
/// value["mtu"]?.intValue   // 9001
/// value.text()             // {"name":"pods","mtu":9001}
/// ```
///
/// The module stands on the standard library alone. Foundation has all of this, but the CNI plugin is a process of half
/// a millisecond, and FoundationEssentials linked into it would nearly double that.
public enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// A number written without fraction and exponent that fits 64 bits.
    case integer(Int64)
    /// Any other number. It is finite in everything that was parsed; ``bytes(_:)`` writes an infinity or NaN as `null`.
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

extension JSONValue {
    /// Whether this is `null`.
    public var isNull: Bool { self == .null }

    /// The value of `true` or `false`; `nil` for anything else.
    public var boolValue: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The value of a whole number, `3.0` and `3e2` included; `nil` for anything else.
    ///
    /// Numbers in floating point count as whole up to 2⁵³ only: beyond it, neighbours fall together.
    public var intValue: Int? {
        switch self {
        case .integer(let value): Int(value)
        case .number(let value) where value.magnitude <= 0x1p53: Int(exactly: value)
        default: nil
        }
    }

    /// The value of a number of either kind; `nil` for anything else.
    public var doubleValue: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// The text of a string; `nil` for anything else.
    public var stringValue: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The elements of an array; `nil` for anything else.
    public var arrayValue: [JSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The members of an object; `nil` for anything else.
    public var objectValue: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }

    /// The member of an object; `nil` where there is none, and for anything that is not an object.
    public subscript(name: String) -> JSONValue? {
        objectValue?[name]
    }

    /// The value as an error message cites it: kind and, where it is short, content.
    public var citation: String {
        switch self {
        case .null, .bool: text()
        case .integer, .number: "the number \(text())"
        case .string(let value): "the string '\(value.count > 80 ? value.prefix(80) + "…" : value[...])'"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

// Not by `nil`: it would be in doubt whether `object["mtu"] = nil` removes the member or makes it null.
extension JSONValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    /// `true` or `false`.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// A whole number.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// A number with a fraction.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// An array of these elements.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

    /// An object of these members; of two with the same name the last counts.
    public init(dictionaryLiteral members: (String, JSONValue)...) {
        self = .object(JSONObject(members))
    }
}
