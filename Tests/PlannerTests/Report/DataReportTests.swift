import Foundation
import JSON
import Testing
import Yams

@testable import Planner

/// The report for programs, against its published schema.
@Suite struct DataReportTests {
    private static func schema() throws -> JSONValue {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try JSONValue(parsing: [UInt8](Data(contentsOf: root.appending(path: "Config/plan-report.schema.json"))))
    }

    @Test func jsonKeepsToTheSchema() throws {
        let schema = try Self.schema()
        for report in [Samples.pending, Samples.fitting, Samples.hostile] {
            #expect(problems(of: try JSONValue(parsing: report.json()), schema, at: "report", in: schema) == [])
        }
    }

    @Test func theSchemaFindsWhatIsWrong() throws {
        let schema = try Self.schema()
        var json = try #require(try JSONValue(parsing: Samples.fitting.json()).objectValue)
        json["verdict"] = "good"
        json["surplus"] = 1
        json["notes"] = [1]
        json["title"] = nil
        #expect(
            problems(of: .object(json), schema, at: "report", in: schema).sorted() == [
                "report.notes[0]: not of type string", "report.surplus: unknown", "report.title: missing",
                "report.verdict: not one of the values",
            ])
    }

    @Test func jsonHasTheNumbers() throws {
        let json = try JSONValue(parsing: Samples.pending.json())
        #expect(json["schema"] == "warmpool-plan/v1" && json["verdict"] == "pending")
        let worst = try #require(json["moments"]?.arrayValue?.last)
        #expect(worst["event"] == "rolling-update=all" && worst["pending"] == 142 && worst["withoutNode"] == 29)
        #expect(worst["pendingPods"]?.arrayValue?.count == 142)
        let group = try #require(worst["nodeGroups"]?.arrayValue?.first)
        #expect(group["capacity"] == 300 && group["wanted"] == 413 && group["pending"] == 113)
        let subnet = try #require(worst["subnets"]?.arrayValue?.first)
        #expect(subnet["size"] == 256 && subnet["used"] == 230 && subnet["cooling"] == 21)
        #expect(json["remedies"]?.arrayValue?.map { $0["verified"] } == [true, true])
    }

    @Test func yamlSaysTheSameAsJSON() throws {
        var report = Samples.hostile
        // Words that YAML would read as something else.
        report.notes = ["true", "null", "1e3", "12:30", "- a: b", "multi\nline", "0x1F", ""]
        let yaml = try YAMLDecoder().decode(JSONValue.self, from: report.yaml())
        #expect(yaml == (try JSONValue(parsing: report.json())))
    }

    /// What of a value is not as the schema says; of the schema's language as much as it uses.
    private func problems(of value: JSONValue, _ schema: JSONValue, at path: String, in root: JSONValue) -> [String] {
        if let reference = schema["$ref"]?.stringValue {
            let name = String(reference.split(separator: "/").last ?? "")
            guard let definition = root["$defs"]?[name] else { return ["\(path): no definition of \(name)"] }
            return problems(of: value, definition, at: path, in: root)
        }
        if let constant = schema["const"], constant != value { return ["\(path): not the value"] }
        if let values = schema["enum"]?.arrayValue, !values.contains(value) {
            return ["\(path): not one of the values"]
        }
        guard let type = schema["type"]?.stringValue else { return [] }
        switch (type, value) {
        case ("string", .string): return []
        case ("integer", .integer(let number)):
            return number < schema["minimum"]?.intValue.map(Int64.init) ?? .min ? ["\(path): too small"] : []
        case ("array", .array(let elements)):
            return elements.enumerated().flatMap { index, element in
                problems(of: element, schema["items"] ?? .null, at: "\(path)[\(index)]", in: root)
            }
        case ("object", .object(let members)):
            let known = schema["properties"]?.objectValue ?? [:]
            let missing = (schema["required"]?.arrayValue ?? []).compactMap(\.stringValue).filter { members[$0] == nil }
            return missing.map { "\(path).\($0): missing" }
                + members.flatMap { name, member in
                    known[name].map { problems(of: member, $0, at: "\(path).\(name)", in: root) }
                        ?? ["\(path).\(name): unknown"]
                }
        default: return ["\(path): not of type \(type)"]
        }
    }
}
