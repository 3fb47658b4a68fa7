import JSON
import Yams

/// Turns YAML into JSON as Kubernetes does before it looks at an object: plain scalars are null, booleans or numbers
/// where they look so, and everything else is text.
struct YAMLConversion {
    /// How many values more one document may have. Aliases let a short text stand for any number of them.
    private var rest = 1_000_000

    /// - Returns: `nil` for a document of too many values.
    mutating func value(of node: Node) -> JSONValue? {
        rest -= 1
        guard rest > 0 else { return nil }
        switch node {
        case .scalar(let scalar): return YAMLConversion.value(of: scalar)
        case .sequence(let sequence):
            var elements: [JSONValue] = []
            for element in sequence {
                guard let value = value(of: element) else { return nil }
                elements.append(value)
            }
            return .array(elements)
        case .mapping(let mapping):
            var members = JSONObject()
            for (key, element) in mapping {
                guard let value = value(of: element) else { return nil }
                if key.string == "<<" {
                    YAMLConversion.merge(value, into: &members)
                } else {
                    members[key.string ?? ""] = value
                }
            }
            return .object(members)
        case .alias: return .null
        }
    }

    /// What a merge key names counts where the mapping has no such member itself.
    private static func merge(_ value: JSONValue, into members: inout JSONObject) {
        for object in value.arrayValue?.compactMap(\.objectValue) ?? [value.objectValue].compactMap(\.self) {
            for member in object where members[member.name] == nil { members[member.name] = member.value }
        }
    }

    private static func value(of scalar: Node.Scalar) -> JSONValue {
        guard scalar.style == .plain else { return .string(scalar.string) }
        let text = scalar.string
        if let value = words[text] { return value }
        guard let first = text.utf8.first, (0x30...0x39).contains(first) || "+-.".utf8.contains(first) else {
            return .string(text)
        }
        if let whole = Int64(text) { return .integer(whole) }
        let isNumber = text.utf8.allSatisfy { (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }
        if isNumber, let number = Double(text), number.isFinite { return .number(number) }
        return .string(text)
    }

    /// Source: YAML 1.1 as Kubernetes reads it.
    private static let words: [String: JSONValue] = {
        var words: [String: JSONValue] = ["": .null, "~": .null, "null": .null, "Null": .null, "NULL": .null]
        for (names, value) in [(["true", "yes", "on"], true), (["false", "no", "off"], false)] {
            for name in names {
                for spelling in [name, name.prefix(1).uppercased() + name.dropFirst(), name.uppercased()] {
                    words[spelling] = .bool(value)
                }
            }
        }
        return words
    }()
}
