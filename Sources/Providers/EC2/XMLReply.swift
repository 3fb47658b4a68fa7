import Foundation
import XMLCoder

/// A reply of the EC2 API that has been found fit to be parsed.
///
/// The parser behind it recurses into nested elements and expands entities, so a hostile or broken document could use
/// up the stack or minutes of time. EC2's replies are flat, and have neither declarations nor attributes but `xmlns`:
/// all else is refused by one pass over the bytes, before the parser sees them.
struct XMLReply {
    /// Why a document is none of EC2's.
    struct Malformed: Error, Hashable {
        let reason: String
    }

    /// The deepest that a reply which we read goes is 11.
    static let deepest = 32
    /// Twice what the largest page that we ask for can have.
    static let mostElements = 100_000
    /// Of one tag with its attributes, and of the text between two tags, in bytes.
    static let longestTag = 1_024
    static let longestText = 64 << 10

    /// The name of the outermost element.
    let root: String
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) throws(Malformed) {
        guard !bytes.isEmpty else { throw Malformed(reason: "it is empty") }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw Malformed(reason: "it is not UTF-8") }
        var scanner = XMLScanner(bytes)
        root = try scanner.scan()
        self.bytes = bytes
    }

    func decode<Content: Decodable>(_ type: Content.Type) throws(Malformed) -> Content {
        do {
            return try XMLDecoder().decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw Malformed(reason: "\(root) lacks what it must have: \(error.summary)")
        } catch {
            throw Malformed(reason: "it is not well-formed XML")
        }
    }
}

/// Follows the tags of a document, without looking at what they mean.
private struct XMLScanner {
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0
    private var elements = 0
    private var root: String?

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// - Returns: the name of the outermost element.
    mutating func scan() throws(XMLReply.Malformed) -> String {
        while let start = try skipText() {
            if bytes[start] == UInt8(ascii: "?") {
                try checkEncoding(try skipXMLDeclaration())
                continue
            }
            let (end, isEmpty) = try skipTag()
            switch bytes[start] {
            case UInt8(ascii: "!"): throw .init(reason: "it has a declaration, which no EC2 reply has")
            case UInt8(ascii: "/"):
                depth -= 1
                guard depth >= 0 else { throw .init(reason: "it ends more elements than it begins") }
            default: try open(start..<end, isEmpty: isEmpty)
            }
        }
        guard let root else { throw .init(reason: "it has no element") }
        guard depth == 0 else { throw .init(reason: "it is truncated: \(depth) elements have no end") }
        return root
    }

    private mutating func open(_ tag: Range<Int>, isEmpty: Bool) throws(XMLReply.Malformed) {
        elements += 1
        guard elements <= XMLReply.mostElements else {
            throw .init(reason: "it has more than \(XMLReply.mostElements) elements")
        }
        if root == nil {
            let name = bytes[tag].prefix { $0 > 0x20 && $0 != UInt8(ascii: "/") }
            root = excerpt(String(decoding: name, as: UTF8.self), 80)
        } else if depth == 0 {
            throw .init(reason: "it has more than one outermost element")
        }
        if !isEmpty { depth += 1 }
        guard depth <= XMLReply.deepest else {
            throw .init(reason: "it is nested more than \(XMLReply.deepest) deep")
        }
    }

    /// In another encoding the parser would see other tags than this scanner.
    private func checkEncoding(_ instruction: Range<Int>) throws(XMLReply.Malformed) {
        let text = String(decoding: bytes[instruction], as: UTF8.self).lowercased()
        guard !text.contains("encoding") || text.contains("utf-8") else { throw .init(reason: "it is not UTF-8") }
    }

    /// Goes on behind the next `<`.
    ///
    /// - Returns: the position; `nil` at the end of the document.
    private mutating func skipText() throws(XMLReply.Malformed) -> Int? {
        let start = position
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "<") {
                guard position < bytes.count else { throw .init(reason: "it is truncated within a tag") }
                return position
            }
            guard position - start <= XMLReply.longestText else {
                throw .init(reason: "it has a text of more than \(XMLReply.longestText) bytes")
            }
        }
        return nil
    }

    /// Goes on behind the `?>` that ends the XML declaration, the only instruction that EC2 sends. Quotes mean nothing in
    /// an instruction, so that `skipTag` would find another end than the parser does.
    private mutating func skipXMLDeclaration() throws(XMLReply.Malformed) -> Range<Int> {
        let start = position
        guard start == 1 else { throw .init(reason: "it has a processing instruction, which no EC2 reply has") }
        while position + 1 < bytes.count, bytes[position] != UInt8(ascii: "<") {
            if bytes[position] == UInt8(ascii: "?"), bytes[position + 1] == UInt8(ascii: ">"), position > start {
                position += 2
                return start..<position - 2
            }
            position += 1
            guard position - start <= XMLReply.longestTag else {
                throw .init(reason: "it has a tag of more than \(XMLReply.longestTag) bytes")
            }
        }
        throw .init(reason: "its XML declaration has no end")
    }

    /// Goes on behind the `>` that ends the tag; one in quotes does not.
    ///
    /// - Returns: where the tag's content ends, and whether the element has none.
    private mutating func skipTag() throws(XMLReply.Malformed) -> (end: Int, isEmpty: Bool) {
        let start = position
        var quote: UInt8?
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch (quote, byte) {
            case (nil, UInt8(ascii: ">")):
                return (position - 1, position - 2 >= start && bytes[position - 2] == UInt8(ascii: "/"))
            case (nil, UInt8(ascii: "\"")), (nil, UInt8(ascii: "'")): quote = byte
            case (quote?, quote): quote = nil
            default: break
            }
            guard position - start <= XMLReply.longestTag else {
                throw .init(reason: "it has a tag of more than \(XMLReply.longestTag) bytes")
            }
        }
        throw .init(reason: "it is truncated within a tag")
    }
}

extension DecodingError {
    /// Which element it is about, and what is wrong with it.
    fileprivate var summary: String {
        func path(_ context: Context, _ key: (any CodingKey)? = nil) -> String {
            (context.codingPath + [key].compactMap(\.self)).map(\.stringValue).joined(separator: "/")
        }
        return switch self {
        case .keyNotFound(let key, let context): "\(path(context, key)) is missing"
        case .valueNotFound(_, let context): "\(path(context)) is empty"
        case .typeMismatch(let type, let context): "\(path(context)) is no \(type)"
        case .dataCorrupted(let context): "\(path(context)) cannot be read"
        @unknown default: "it cannot be read"
        }
    }
}
