import JSON
import Yams

/// One Kubernetes object as it was read, and where.
struct Manifest {
    /// The object; what YAML wrote is in JSON's form, as Kubernetes itself converts it.
    let object: JSONObject
    let place: ManifestPlace

    init(_ object: JSONObject, _ place: ManifestPlace) {
        self.object = object
        self.place = place
    }
}

extension JSONObject {
    /// An item of a list with the kind that it has by that of the list, where it has none of its own, as in what the API
    /// server itself answers.
    func ofList(_ list: JSONObject) -> JSONObject {
        guard self["kind"] == nil, let kind = list["kind"]?.stringValue, kind.hasSuffix("List"), kind != "List" else {
            return self
        }
        var object = self
        object["kind"] = .string(String(kind.dropLast(4)))
        object["apiVersion"] = list["apiVersion"]
        return object
    }
}

/// Where an object was written.
struct ManifestPlace {
    let file: String
    /// The line that the object begins in, from 1.
    let line: Int
    /// The object in YAML, by which the lines of its members are known.
    var node: Node?

    /// Such as `shop/web.yaml:12`.
    var text: String { "\(file):\(line)" }

    /// The place of a value within this one.
    func of(_ inner: Node?) -> ManifestPlace {
        let lines = inner?.mark.flatMap { mark in node?.mark.map { mark.line - $0.line } }
        return ManifestPlace(file: file, line: line + (lines ?? 0), node: inner)
    }

    /// The place of a member, as near as it is known: where its name stands.
    func of(_ path: [JSONStep]) -> ManifestPlace {
        var place = self
        for step in path {
            let next: (mark: Node, value: Node)? =
                switch step {
                case .member(let name):
                    place.node?.mapping?.first { $0.key.string == name }.map { ($0.key, $0.value) }
                case .element(let index):
                    place.node?.sequence.flatMap { $0.indices.contains(index) ? ($0[index], $0[index]) : nil }
                }
            guard let next else { break }
            place = ManifestPlace(file: file, line: of(next.mark).line, node: next.value)
        }
        return place
    }

    /// The problem of a value where an object belongs.
    func notAnObject(_ value: JSONValue) -> InputProblem {
        InputProblem(place: text, problem: "expected a Kubernetes object, not \(value.citation)")
    }
}

/// One step on the way to a value within another.
enum JSONStep: Hashable {
    case member(String)
    case element(Int)

    /// A path as in `spec.containers[0].image`.
    static func text(of path: [JSONStep]) -> String {
        path.reduce(into: "") { text, step in
            switch step {
            case .member(let name): text += text.isEmpty ? name : "." + name
            case .element(let index): text += "[\(index)]"
            }
        }
    }
}
