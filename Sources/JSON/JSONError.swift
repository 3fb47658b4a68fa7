/// Where and why a text is not JSON.
///
/// Its description reads `line 3, column 7: expected ',' or '}' after a value`.
public struct JSONError: Error, Hashable, CustomStringConvertible {
    /// The line of the first wrong byte, from 1.
    public let line: Int
    /// The column of the first wrong byte, from 1, in Unicode code points.
    public let column: Int
    /// What is wrong there, as the rest of a sentence.
    public let problem: String

    init(_ problem: String, at offset: Int, in bytes: [UInt8]) {
        let newline = UInt8(ascii: "\n")
        let before = bytes.prefix(offset)
        let lineStart = before.lastIndex(of: newline).map { $0 + 1 } ?? 0
        line = before.count { $0 == newline } + 1
        column = before[lineStart...].count { $0 & 0xc0 != 0x80 } + 1
        self.problem = offset < bytes.count ? problem : problem + ", but the text ends here"
    }

    /// `line 3, column 7: ` and the problem.
    public var description: String { "line \(line), column \(column): \(problem)" }
}
