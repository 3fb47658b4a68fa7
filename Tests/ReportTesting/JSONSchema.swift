import Foundation
import JSON

/// A published schema of `Config/`; of the schemas' language as much as they use.
public struct JSONSchema {
    private let schema: JSONValue

    /// - Parameter name: that of the file, without `.schema.json`.
    public init(named name: String) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        schema = try JSONValue(
            parsing: [UInt8](Data(contentsOf: root.appending(path: "Config/\(name).schema.json"))))
    }

    /// What of a document is not as the schema says.
    public func problems(of document: JSONValue) -> [String] { problems(of: document, schema, at: "report") }

    private func problems(of value: JSONValue, _ schema: JSONValue, at path: String) -> [String] {
        if let reference = schema["$ref"]?.stringValue {
            let name = String(reference.split(separator: "/").last ?? "")
            guard let definition = self.schema["$defs"]?[name] else { return ["\(path): no definition of \(name)"] }
            return problems(of: value, definition, at: path)
        }
        if let constant = schema["const"], constant != value { return ["\(path): not the value"] }
        if let values = schema["enum"]?.arrayValue, !values.contains(value) {
            return ["\(path): not one of the values"]
        }
        guard let type = schema["type"]?.stringValue else { return [] }
        switch (type, value) {
        case ("string", .string), ("boolean", .bool): return []
        case ("number", .integer), ("number", .number):
            return value.doubleValue ?? 0 < schema["minimum"]?.doubleValue ?? -.infinity ? ["\(path): too small"] : []
        case ("integer", .integer(let number)):
            return number < schema["minimum"]?.intValue.map(Int64.init) ?? .min ? ["\(path): too small"] : []
        case ("array", .array(let elements)):
            return elements.enumerated().flatMap { index, element in
                problems(of: element, schema["items"] ?? .null, at: "\(path)[\(index)]")
            }
        case ("object", .object(let members)):
            let known = schema["properties"]?.objectValue ?? [:]
            let missing = (schema["required"]?.arrayValue ?? []).compactMap(\.stringValue).filter { members[$0] == nil }
            return missing.map { "\(path).\($0): missing" }
                + members.flatMap { name, member in
                    known[name].map { problems(of: member, $0, at: "\(path).\(name)") }
                        ?? ["\(path).\(name): unknown"]
                }
        default: return ["\(path): not of type \(type)"]
        }
    }
}
