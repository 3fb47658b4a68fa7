/// Reads Kubernetes objects as tools write them: JSON and YAML, alone, as lists, several after one another, with
/// comments and empty documents between them.
enum ManifestReader {
    /// Reads everything.
    ///
    /// - Parameters:
    ///   - take: gets each object, in order.
    ///   - report: gets what is wrong. After a mistake, reading goes on with the next YAML document; JSON says nowhere
    ///     surely where that is.
    /// - Returns: whether there is anything but white space and comments.
    @discardableResult
    static func read(
        _ text: InputText, _ take: @escaping (Manifest) -> Void, report: (InputProblem) -> Void
    ) -> Bool {
        var text = text
        var isFilled = false
        do throws(InputProblem) {
            try skipByteOrderMark(&text)
            while let beginning = try findDocument(&text) {
                isFilled = true
                if beginning.isJSON {
                    try JSONDocument.read(&text, take)
                    continue
                }
                do throws(InputProblem) {
                    try YAMLDocument.read(&text, first: beginning.spaces, take)
                } catch {
                    report(error)
                }
            }
        } catch {
            isFilled = true
            report(error)
        }
        return isFilled
    }

    private static func skipByteOrderMark(_ text: inout InputText) throws(InputProblem) {
        guard try text.peek() == 0xef, try text.peekLine()?.starts(with: [0xef, 0xbb, 0xbf]) == true else { return }
        for _ in 0..<3 { text.skip() }
    }

    /// Consumes what is between documents.
    ///
    /// - Returns: the white space before the first byte of a document, and whether it is JSON; `nil` at the end.
    private static func findDocument(
        _ text: inout InputText
    ) throws(InputProblem) -> (isJSON: Bool, spaces: [UInt8])? {
        var spaces: [UInt8] = []
        while let byte = try text.peek() {
            switch byte {
            case 0x0a:
                spaces = []
                text.skip()
            case 0x20, 0x09, 0x0d:
                spaces.append(byte)
                text.skip()
            case UInt8(ascii: "{"), UInt8(ascii: "["): return (true, spaces)
            default:
                guard let line = try text.peekLine() else { return nil }
                if byte == UInt8(ascii: "#") || (spaces.isEmpty && byte == UInt8(ascii: "%")) {
                    text.skipLine(line.count)
                } else if spaces.isEmpty, DocumentMark.isOne(line) {
                    // A document may begin in the same line.
                    for _ in 0..<3 { text.skip() }
                    spaces = [0x20, 0x20, 0x20]
                } else {
                    return (false, spaces)
                }
            }
        }
        return nil
    }
}

/// The lines between YAML documents.
enum DocumentMark {
    /// What to do with a text that only becomes YAML.
    static let templateHint = "this is a template; render it first, as with helm template"

    /// Whether a line begins or ends a document.
    static func isOne(_ line: ArraySlice<UInt8>) -> Bool {
        guard line.starts(with: "---".utf8) || line.starts(with: "...".utf8) else { return false }
        return [nil, 0x20, 0x09, 0x0d].contains(line.dropFirst(3).first)
    }
}
