import Foundation
import Testing

@testable import Planner

/// Files and directories that a command line names.
@Suite struct InputFilesTests {
    /// A directory that is gone with the value.
    private final class Directory {
        let path = NSTemporaryDirectory() + "warmpool-plan-\(UUID().uuidString)"

        init(_ files: [String: String]) throws {
            for (name, text) in files {
                let url = URL(filePath: path).appending(path: name)
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try text.write(to: url, atomically: true, encoding: .utf8)
            }
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    @Test func aDirectoryIsReadWithAllBelowIt() throws {
        func deployment(_ name: String) -> String {
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: \(name)}\nspec: {template: {spec: {containers: [{name: a}]}}}\n"
        }
        let directory = try Directory([
            "b.yaml": deployment("b"), "a.yml": deployment("a"), "sub/deep/c.yaml": deployment("c"),
            "sub/d.json": #"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"d"}}"#, "README.md": "# no manifest",
            "kustomization.yaml": "resources: [a.yml]", ".git/x.yaml": "x: [", "notes.txt": "x: [",
        ])
        let found = try ClusterInput.read([directory.path])
        #expect(found.cluster.workloads.map(\.id.name) == ["a", "b", "c"])
        #expect(found.cluster.pods.map(\.name) == ["d"])
    }

    @Test func problemsOfAllFilesAreSaidWithTheirNames() throws {
        let directory = try Directory(["a.yaml": "x: [\n", "b/c.json": "{\n \"kind\": 1,\n}"])
        let empty = try Directory(["only.txt": ""])
        do throws(InputProblems) {
            _ = try ClusterInput.read([directory.path + "/", "/nowhere/x.yaml", empty.path])
            Issue.record("nothing was said")
        } catch {
            let found = error.problems.map {
                $0.description.replacing(directory.path, with: "D").replacing(empty.path, with: "E")
            }
            #expect(found.count == 4)
            #expect(found[0].hasPrefix("D/a.yaml:1: not valid YAML: "), "\(found)")
            #expect(found[1] == "D/b/c.json:3:1: not valid JSON: expected a member's name in double quotes")
            #expect(found[2].hasPrefix("/nowhere/x.yaml: cannot be read (No such file"))
            #expect(found[3] == "E: the directory has no manifests, *.yaml, *.yml or *.json")
        }
    }
}
