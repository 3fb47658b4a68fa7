import JSON
import Settings
import Yams

/// Reads one YAML document of a stream, and a list item by item, so that only one object is composed however long the
/// list is.
///
/// A list is cut at the lines that begin its items, which no valid YAML can hold in another place: what is within an item
/// is indented more. An alias cannot name what stands in another item. Where `apiVersion` comes a second time, another
/// document begins: kubectl writes it first, and no mark before it.
struct YAMLDocument {
    /// Consecutive lines, and the number of each.
    private struct Piece {
        var bytes: [UInt8] = []
        var numbers: [Int] = []

        mutating func append(_ line: some Sequence<UInt8>, number: Int) {
            bytes += line
            bytes.append(UInt8(ascii: "\n"))
            numbers.append(number)
        }
    }

    private let file: String
    private let take: (Manifest) -> Void
    /// The document but for the items.
    private var frame = Piece()
    private var item: Piece?
    /// Whether there was a line with the version of the object's API.
    private var hasVersion = false
    /// Whether the next line may be one of the items.
    private var isInItems = false
    /// How far the dashes of the items are indented.
    private var indentation: Int?
    /// The list's members, as far as they stand before its items.
    private var list: JSONObject = [:]

    /// Reads lines up to the end of the document, which is not consumed.
    ///
    /// - Parameters:
    ///   - first: the beginning of the first line, where it was consumed already.
    ///   - take: gets each object.
    /// - Throws: ``InputProblem`` with the first place that is not YAML.
    static func read(
        _ text: inout InputText, first: [UInt8], _ take: @escaping (Manifest) -> Void
    ) throws(InputProblem) {
        var document = YAMLDocument(file: text.name, take: take)
        var before = first
        var problem: InputProblem?
        while let line = try text.peekLine(), !before.isEmpty || !document.ends(before: line) {
            let number = text.line
            let whole = before + line
            before = []
            text.skipLine(line.count)
            // After a mistake, what follows up to the next document would only be more of the same.
            guard problem == nil else { continue }
            do throws(InputProblem) {
                try document.add(whole, number: number)
            } catch {
                problem = error
            }
        }
        if let problem { throw problem }
        try document.finish()
    }

    /// Whether a line belongs to what follows; to be asked once for each.
    private mutating func ends(before line: ArraySlice<UInt8>) -> Bool {
        guard line.starts(with: "apiVersion:".utf8) else { return DocumentMark.isOne(line) }
        defer { hasVersion = true }
        return hasVersion
    }

    private mutating func add(_ line: [UInt8], number: Int) throws(InputProblem) {
        let content = line.drop { $0 == 0x20 }
        let isBlank = content.isEmpty || content.first == 0x0d || content.first == UInt8(ascii: "#")
        if isInItems {
            let depth = line.count - content.count
            if !isBlank, depth == indentation ?? depth, YAMLDocument.isDash(content) {
                try finishItem()
                indentation = depth
                item = Piece()
                item?.append([UInt8](repeating: 0x20, count: depth + 1) + content.dropFirst(), number: number)
                return
            }
            if item != nil, isBlank || depth > indentation ?? 0 {
                item?.append(line, number: number)
                return
            }
            if !isBlank {
                try finishItem()
                isInItems = false
            }
        }
        frame.append(line, number: number)
        if line.starts(with: "items:".utf8), YAMLDocument.isNothing(line.dropFirst(6)) {
            isInItems = true
            indentation = nil
            list = try compose(frame)?.value.objectValue ?? [:]
        }
    }

    private static func isDash(_ content: ArraySlice<UInt8>) -> Bool {
        content.first == UInt8(ascii: "-") && [nil, 0x20, 0x0d].contains(content.dropFirst().first)
    }

    private static func isNothing(_ rest: ArraySlice<UInt8>) -> Bool {
        let content = rest.drop { $0 == 0x20 || $0 == 0x0d }
        return content.isEmpty || (content.first == UInt8(ascii: "#") && rest.first == 0x20)
    }

    // MARK: Objects

    private mutating func finishItem() throws(InputProblem) {
        guard let item else { return }
        self.item = nil
        if let (value, place) = try compose(item) { try give(value, place, of: list) }
    }

    private mutating func finish() throws(InputProblem) {
        try finishItem()
        guard let (value, place) = try compose(frame), case .yaml(let node) = place.source else { return }
        let items = value["items"]
        if let elements = value.arrayValue ?? items?.arrayValue {
            let nodes = node.sequence ?? node["items"]?.sequence
            for (index, element) in elements.enumerated() {
                try give(element, place.of(nodes?[index]), of: value.objectValue ?? [:])
            }
        } else if items?.isNull != true {
            try give(value, place, of: [:])
        }
    }

    private func give(_ value: JSONValue, _ place: ManifestPlace, of list: JSONObject) throws(InputProblem) {
        guard let object = value.objectValue else { throw place.notAnObject(value) }
        take(Manifest(object.ofList(list), place))
    }

    /// - Returns: `nil` for a piece without content, and for `null`.
    private func compose(_ piece: Piece) throws(InputProblem) -> (value: JSONValue, place: ManifestPlace)? {
        guard let first = piece.numbers.first else { return nil }
        guard let text = String(validating: piece.bytes, as: UTF8.self) else {
            throw InputProblem(place: "\(file):\(first)", problem: "not UTF-8: save the file in that encoding")
        }
        guard let node = try node(of: text, numbers: piece.numbers) else { return nil }
        var conversion = YAMLConversion()
        guard let value = conversion.value(of: node) else {
            throw InputProblem(place: "\(file):\(first)", problem: "expected less: its aliases make it too large")
        }
        guard !value.isNull else { return nil }
        let line = piece.numbers[min(max(node.mark?.line ?? 1, 1), piece.numbers.count) - 1]
        return (value, ManifestPlace(file: file, line: line, source: .yaml(node)))
    }

    private func node(of text: String, numbers: [Int]) throws(InputProblem) -> Node? {
        do {
            return try Yams.compose(yaml: text)
        } catch {
            guard let error = error as? YamlError else {
                throw InputProblem(place: "\(file):\(numbers[0])", problem: "not valid YAML: \(error)")
            }
            let index = min(max(error.line ?? 1, 1), numbers.count) - 1
            let line = text.split(separator: "\n", omittingEmptySubsequences: false)[index]
            let hint = line.contains("{{") ? "; " + DocumentMark.templateHint : ""
            throw InputProblem(place: "\(file):\(numbers[index])", problem: error.problem + hint)
        }
    }
}
