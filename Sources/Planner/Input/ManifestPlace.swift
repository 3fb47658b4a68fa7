import JSON
import Yams

/// Where an object was written.
struct ManifestPlace {
    /// The object as it was written, by which the lines of its members are known.
    enum Source {
        case yaml(Node)
        case json([UInt8])
        case unknown
    }

    let file: String
    /// The line that the object begins in, from 1.
    let line: Int
    let source: Source

    /// Such as `shop/web.yaml:12`.
    var text: String { "\(file):\(line)" }

    /// The place of an object within this one.
    func of(_ inner: Node?) -> ManifestPlace {
        guard case .yaml(let node) = source, let inner, let mark = inner.mark, let first = node.mark else {
            return self
        }
        return ManifestPlace(file: file, line: line + mark.line - first.line, source: .yaml(inner))
    }

    /// The line of a member, as near as it is known: where its name stands.
    func text(of path: [JSONStep]) -> String {
        let lines =
            switch source {
            case .yaml(let node): ManifestPlace.lines(to: path, in: node)
            case .json(let bytes): JSONLocator.lines(to: path, in: bytes)
            case .unknown: 0
            }
        return "\(file):\(line + lines)"
    }

    private static func lines(to path: [JSONStep], in object: Node) -> Int {
        var node = object
        var line = object.mark?.line ?? 1
        for step in path {
            let next: (mark: Node, value: Node)? =
                switch step {
                case .member(let name): node.mapping?.first { $0.key.string == name }.map { ($0.key, $0.value) }
                case .element(let index):
                    node.sequence.flatMap { $0.indices.contains(index) ? ($0[index], $0[index]) : nil }
                }
            guard let next else { break }
            line = next.mark.mark?.line ?? line
            node = next.value
        }
        return line - (object.mark?.line ?? 1)
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
