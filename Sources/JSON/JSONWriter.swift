/// How a JSON text is laid out.
public enum JSONLayout: Sendable {
    /// On one line, without white space.
    case compact
    /// One member or element per line, indented by two spaces.
    case indented
}

extension JSONValue {
    /// The value as JSON text in UTF-8, without a newline at the end.
    ///
    /// Numbers are written so that they read back as the same number. JSON has no infinity and no NaN: they are written
    /// as `null`, as ECMAScript does. (``JSONCoding/encode(_:)`` refuses them.)
    public func bytes(_ layout: JSONLayout = .compact) -> [UInt8] {
        var writer = JSONWriter(layout: layout)
        writer.write(self)
        return writer.bytes
    }

    /// The value as JSON text, like ``bytes(_:)``.
    public func text(_ layout: JSONLayout = .compact) -> String {
        String(decoding: bytes(layout), as: UTF8.self)
    }
}

private struct JSONWriter {
    let layout: JSONLayout
    var bytes: [UInt8] = []
    var depth = 0

    init(layout: JSONLayout) {
        self.layout = layout
    }

    mutating func write(_ value: JSONValue) {
        switch value {
        case .null: bytes += "null".utf8
        case .bool(let value): bytes += value ? "true".utf8 : "false".utf8
        case .integer(let value): bytes += value.description.utf8
        case .number(let value): bytes += value.isFinite ? value.description.utf8 : "null".utf8
        case .string(let value): write(value)
        case .array(let elements):
            write(elements, between: "[", "]") { writer, element in writer.write(element) }
        case .object(let members):
            write(members, between: "{", "}") { writer, member in
                writer.write(member.name)
                writer.bytes += (writer.layout == .compact ? ":" : ": ").utf8
                writer.write(member.value)
            }
        }
    }

    private mutating func write<Items: Collection>(
        _ items: Items, between open: Unicode.Scalar, _ close: Unicode.Scalar,
        item: (inout JSONWriter, Items.Element) -> Void
    ) {
        bytes.append(UInt8(ascii: open))
        depth += 1
        var isFirst = true
        for element in items {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            breakLine()
            item(&self, element)
        }
        depth -= 1
        if !items.isEmpty { breakLine() }
        bytes.append(UInt8(ascii: close))
    }

    private mutating func breakLine() {
        guard layout == .indented else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes += repeatElement(UInt8(ascii: " "), count: 2 * depth)
    }

    private mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0x08: bytes += "\\b".utf8
            case 0x0c: bytes += "\\f".utf8
            case 0x0a: bytes += "\\n".utf8
            case 0x0d: bytes += "\\r".utf8
            case 0x09: bytes += "\\t".utf8
            case ..<0x10: bytes += "\\u000\(String(byte, radix: 16))".utf8
            case ..<0x20: bytes += "\\u00\(String(byte, radix: 16))".utf8
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
