import Testing

@testable import Planner

/// Dumps that are larger than the memory they are read with.
@Suite struct StreamTests {
    /// A list that is made while it is read, and how much of it was.
    private final class Dump {
        private(set) var made = 0
        private(set) var mostAhead = 0
        private(set) var taken = 0
        private var next = 0
        private let count: Int
        private let item: (Int) -> String
        private let ends: (first: String, last: String)

        init(count: Int, first: String, last: String, item: @escaping (Int) -> String) {
            self.count = count
            self.item = item
            ends = (first, last)
        }

        /// One item a chunk, between the beginning and the end.
        var text: InputText {
            InputText(name: "dump") { () throws(InputProblem) in
                defer { self.next += 1 }
                switch self.next {
                case 0: return Array(self.ends.first.utf8)
                case 1...self.count:
                    self.made += 1
                    self.mostAhead = max(self.mostAhead, self.made - self.taken)
                    return Array(self.item(self.next - 1).utf8)
                case self.count + 1: return Array(self.ends.last.utf8)
                default: return []
                }
            }
        }

        func take(_ manifest: Manifest) {
            #expect(manifest.object["metadata"]?["name"] == .string("pod-\(taken)"))
            taken += 1
        }
    }

    private func read(_ dump: Dump, count: Int) {
        ManifestReader.read(dump.text, dump.take) { Issue.record("\($0)") }
        #expect(dump.taken == count)
        // An item is given away before more than the one after it was asked for.
        #expect(dump.mostAhead <= 2)
    }

    @Test func aListOfJSONIsNeverInMemoryAsAWhole() {
        let dump = Dump(count: 20_000, first: #"{"apiVersion": "v1", "items": ["#, last: #"], "kind": "List"}"#) {
            number in
            (number == 0 ? "" : ",") + #"{"kind": "Pod", "metadata": {"name": "pod-\#(number)"}, "spec": {}}"#
        }
        read(dump, count: 20_000)
    }

    @Test func aListOfYAMLIsNeverInMemoryAsAWhole() {
        let dump = Dump(count: 5000, first: "apiVersion: v1\nitems:\n", last: "kind: List\n") { number in
            "- kind: Pod\n  metadata:\n    name: pod-\(number)\n  spec: {}\n"
        }
        read(dump, count: 5000)
    }

    @Test func documentsOfYAMLAreNeverInMemoryAllAtOnce() {
        let dump = Dump(count: 5000, first: "", last: "# end\n") { number in
            "---\nkind: Pod\nmetadata:\n  name: pod-\(number)\n"
        }
        read(dump, count: 5000)
    }

    @Test func equalTemplatesAreKeptOnce() throws {
        let pods = (0..<50).map { number in
            """
            kind: Pod
            apiVersion: v1
            metadata: {name: p\(number), labels: {app: web, tier: front}}
            spec:
              nodeSelector: {pool: blue}
              containers: [{name: a, resources: {requests: {cpu: 100m, example.com/gpu: 1}}}]
            """
        }
        let cluster = try ClusterInput.parse(pods.joined(separator: "\n---\n"), file: "in").cluster
        #expect(Set(cluster.pods.map(\.template)).count == 1)
        #expect(cluster.pods.count == 50)
    }
}
