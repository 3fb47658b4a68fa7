extension JSONValue {
    /// The number of nested arrays and objects that a document may have, unless the caller says otherwise.
    public static let maximumDepth = 128

    /// Reads one JSON document, strictly as RFC 8259 has it: UTF-8 without byte order mark, no comments, no trailing
    /// commas, nothing but white space after the value.
    ///
    /// Of two members with one name the last counts. Whole numbers beyond 64 bits become ``number(_:)``; numbers beyond
    /// the range of a double are refused. How many bytes are too many is the caller's business.
    ///
    /// - Throws: ``JSONError`` with the place of the first wrong byte.
    public init(parsing bytes: [UInt8], maximumDepth: Int = JSONValue.maximumDepth) throws(JSONError) {
        var parser = JSONParser(bytes: bytes, depth: maximumDepth)
        self = try parser.document()
    }

    /// Reads one JSON document, like ``init(parsing:maximumDepth:)-([UInt8],_)``.
    public init(parsing text: String, maximumDepth: Int = JSONValue.maximumDepth) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), maximumDepth: maximumDepth)
    }
}

/// A recursive-descent parser; its recursion is bounded by `depth`.
private struct JSONParser {
    let bytes: [UInt8]
    /// How many more levels may be opened.
    var depth: Int
    var position = 0

    init(bytes: [UInt8], depth: Int) {
        self.bytes = bytes
        self.depth = depth
    }

    mutating func document() throws(JSONError) -> JSONValue {
        let result = try value()
        guard position == bytes.count else { throw error("expected nothing more after the document") }
        return result
    }

    /// A value with the white space around it.
    private mutating func value() throws(JSONError) -> JSONValue {
        skipSpace()
        let result: JSONValue
        switch next {
        case UInt8(ascii: "{"): result = try nested { parser throws(JSONError) in try parser.object() }
        case UInt8(ascii: "["): result = try nested { parser throws(JSONError) in try parser.array() }
        case UInt8(ascii: "\""): result = .string(try string())
        case UInt8(ascii: "t"): result = try word("true", .bool(true))
        case UInt8(ascii: "f"): result = try word("false", .bool(false))
        case UInt8(ascii: "n"): result = try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): result = try number()
        default: throw error("expected a value")
        }
        skipSpace()
        return result
    }

    /// The byte at `position`. At the end it is 0, which is not allowed in any place of a document.
    private var next: UInt8 { position < bytes.count ? bytes[position] : 0 }

    private func error(_ problem: String) -> JSONError {
        JSONError(problem, at: position, in: bytes)
    }

    private mutating func skipSpace() {
        while next == UInt8(ascii: " ") || next == UInt8(ascii: "\n") || next == UInt8(ascii: "\r")
            || next == UInt8(ascii: "\t")
        {
            position += 1
        }
    }

    private mutating func skip(_ byte: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: byte) else { return false }
        position += 1
        return true
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        let text = word.description.utf8
        guard bytes[position...].starts(with: text) else { throw error("expected \(word)") }
        position += text.count
        return value
    }
}

extension JSONParser {
    private mutating func nested(
        _ content: (inout JSONParser) throws(JSONError) -> JSONValue
    ) throws(JSONError) -> JSONValue {
        guard depth > 0 else { throw error("expected less nesting: arrays and objects are too many levels deep") }
        depth -= 1
        position += 1
        let value = try content(&self)
        depth += 1
        return value
    }

    private mutating func object() throws(JSONError) -> JSONValue {
        var object = JSONObject()
        skipSpace()
        if skip("}") { return .object(object) }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw error("expected a member's name in double quotes") }
            let name = try string()
            skipSpace()
            guard skip(":") else { throw error("expected ':' after a member's name") }
            object[name] = try value()
            if skip("}") { return .object(object) }
            guard skip(",") else { throw error("expected ',' or '}' after a value") }
        }
    }

    private mutating func array() throws(JSONError) -> JSONValue {
        var elements: [JSONValue] = []
        skipSpace()
        if skip("]") { return .array(elements) }
        while true {
            elements.append(try value())
            if skip("]") { return .array(elements) }
            guard skip(",") else { throw error("expected ',' or ']' after a value") }
        }
    }
}

extension JSONParser {
    private mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        _ = skip("-")
        if !skip("0") { try digits() }
        var isWhole = true
        if skip(".") {
            isWhole = false
            try digits()
        }
        if skip("e") || skip("E") {
            isWhole = false
            if !skip("+") { _ = skip("-") }
            try digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        // As an integer, -0 would lose its sign.
        if isWhole, text != "-0", let integer = Int64(text) { return .integer(integer) }
        guard let number = Double(text), number.isFinite else {
            position = start
            throw error("expected a number in the range of a double")
        }
        return .number(number)
    }

    private mutating func digits() throws(JSONError) {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next) else { throw error("expected a digit") }
        while (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next) { position += 1 }
    }
}

extension JSONParser {
    private mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        skipPlainCharacters()
        if next == UInt8(ascii: "\"") {
            defer { position += 1 }
            return try text(bytes[start..<position], from: start)
        }
        var unescaped = Array(bytes[start..<position])
        while !skip("\"") {
            guard skip("\\") else {
                throw error("expected '\"' at the end of a string, and control characters in it escaped")
            }
            try escape(into: &unescaped)
            let plain = position
            skipPlainCharacters()
            unescaped += bytes[plain..<position]
        }
        return try text(unescaped[...], from: start)
    }

    private mutating func skipPlainCharacters() {
        while next >= 0x20 && next != UInt8(ascii: "\"") && next != UInt8(ascii: "\\") { position += 1 }
    }

    private func text(_ content: ArraySlice<UInt8>, from start: Int) throws(JSONError) -> String {
        guard let text = String(validating: content, as: UTF8.self) else {
            throw JSONError("expected a string in valid UTF-8", at: start, in: bytes)
        }
        return text
    }

    /// Reads what follows a backslash.
    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        switch next {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(next)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            text += String(Character(try unicodeEscape())).utf8
            return
        default: throw error("expected one of \" \\ / b f n r t u after '\\'")
        }
        position += 1
    }

    /// Reads `uXXXX`, and the second half where it is the first of a surrogate pair.
    private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
        let start = position
        let first = try hexadecimalUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        if UTF16.isLeadSurrogate(first), skip("\\"), next == UInt8(ascii: "u") {
            let second = try hexadecimalUnit()
            if UTF16.isTrailSurrogate(second) {
                return UTF16.decode(UTF16.EncodedScalar([first, second]))
            }
        }
        throw JSONError("expected surrogates only in pairs, high before low", at: start, in: bytes)
    }

    private mutating func hexadecimalUnit() throws(JSONError) -> UTF16.CodeUnit {
        position += 1
        var unit: UTF16.CodeUnit = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(next)).hexDigitValue, next < 0x80 else {
                throw error("expected four hexadecimal digits after '\\u'")
            }
            unit = unit << 4 | UTF16.CodeUnit(digit)
            position += 1
        }
        return unit
    }
}
