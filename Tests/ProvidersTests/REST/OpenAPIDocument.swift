import Foundation
import JSON
import Testing
import Yams

/// `Config/openapi.yaml`, as far as tests look at it.
struct OpenAPIDocument {
    struct Operation: Hashable {
        var id: String
        var method: String
        var path: String
    }

    private let root: Node

    init() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let file = folder.appending(path: "../../../Config/openapi.yaml").standardizedFileURL
        root = try #require(try Yams.compose(yaml: String(contentsOf: file, encoding: .utf8)))
    }

    var operations: Set<Operation> {
        get throws {
            var found: Set<Operation> = []
            for (path, item) in try #require(root["paths"]?.mapping) {
                for (method, operation) in try #require(item.mapping) where method.string != "parameters" {
                    found.insert(
                        Operation(
                            id: try #require(operation["operationId"]?.string),
                            method: try #require(method.string).uppercased(), path: try #require(path.string)))
                }
            }
            return found
        }
    }

    var problemTypes: [String] {
        get throws {
            let types = root["components", "schemas", "ProblemType", "enum"]?.sequence
            return try #require(types).compactMap(\.string)
        }
    }

    /// The statuses that an operation can give.
    func statuses(of operation: Operation) throws -> [String] {
        let responses = root["paths", operation.path, operation.method.lowercased(), "responses"]?.mapping
        return try #require(responses).compactMap(\.key.string)
    }

    /// The example of an operation's reply.
    func example(of operation: String, status: String) throws -> JSONValue {
        let known = try #require(try operations.first { $0.id == operation })
        let reply = root["paths", known.path, known.method.lowercased(), "responses", status]
        return try OpenAPIDocument.json(#require(reply?["content", "application/json", "example"]))
    }

    /// The examples of a shared response that is a problem.
    func problems(of response: String) throws -> [JSONValue] {
        let content = root["components", "responses", response, "content", "application/problem+json"]
        if let example = content?["example"] { return [try OpenAPIDocument.json(example)] }
        return try #require(content?["examples"]?.mapping).map {
            try OpenAPIDocument.json(#require($0.value["value"]))
        }
    }

    private static func json(_ node: Node) throws -> JSONValue {
        if let mapping = node.mapping {
            return .object(JSONObject(try mapping.map { (try #require($0.key.string), try json($0.value)) }))
        }
        if let elements = node.sequence { return .array(try elements.map(json)) }
        // What is in quotes is text, whatever it looks like.
        if node.scalar?.style == .plain {
            if let value = node.bool { return .bool(value) }
            if let value = node.int { return .integer(Int64(value)) }
        }
        return .string(try #require(node.string))
    }
}

extension Node {
    /// What lies at the end of a way through keys, each in quotes or not: `'200'` is no other key than `200`.
    fileprivate subscript(way: String...) -> Node? {
        way.reduce(self as Node?) { node, key in node?.mapping?.first { $0.key.string == key }?.value }
    }
}
