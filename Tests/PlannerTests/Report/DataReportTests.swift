import JSON
import ReportTesting
import Testing
import Yams

@testable import Planner

/// The report for programs, against its published schema.
@Suite struct DataReportTests {
    @Test func jsonKeepsToTheSchema() throws {
        let schema = try JSONSchema(named: "plan-report")
        for report in [Samples.pending, Samples.fitting, Samples.hostile] {
            #expect(schema.problems(of: try JSONValue(parsing: report.json())) == [])
        }
    }

    @Test func theSchemaFindsWhatIsWrong() throws {
        let schema = try JSONSchema(named: "plan-report")
        var json = try #require(try JSONValue(parsing: Samples.fitting.json()).objectValue)
        json["verdict"] = "good"
        json["surplus"] = 1
        json["notes"] = [1]
        json["title"] = nil
        #expect(
            schema.problems(of: .object(json)).sorted() == [
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
}
