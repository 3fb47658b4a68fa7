/// Between `Codable` types and JSON.
///
/// ```swift
/// struct Request: Codable { var version: Int; var container: String }
/// let bytes = try JSONCoding.encode(Request(version: 1, container: "c1")).bytes()
/// let request = try JSONCoding.decode(Request.self, from: bytes)
/// ```
///
/// Optionals that are `nil` are left out, and members that a type does not know are ignored, so that either side of a
/// protocol may be the newer one. Dates and binary data have no form of their own here.
public enum JSONCoding {
    /// The JSON form of a value.
    ///
    /// - Throws: `EncodingError` with the coding path of a number that JSON cannot carry (infinite, NaN or beyond 64
    ///   bits); whatever the type's own `encode(to:)` throws.
    public static func encode(_ value: some Encodable) throws -> JSONValue {
        let slot = EncodingSlot()
        try value.encode(to: JSONValueEncoder(slot: slot, codingPath: []))
        return slot.value
    }

    /// The value that a JSON document holds.
    ///
    /// - Throws: `DecodingError` with the coding path of what is missing or wrong, see ``sentence(for:)``; whatever the
    ///   type's own `init(from:)` throws.
    public static func decode<Value: Decodable>(_ type: Value.Type, from value: JSONValue) throws -> Value {
        try Value(from: JSONValueDecoder(value: value, codingPath: []))
    }

    /// The value that a JSON document holds.
    ///
    /// - Throws: ``JSONError`` where the bytes are not JSON; otherwise as ``decode(_:from:)-(_,JSONValue)``.
    public static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        try decode(type, from: JSONValue(parsing: bytes))
    }

    /// A decoding error as one sentence for a person, which begins with the path to what is wrong:
    /// `ips[0].address: '10.0.0' is not an IPv4 address`.
    public static func sentence(for error: DecodingError) -> String {
        let (path, problem): ([any CodingKey], String) =
            switch error {
            case .keyNotFound(let key, let context): (context.codingPath + [key], "missing")
            case .valueNotFound(_, let context), .typeMismatch(_, let context), .dataCorrupted(let context):
                (context.codingPath, context.debugDescription)
            @unknown default: ([], "\(error)")
            }
        return path.isEmpty ? problem : "\(text(of: path)): \(problem)"
    }

    /// A coding path as in `ips[0].address`.
    public static func text(of path: [any CodingKey]) -> String {
        path.reduce(into: "") { text, key in
            if let index = key.intValue {
                text += "[\(index)]"
            } else {
                text += text.isEmpty ? key.stringValue : "." + key.stringValue
            }
        }
    }
}

/// A member's name or an element's index in a coding path.
struct JSONKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }

    init(intValue: Int) {
        stringValue = String(intValue)
        self.intValue = intValue
    }
}

extension JSONValue: Codable {
    /// Takes the value as it is from ``JSONCoding``; from another decoder, the first of null, boolean, integer, number,
    /// string, array and object that it can decode.
    public init(from decoder: any Decoder) throws {
        if let decoder = decoder as? JSONValueDecoder {
            self = decoder.value
            return
        }
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            let members = try decoder.container(keyedBy: JSONKey.self)
            self = .object(
                JSONObject(
                    try members.allKeys.map { ($0.stringValue, try members.decode(JSONValue.self, forKey: $0)) }))
        }
    }

    /// Writes the value as it is for ``JSONCoding``; into another encoder, through that encoder's containers.
    public func encode(to encoder: any Encoder) throws {
        if let encoder = encoder as? JSONValueEncoder {
            encoder.slot.content = .value(self)
            return
        }
        switch self {
        case .null:
            var container = encoder.singleValueContainer()
            try container.encodeNil()
        case .bool(let value): try value.encode(to: encoder)
        case .integer(let value): try value.encode(to: encoder)
        case .number(let value): try value.encode(to: encoder)
        case .string(let value): try value.encode(to: encoder)
        case .array(let elements): try elements.encode(to: encoder)
        case .object(let members):
            var container = encoder.container(keyedBy: JSONKey.self)
            for member in members {
                try container.encode(member.value, forKey: JSONKey(stringValue: member.name))
            }
        }
    }
}
