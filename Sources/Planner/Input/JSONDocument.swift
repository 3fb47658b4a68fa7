import JSON

/// Reads one JSON document of a stream, and a list item by item, so that only one object is in memory however long the
/// list is.
///
/// `kubectl get -o json` writes an object whose `items` come before its `kind`, the API server a `PodList` whose items
/// have no kind of their own, and `jq -s` a bare array; all are lists.
struct JSONDocument {
    /// A value's text, and where it begins.
    private struct Piece {
        let line: Int
        let column: Int
        var bytes: [UInt8] = []

        private static let newline = UInt8(ascii: "\n")

        /// Adds a member of an object, each part in the line that it has in the input.
        mutating func append(_ parts: Piece...) {
            for part in parts {
                let last = line + bytes.count { $0 == Piece.newline }
                bytes += [UInt8](repeating: Piece.newline, count: part.line - last) + part.bytes
                bytes.append(UInt8(ascii: " "))
            }
        }
    }

    private var text: InputText
    private let take: (Manifest) -> Void

    /// Reads the document that begins with the next byte, `{` or `[`, and nothing behind it.
    ///
    /// - Parameter take: gets each object.
    /// - Throws: ``InputProblem`` with the first place that is not JSON.
    static func read(_ text: inout InputText, _ take: @escaping (Manifest) -> Void) throws(InputProblem) {
        var document = JSONDocument(text: text, take: take)
        defer { text = document.text }
        if try document.text.peek() == UInt8(ascii: "[") {
            try document.items(of: [:])
        } else {
            try document.object()
        }
    }

    /// An object: itself what is read, unless it has items.
    private mutating func object() throws(InputProblem) {
        var members = JSONObject()
        var whole = Piece(line: text.line, column: text.column, bytes: [UInt8(ascii: "{")])
        var isList = false
        text.skip()
        if try text.peek() == UInt8(ascii: "{") { throw try problem(DocumentMark.templateHint) }
        try text.skipSpace()
        if try text.skip("}") { return }
        while true {
            try text.skipSpace()
            guard try text.peek() == UInt8(ascii: "\"") else {
                throw try problem("expected a member's name in double quotes")
            }
            let namePiece = try piece()
            let name = try value(of: namePiece).stringValue ?? ""
            try text.skipSpace()
            guard try text.skip(":") else { throw try problem("expected ':' after a member's name") }
            try text.skipSpace()
            if name == "items", try text.peek() == UInt8(ascii: "[") {
                isList = true
                try items(of: members)
            } else {
                let piece = try piece()
                let value = try value(of: piece)
                members[name] = value
                // What the API server writes for an empty list.
                if name == "items", value.isNull { isList = true }
                if !isList { whole.append(namePiece, piece) }
            }
            try text.skipSpace()
            if try text.skip("}") { break }
            guard try text.skip(",") else { throw try problem("expected ',' or '}' after a value") }
        }
        if !isList { take(Manifest(members, place(of: whole))) }
    }

    /// The items of a list.
    ///
    /// - Parameter list: the members that were read before.
    private mutating func items(of list: JSONObject) throws(InputProblem) {
        text.skip()
        try text.skipSpace()
        if try text.skip("]") { return }
        while true {
            try text.skipSpace()
            let piece = try piece()
            let place = place(of: piece)
            let value = try value(of: piece)
            guard let object = value.objectValue else { throw place.notAnObject(value) }
            take(Manifest(object.ofList(list), place))
            try text.skipSpace()
            if try text.skip("]") { return }
            guard try text.skip(",") else { throw try problem("expected ',' or ']' after an item of a list") }
        }
    }

    private func place(of piece: Piece) -> ManifestPlace {
        ManifestPlace(file: text.name, line: piece.line, source: .json(piece.bytes))
    }

    /// The text of the next value, whether it is right or not.
    private mutating func piece() throws(InputProblem) -> Piece {
        var piece = Piece(line: text.line, column: text.column)
        var depth = 0
        while let byte = try text.peek() {
            switch byte {
            case UInt8(ascii: "\""):
                try copyString(to: &piece.bytes)
                if depth == 0 { return piece }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return piece }
                depth -= 1
                if depth == 0 {
                    piece.bytes.append(byte)
                    text.skip()
                    return piece
                }
            case UInt8(ascii: ","), UInt8(ascii: ":"), 0x20, 0x0a, 0x0d, 0x09:
                if depth == 0 { return piece }
            default: break
            }
            piece.bytes.append(byte)
            text.skip()
        }
        return piece
    }

    private mutating func copyString(to bytes: inout [UInt8]) throws(InputProblem) {
        var isEscaped = true
        while let byte = try text.peek() {
            bytes.append(byte)
            text.skip()
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                return
            }
        }
    }

    private func value(of piece: Piece) throws(InputProblem) -> JSONValue {
        do throws(JSONError) {
            return try JSONValue(parsing: piece.bytes)
        } catch {
            let column = error.line == 1 ? piece.column + error.column - 1 : error.column
            throw notJSON(error.problem, line: piece.line + error.line - 1, column: column)
        }
    }

    /// What is wrong with the next byte.
    private mutating func problem(_ expected: String) throws(InputProblem) -> InputProblem {
        let isEnd = try text.peek() == nil
        return notJSON(expected + (isEnd ? ", but the text ends here" : ""), line: text.line, column: text.column)
    }

    private func notJSON(_ problem: String, line: Int, column: Int) -> InputProblem {
        InputProblem(place: "\(text.name):\(line):\(column)", problem: "not valid JSON: \(problem)")
    }
}
