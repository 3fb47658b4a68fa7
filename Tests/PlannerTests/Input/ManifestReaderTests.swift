import JSON
import Testing

@testable import Planner

/// Where objects begin and end in what tools write, and what is wrong with it.
@Suite struct ManifestReaderTests {
    private func names(_ text: String) -> [String] {
        let (objects, problems) = InputSamples.read(text)
        #expect(problems == [])
        return objects.map { object in
            let name = object.object["metadata"]?["name"]?.stringValue ?? "?"
            return "\(object.object["kind"]?.stringValue ?? "?") \(name) \(object.place.text)"
        }
    }

    // MARK: What is right

    @Test func aListOfKubectlIsReadItemByItem() {
        #expect(
            names(InputSamples.kubectlJSON) == [
                "Node ip-10-0-1-20.ec2.internal in:4", "Pod web-5d9c7b8f6d-x2x7k in:42",
            ])
        #expect(
            names(InputSamples.kubectlYAML) == [
                "Deployment web in:3", "ReplicaSet web-5d9c7b8f6d in:34", "HorizontalPodAutoscaler web in:50",
                "Service web in:62",
            ])
    }

    @Test func severalListsAfterOneAnother() {
        #expect(names(InputSamples.kubectlJSON + InputSamples.kubectlJSON).count == 4)
        #expect(names(InputSamples.kubectlYAML + InputSamples.kubectlYAML).count == 8)
        #expect(names("apiVersion: v1\nkind: A\napiVersion: v1\nkind: B\n") == ["A ? in:1", "B ? in:3"])
        #expect(names(InputSamples.kubectlYAML + "---\n" + InputSamples.kubectlYAML).count == 8)
        #expect(
            names(InputSamples.kubectlJSON + "---\n" + InputSamples.kubectlYAML + "---\n" + InputSamples.kubectlJSON)
                .count == 8)
        #expect(
            names(#"{"kind":"A","metadata":{"name":"1"}}{"kind":"B"} {"kind":"C"}"#) == [
                "A 1 in:1", "B ? in:1", "C ? in:1",
            ])
    }

    @Test func whatHelmAndKustomizeWrite() {
        #expect(names(InputSamples.helm) == ["ServiceAccount cache in:3", "StatefulSet cache in:11"])
        #expect(names(InputSamples.kustomize) == ["Widget a in:1", "Widget b in:6", "CronJob report in:11"])
    }

    @Test(
        "documents without objects, byte order marks, line ends of Windows, marks with content",
        arguments: [
            ("", []), ("\n\n", []), ("# nothing\n", []), ("---\n---\n...\n", []), ("--- # c\n# d\n", []),
            ("null\n", []),
            ("\u{feff}kind: A\n", ["A ? in:1"]), ("\u{feff}{\"kind\": \"A\"}", ["A ? in:1"]),
            ("kind: A\r\n---\r\nkind: B\r\n", ["A ? in:1", "B ? in:3"]),
            ("kind: A\n...\nkind: B", ["A ? in:1", "B ? in:3"]),
            ("%YAML 1.1\n---\nkind: A\n", ["A ? in:3"]), ("--- {kind: A}\n", []),
            ("  kind: A\n  metadata: {name: b}\n", ["A b in:1"]),
            ("kind: List\nitems: []\n", []), ("kind: List\nitems:\n", []), ("{}", []), ("[]", []),
            ("{\"kind\":\"List\",\"items\":[]}", []), ("{\"kind\":\"PodList\",\"items\": null}", []),
            ("[{\"kind\":\"A\"},{\"kind\":\"B\"}]", ["A ? in:1", "B ? in:1"]),
            ("- kind: A\n- kind: B\n", ["A ? in:1", "B ? in:2"]),
            ("items:\n  - kind: A\n    x:\n    - 1\n\n  # c\n  - kind: B\nkind: List\n", ["A ? in:2", "B ? in:7"]),
            ("items:\n-\n  kind: A\n- {kind: B}\n", ["A ? in:3", "B ? in:4"]),
            ("items: # all\n- kind: A\nmore: 1\n", ["A ? in:2"]), ("kind: A\nspec:\n  items:\n  - b\n", ["A ? in:1"]),
            ("kind: List\nitems: [{kind: A}]\n", ["A ? in:2"]),
            (
                "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"items\":[{\"metadata\":{\"name\":\"p\"}}]}",
                ["Pod p in:1"]
            ),
            ("kind: PodList\napiVersion: v1\nitems:\n- metadata: {name: p}\n", ["Pod p in:4"]),
        ] as [(String, [String])])
    func frames(_ text: String, _ expected: [String]) {
        if text == "--- {kind: A}\n" {
            // The mark's line is YAML, whose flow mappings need no quotes; a brace at its beginning is taken for JSON.
            #expect(
                InputSamples.read(text).problems == [
                    "in:1:6: not valid JSON: expected a member's name in double quotes"
                ])
        } else {
            #expect(names(text) == expected)
        }
    }

    @Test func yamlBecomesWhatKubernetesMakesOfIt() throws {
        let (objects, _) = InputSamples.read(
            """
            base: &base {a: 1, b: two}
            merged:
              <<: *base
              b: 3
            list: [1.5, 1e3, "1", 'x', yes, Off, ~, null, 100m, 007, .5, "", 1.2.3, +5, -, 2026-01-01]
            text: |
              line
            alias: *base
            """)
        let object = try #require(objects.first).object
        #expect(object["merged"] == ["b": 3, "a": 1])
        #expect(
            object["list"] == [
                1.5, 1000.0, "1", "x", true, false, .null, .null, "100m", 7, 0.5, "", "1.2.3", 5, "-", "2026-01-01",
            ])
        #expect(object["text"] == "line\n")
        #expect(object["alias"] == ["a": 1, "b": "two"])
    }

    @Test func howTheBytesArriveMakesNoDifference() {
        let text =
            InputSamples.kubectlJSON + InputSamples.helm + "---\n" + InputSamples.kubectlYAML + "---\n"
            + InputSamples.kustomize
        let whole = InputSamples.read(text)
        #expect(whole.objects.count == 11)
        for chunk in [1, 2, 3, 7, 64, 1000] {
            let parts = InputSamples.read(text, chunk: chunk)
            #expect(parts.objects.map(\.object) == whole.objects.map(\.object))
            #expect(parts.objects.map(\.place.text) == whole.objects.map(\.place.text))
            #expect(parts.problems == [])
        }
    }

    // MARK: What is wrong

    @Test(
        "the place of a mistake, and what was expected there",
        arguments: [
            ("{\"kind\": \"A\",\n \"spec\": {\"x\": tru}}", "in:2:16: not valid JSON: expected true"),
            ("{\"kind\": \"A\"", "in:1:13: not valid JSON: expected ',' or '}' after a value, but the text ends here"),
            ("{\n  'kind': 1}", "in:2:3: not valid JSON: expected a member's name in double quotes"),
            ("{\"kind\" 1}", "in:1:9: not valid JSON: expected ':' after a member's name"),
            (
                "{\"items\": [\n {\"a\": 1}\n {\"b\": 2}]}",
                "in:3:2: not valid JSON: expected ',' or ']' after an item of a list"
            ),
            ("{\"items\": [\n {\"a\": 1},\n {\"b\": [1,}]}", "in:3:11: not valid JSON: expected a value"),
            ("{\"items\": [1]}", "in:1: expected a Kubernetes object, not the number 1"),
            ("{\"items\": [{\"a\": \"x", "in:1:20: not valid JSON: expected '\"' at the end of a string"),
            ("{{- if .Values.a }}\nkind: A\n", "in:1:2: not valid JSON: this is a template; render it first"),
            ("kind: A\nspec:\n  x: {{ .Values.x }}\n  y: [\n", "in:4: not valid YAML: "),
            ("kind: A\n\tspec: 1\n", "in:2: not valid YAML: "), ("kind: A\nx: *nobody\n", "in:2: not valid YAML: "),
            ("kind: A\nkind: B\n", "in:1: given more than once: kind"),
            ("just words\n", "in:1: expected a Kubernetes object, not the string 'just words'"),
            ("kind: List\nitems:\n- kind: A\n- words\n", "in:4: expected a Kubernetes object, not the string 'words'"),
            ("kind: List\nitems:\n- kind: A\n  a: 'b\n- kind: B\n", "in:4: not valid YAML: "),
            ("kind: List\nitems:\n- kind: A\n  a: b\n c: d\n", "in:5: not valid YAML: "),
        ])
    func mistakes(_ text: String, _ expected: String) throws {
        let problem = try #require(InputSamples.read(text).problems.first)
        #expect(problem.hasPrefix(expected), "\(problem)")
    }

    @Test func aMistakeInOneYAMLDocumentDoesNotHideTheOthers() {
        let (objects, problems) = InputSamples.read("kind: A\nx: [\n---\nkind: B\n---\nx: }\n---\nkind: C\n")
        #expect(objects.compactMap { $0.object["kind"]?.stringValue } == ["B", "C"])
        #expect(problems.count == 2)
    }

    @Test func aTemplateIsToBeRenderedFirst() throws {
        let problem = try #require(InputSamples.read("kind: A\nname: {{ .Values.a }}-{{ .b }}\n").problems.first)
        #expect(problem.hasPrefix("in:2: not valid YAML: "))
        #expect(problem.hasSuffix("; this is a template; render it first, as with helm template"))
    }

    @Test func bytesThatAreNoTextAreNamed() {
        var rest: [UInt8]? = [0xff, 0xfe, 0x6b, 0x00, 0x69, 0x00]
        var problems: [String] = []
        let text = InputText(name: "utf16.yaml") { () throws(InputProblem) in
            defer { rest = nil }
            return rest ?? []
        }
        ManifestReader.read(text) { _ in
            Issue.record("that is no object")
        } report: {
            problems.append($0.description)
        }
        #expect(problems == ["utf16.yaml:1: not UTF-8: save the file in that encoding"])
    }

    @Test func aliasesThatGrowWithoutBoundAreRefused() {
        let lines = (1...12).map { level in
            let inner = [String](repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            return "a\(level): &a\(level) [\(inner)]"
        }
        let (_, problems) = InputSamples.read((["a0: &a0 [x]"] + lines).joined(separator: "\n"))
        #expect(problems == ["in:1: expected less: its aliases make it too large"])
    }
}
